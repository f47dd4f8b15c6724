//! The chain that a run goes through: decide, agent, gates, settle.

use super::{Set, request_permissions};
use crate::site::{dependencies_alone, tools};
use crate::trust::{Area, Broker, Permission, Untrusted};
use crate::{AnyJob, Contained, Folder, Guard, Job, Step, Trusted, Value};

/// One chain: what it is called, and what it goes on from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain<'c> {
    /// The job that hands the run out.
    pub(super) from: &'static str,
    /// Its names.
    pub(super) names: &'static Names,
    /// What is worked on one after the other.
    pub(super) subject: &'c str,
    /// Whether another chain may follow.
    pub(super) followed: bool,
}

/// What the jobs and the folders of a chain are called.
#[derive(Debug)]
pub(super) struct Names {
    run: Folder,
    work: Folder,
    gates: Folder,
    agent_job: &'static str,
    gates_job: &'static str,
    pub(super) settle_job: &'static str,
}

const fn folder(path: &'static str, artifact: &'static str) -> Folder {
    Folder { path, artifact }
}

/// The first chain of a workflow.
pub(super) const FIRST: Names = Names {
    run: folder("run", "run"),
    work: folder("work", "work"),
    gates: folder("gates", "gates"),
    agent_job: "agent",
    gates_job: "gates",
    settle_job: "settle",
};

/// A chain that fixes what the first one found.
pub(super) const FIX: Names = Names {
    run: folder("run", "fix-run"),
    work: folder("work", "fix-work"),
    gates: folder("gates", "fix-gates"),
    agent_job: "fix-agent",
    gates_job: "fix-gates",
    settle_job: "fix-settle",
};

/// Where `settle` leaves a run that follows; the next chain takes it over as its own.
const NEXT: Folder = folder("next-run", FIX.run.artifact);

