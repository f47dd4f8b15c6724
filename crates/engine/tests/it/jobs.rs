//! A run whose stages are done apart, each with a folder of its own, as the jobs of a workflow do it.

use std::fmt::Write as _;
use std::path::PathBuf;

use lightsout_agents::Agent;
use lightsout_engine::{
    About, Bench, Commission, EngineError, GateWord, Handed, Hired, Installed, Judged, Settled,
    Silent, Verdict,
};
use lightsout_forge::{Event, EventId, EventKind, Forge, Number};
use lightsout_ledger::{LedgerStore as _, Scope, fold};
use lightsout_lifecycle::{Reason, RunEnd};
use lightsout_testkit::{Fault, FaultyForge};

use crate::world::{BODY, GOOD, MAINTAINER, REQUESTER, World, login_of};

/// A run on its way from job to job.
pub(crate) struct Chain {
    pub(crate) world: World,
    pub(crate) issue: Number,
    pub(crate) run: PathBuf,
    pub(crate) work: PathBuf,
    pub(crate) gates: PathBuf,
}

impl Chain {
    pub(crate) async fn new(script: &str, gates: &[&str]) -> Self {
        let world = World::new(script, gates).await;
        let issue = world.open(REQUESTER, BODY).await;
        let folder = |name: &str| world.dir.path().join(name);
        let (run, work, gates) = (folder("run"), folder("work"), folder("gates"));
        Self {
            world,
            issue,
            run,
            work,
            gates,
        }
    }

    fn origin(&self) -> PathBuf {
        self.world.local.dir().join("site.git")
    }

    pub(crate) async fn triage(&self) -> Result<Settled, EngineError> {
        self.triage_on(&self.world.local).await
    }

    async fn triage_on(&self, forge: &dyn Forge) -> Result<Settled, EngineError> {
        let event = Event {
            id: EventId("opened".into()),
            at: chrono::DateTime::from_timestamp(self.world.now, 0).unwrap(),
            actor: self.world.issue(self.issue).await.author,
            kind: EventKind::IssueOpened { issue: self.issue },
        };
        let hired = Hired::of(&self.world.script());
        let triage = async |engine: &lightsout_engine::Engine<'_>| {
            let about = About::Request(None);
            engine.deal(about, &event, &hired, &self.run).await
        };
        self.world.with_engine(forge, triage).await
    }

    pub(crate) async fn agent(&self) -> Result<Commission, EngineError> {
        self.agent_as(&self.world.script()).await
    }

    async fn agent_as(&self, agent: &dyn Agent) -> Result<Commission, EngineError> {
        let state = self.world.dir.path().join("agent-state");
        let bench = Bench::open(&Silent, &state, &self.origin())?;
        bench.work(agent, &self.run, &self.work).await
    }

    pub(crate) async fn check(&self) -> Result<Judged, EngineError> {
        let state = self.world.dir.path().join("gates-state");
        let mut bench = Bench::open(&Silent, &state, &self.origin())?;
        let checkout = self.world.dir.path().join("checkout");
        if checkout.exists() {
            let cargo_home = None;
            bench = bench.with_installed(Installed {
                checkout,
                cargo_home,
            });
        }
        let checked = bench.check(&self.run, &self.work, &self.gates).await?;
        Ok(checked.1)
    }

    pub(crate) async fn settle(&self) -> Result<Settled, EngineError> {
        self.settle_on(&self.world.local).await
    }

    async fn settle_on(&self, forge: &dyn Forge) -> Result<Settled, EngineError> {
        let handed = Handed {
            work: &self.work,
            gates: &self.gates,
        };
        let out = self.world.dir.path().join("next");
        let settle = async |engine: &lightsout_engine::Engine<'_>| {
            engine.settle(&self.run, handed, &out).await
        };
        self.world.with_engine(forge, settle).await
    }

    /// Does the run up to where it is settled.
    pub(crate) async fn handed_on(script: &str) -> Self {
        let chain = Self::new(script, &["true"]).await;
        assert!(chain.triage().await.unwrap().next.is_some());
        chain.agent().await.unwrap();
        chain.check().await.unwrap();
        chain
    }

    async fn shown(&self) -> String {
        let mut shown = format!("{:?}", self.world.issue(self.issue).await.labels);
        for comment in self.world.comments(self.issue).await {
            // How often a run was taken up is the record's business and no person's.
            shown += &comment.body.replace("\"tries\":2", "\"tries\":1");
        }
        for pull in self.world.pulls().await {
            let _ = write!(shown, "{} {:?} {}", pull.number, pull.labels, pull.head_sha);
        }
        let entries = self.world.local.entries(None).await.unwrap();
        shown + &format!("{:?}", fold(&entries).balance(Scope::Issue(self.issue.0)))
    }
}