impl Set<'_> {
    /// The job that decides, and hands a run out.
    pub(super) fn first(
        &self,
        id: &'static str,
        name: &str,
        verb: Trusted,
        subject: &str,
        guard: Guard,
    ) -> Job<Broker> {
        // The job of `/publish` waits a while for the checks of what was approved.
        let minutes = if verb == Trusted::Publish { 25 } else { 10 };
        Job::<Broker>::new(id, name, minutes, &format!("lightsout-{subject}"))
            .guard(guard)
            .output(DECIDE, "run")
            .output(DECIDE, "run-digest")
            .output(DECIDE, "issue")
            .step(Step::checkout_base(&self.factory.base))
            .step(Step::install(&self.factory.program))
            .step(self.trusted(verb).id(DECIDE))
            .step(Step::upload(FIRST.run, Some(follows())))
    }

    /// The jobs that follow: agent, gates, settle.
    pub(super) fn rest(&self, chain: Chain<'_>) -> [AnyJob; 3] {
        [
            self.agent(chain).into(),
            self.gates(chain).into(),
            self.settle(chain).into(),
        ]
    }

    fn agent(&self, chain: Chain<'_>) -> Job<Untrusted> {
        let names = chain.names;
        let mut job = Job::<Untrusted>::new(
            names.agent_job,
            "Let the agent work",
            self.agent_minutes(),
            &format!("lightsout-{}-{}", names.agent_job, chain.subject),
        )
        .needs(&[chain.from])
        .guard(admitted(chain, vec![Guard::Enabled, handed_out(chain)]))
        .permission(Permission::read(
            Area::Contents,
            "to check the base branch out",
        ))
        .output("agent", "check")
        .step(Step::checkout_base(&self.factory.base))
        .step(Step::install(&self.factory.program));
        for step in self.agent_program() {
            job = job.step(step);
        }
        let mut run = Step::<Untrusted>::lightsout(Contained::Agent)
            .id("agent")
            .env("LIGHTSOUT_BASE", Value::text(&self.factory.base));
        if let Some(key) = self.model_key() {
            run = run.secret(&key);
        }
        let kept = "What there is of a run that was cut off counts too: it has used money.";
        job.step(Step::download(names.run))
            .step(run)
            .step(Step::upload(names.work, Some(Guard::Always)).commented(kept))
    }

    /// The steps that bring the agent's own program.
    fn agent_program(&self) -> Vec<Step<Untrusted>> {
        let Some(package) = self.agent_package() else {
            return Vec::new();
        };
        vec![
            Step::node(&self.factory.site.node),
            Step::<Untrusted>::agent_program(package),
        ]
    }

    fn gates(&self, chain: Chain<'_>) -> Job<Untrusted> {
        let names = chain.names;
        let to_check = Guard::Output {
            job: names.agent_job,
            name: "check",
        };
        let mut job = Job::<Untrusted>::new(
            names.gates_job,
            "Check what it made",
            self.gate_minutes(),
            &format!("lightsout-{}-{}", names.gates_job, chain.subject),
        )
        .needs(&[chain.from, names.agent_job])
        .guard(admitted(
            chain,
            vec![Guard::Enabled, handed_out(chain), to_check],
        ))
        .permission(Permission::read(
            Area::Contents,
            "to check the base branch out",
        ))
        .step(Step::checkout_base(&self.factory.base))
        .step(Step::install(&self.factory.program));
        let site = &self.factory.site;
        for step in tools(site.manager, &site.node) {
            job = job.step(step);
        }
        if let Some(step) = dependencies_alone(site.manager) {
            job = job.step(step);
        }
        let gate = Step::<Untrusted>::lightsout(Contained::Gate)
            .env("LIGHTSOUT_BASE", Value::text(&self.factory.base));
        job.step(Step::download(names.run))
            .step(Step::download(names.work))
            .step(gate)
            .step(Step::upload(names.gates, Some(Guard::Always)))
    }

    fn settle(&self, chain: Chain<'_>) -> Job<Broker> {
        let names = chain.names;
        let absent = "Missing when its job died or had nothing to do; that is told to people too.";
        let verb = self.trusted(Trusted::Settle).id(DECIDE).env(
            "LIGHTSOUT_RUN_DIGEST",
            Value::needs(chain.from, "run-digest"),
        );
        let mut job = Job::<Broker>::new(
            names.settle_job,
            "Settle the run",
            15,
            &format!("lightsout-{}", chain.subject),
        )
        .needs(&[chain.from, names.agent_job, names.gates_job])
        .guard(Guard::All(vec![
            Guard::Always,
            Guard::Enabled,
            handed_out(chain),
        ]));
        for permission in request_permissions() {
            job = job.permission(permission);
        }
        job = job
            .step(Step::checkout_base(&self.factory.base))
            .step(Step::install(&self.factory.program))
            .step(Step::download(names.run))
            .step(Step::download(names.work).may_fail(absent))
            .step(Step::download(names.gates).may_fail(absent))
            .step(verb);
        if !chain.followed {
            return job;
        }
        job.output(DECIDE, "run")
            .output(DECIDE, "run-digest")
            .step(Step::upload(NEXT, Some(follows())))
    }
}

/// A step before handed a run out.
fn follows() -> Guard {
    Guard::StepOutput {
        step: DECIDE,
        name: "run",
    }
}

/// The guard of a job in the middle. To GitHub a job fails to be reached when any job before it was skipped, however far
/// back; in a chain that follows another one that is no reason.
fn admitted(chain: Chain<'_>, mut parts: Vec<Guard>) -> Guard {
    if chain.from == FIRST.settle_job {
        parts.insert(0, Guard::NotCancelled);
    }
    Guard::All(parts)
}

/// The step that decides.
pub(super) const DECIDE: &str = "decide";

/// The job before handed a run out.
fn handed_out(chain: Chain<'_>) -> Guard {
    Guard::Output {
        job: chain.from,
        name: "run",
    }
}