#[tokio::test]
async fn a_run_in_jobs_of_their_own_ends_in_review_and_is_published() {
    let chain = Chain::handed_on(GOOD).await;
    let settled = chain.settle().await.unwrap();
    assert_eq!(settled.plan.unwrap().reason, Reason::InReview);
    assert!(matches!(settled.report.unwrap().end, RunEnd::Ready { .. }));
    let world = &chain.world;
    world.say(MAINTAINER, chain.issue, "/publish").await;
    world.work().await;
    assert!(world.published("content/faq/bicycles.mdx").is_some());
}

#[tokio::test]
async fn each_job_may_be_done_again_and_does_nothing_twice() {
    let chain = Chain::handed_on(GOOD).await;
    let world = &chain.world;
    let again = chain.triage().await.unwrap();
    assert_eq!(again.plan.unwrap().reason, Reason::RunInProgress);
    assert_eq!(again.next.unwrap().order.id.0, "1-1");
    let agent = std::fs::read(chain.work.join("worked.json")).unwrap();
    world.script();
    chain.agent().await.unwrap();
    assert_eq!(
        std::fs::read(chain.work.join("worked.json")).unwrap(),
        agent
    );
    chain.check().await.unwrap();
    chain.settle().await.unwrap();
    let shown = chain.shown().await;
    world.changes();
    let again = chain.settle().await.unwrap();
    assert_eq!(again.plan.unwrap().reason, Reason::AlreadyHandled);
    assert!(!again.acted);
    chain.triage().await.unwrap();
    assert_eq!(world.changes(), 0);
    assert_eq!(chain.shown().await, shown);
}

/// Triage, agent, gates and settle, where the forge goes away once; whoever comes next calls the same job again.
async fn story(fault: Option<(bool, Fault)>) -> (String, [usize; 2]) {
    let chain = Chain::new(GOOD, &["true"]).await;
    let never = Fault::Before(usize::MAX);
    let faults = match fault {
        Some((true, fault)) => [fault, never],
        Some((false, fault)) => [never, fault],
        None => [never, never],
    };
    let local = &chain.world.local;
    let first = FaultyForge::new(local, faults[0]);
    if chain.triage_on(&first).await.is_err() {
        chain.triage().await.unwrap();
    }
    let mut seen = [first.seen(), 0];
    chain.agent().await.unwrap();
    chain.check().await.unwrap();
    let second = FaultyForge::new(local, faults[1]);
    if chain.settle_on(&second).await.is_err() {
        chain.settle().await.unwrap();
    }
    seen[1] = second.seen();
    (chain.shown().await, seen)
}

#[tokio::test]
async fn the_forge_may_go_away_in_any_job() {
    let (undisturbed, [triage, settle]) = story(None).await;
    assert!(undisturbed.contains("bot-generated"), "{undisturbed}");
    assert!(triage > 0 && settle > 5);
    for (first, actions) in [(true, triage), (false, settle)] {
        for at in 0..actions {
            for fault in [Fault::Before(at), Fault::After(at)] {
                let (disturbed, _) = story(Some((first, fault))).await;
                assert_eq!(disturbed, undisturbed, "{first} {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_job_that_died_is_told_to_people() {
    let chain = Chain::new(GOOD, &[]).await;
    chain.triage().await.unwrap();
    let settled = chain.settle().await.unwrap();
    assert_eq!(settled.plan.unwrap().reason, Reason::AgentFailed);
    assert!(chain.world.is_waiting(chain.issue).await);
    let told = chain.world.told(chain.issue).await;
    assert!(told.contains("its job left nothing"), "{told}");

    let chain = Chain::new(GOOD, &[]).await;
    chain.triage().await.unwrap();
    chain.agent().await.unwrap();
    chain.settle().await.unwrap();
    let told = chain.world.told(chain.issue).await;
    assert!(told.contains("its commit was never checked"), "{told}");
}

#[tokio::test]
async fn a_run_whose_time_is_over_is_taken_up_again_with_money_of_its_own() {
    let mut chain = Chain::new(GOOD, &[]).await;
    chain.triage().await.unwrap();
    let again = chain.triage().await.unwrap();
    assert_eq!(again.plan.unwrap().reason, Reason::RunInProgress);
    chain.world.now += 3_601;
    chain.run = chain.world.dir.path().join("run-2");
    let again = chain.triage().await.unwrap();
    assert_eq!(again.plan.unwrap().reason, Reason::Resumed);
    let entries = chain.world.local.entries(None).await.unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(names, ["run-1-1", "run-1-1-try-2"]);
}

/// pnpm would install again, with scripts and over the network, what lies elsewhere than where it was installed.
#[tokio::test]
async fn pnpm_is_told_to_install_nothing_before_it_runs_a_gate() {
    for (manager, told) in [("pnpm", true), ("yarn", false)] {
        let chain = Chain::new(GOOD, &[]).await;
        let main = lightsout_forge::BranchName::new("main").unwrap();
        let config = format!(
            "[site]\npackage_manager = \"{manager}\"\n[[gates]]\nname = \"told\"\nrun = \"printenv pnpm_config_verify_deps_before_run\"\n"
        );
        let ada = chain.world.local.person(&login_of(MAINTAINER));
        ada.push_file(None, &main, "factory.toml", config.as_bytes(), "declare")
            .await
            .unwrap();
        assert!(chain.triage().await.unwrap().next.is_some());
        chain.agent().await.unwrap();
        let Verdict::Checked { gates, .. } = chain.check().await.unwrap().verdict else {
            panic!("no gate ran")
        };
        let passed = gates.iter().all(|gate| gate.outcome == GateWord::Passed);
        assert_eq!(passed, told, "{manager}: {gates:?}");
    }
}

/// The gate passes only where what was installed for the base branch is found beside the commit.
#[tokio::test]
async fn gates_find_what_was_installed_for_the_base() {
    for installed in [true, false] {
        let chain = Chain::new(GOOD, &[]).await;
        let main = lightsout_forge::BranchName::new("main").unwrap();
        let config = b"[site]\npackage_manager = \"npm\"\n[[gates]]\nname = \"lint\"\nrun = \"sh node_modules/lint/run.sh\"\n";
        let ada = chain.world.local.person(&login_of(MAINTAINER));
        ada.push_file(None, &main, "factory.toml", config, "declare")
            .await
            .unwrap();
        assert!(chain.triage().await.unwrap().next.is_some());
        chain.agent().await.unwrap();
        let checkout = chain.world.dir.path().join("checkout");
        std::fs::create_dir_all(checkout.join("node_modules/lint")).unwrap();
        if installed {
            std::fs::write(checkout.join("node_modules/lint/run.sh"), "true\n").unwrap();
        }
        let judged = chain.check().await.unwrap();
        let Verdict::Checked { gates, .. } = judged.verdict else {
            panic!("{:?}", judged.verdict)
        };
        let passed = gates.iter().all(|gate| gate.outcome == GateWord::Passed);
        assert_eq!(passed, installed, "{gates:?}");
    }
}
