//! The stage of the forge: what other jobs handed on is looked at, paid for, and turned into the next plan.

use std::path::Path;

use lightsout_forge::{Event, EventId, EventKind, Number};
use lightsout_lifecycle::{Ended, Execution, Plan, Reason, Role, RunEnd, RunReport};
use lightsout_taxonomy::Factory;

use crate::arrival::Doubt;
use crate::bench::Bench;
use crate::check::is_gates_folder;
use crate::chores::clockwork;
use crate::commission::take_back;
use crate::heard::Heard;
use crate::part::{Part, Stop};
use crate::run::refused;
use crate::work::{Work, read_work};
use crate::{Commission, Engine, EngineError, Hired};

/// What jobs without a credential handed on.
#[derive(Debug, Clone, Copy)]
pub struct Handed<'a> {
    /// The folder of the agent's job; it may be missing.
    pub work: &'a Path,
    /// The folder of the gates' job; it may be missing.
    pub gates: &'a Path,
}

/// What deciding about an event, or settling a run, came to.
#[derive(Debug)]
pub struct Settled {
    /// What was decided last, and why, if anything was.
    pub plan: Option<Plan>,
    /// Whether anything was to be done.
    pub acted: bool,
    /// How the run ended, where one was settled.
    pub report: Option<RunReport>,
    /// The run that is to be done next; it lies in the folder that was named.
    pub next: Option<Commission>,
}

impl Settled {
    /// Why it came out as it did, if anything was decided.
    pub fn reason(&self) -> Option<Reason> {
        self.plan.as_ref().map(|plan| plan.reason)
    }

    /// What the record of a request alone told.
    pub(crate) fn foreseen(plan: Plan, issue: Number, out: &Path) -> Self {
        Self {
            next: handed_out(Some(&plan), issue, out),
            plan: Some(plan),
            ..Self::nothing()
        }
    }

    /// There was nothing to decide about.
    pub(crate) fn nothing() -> Self {
        Self {
            plan: None,
            acted: false,
            report: None,
            next: None,
        }
    }
}

/// Finds the run that is under way in the folder where it was to be left: it was handed out before, by somebody who did
/// not live to say so, or is asked for again.
fn handed_out(plan: Option<&Plan>, number: Number, out: &Path) -> Option<Commission> {
    let under_way = plan.is_some_and(|plan| plan.reason == Reason::RunInProgress);
    let found = under_way.then(|| Commission::read(out).ok())??;
    // What belongs to no request is filed under its pull request, and may be charged elsewhere.
    let its_own = found.order.issue == number || found.order.role != Role::Author;
    its_own.then_some(found)
}

impl Engine<'_> {
    /// Settles the run in the folder `run`: looks at everything that was handed on, books what the agent used, reports,
    /// and does what follows. A run that follows, such as the fix pass of a review, is commissioned into `out`.
    ///
    /// What is missing or cannot be believed is a failure of the agent, and told as one: never silence.
    ///
    /// # Errors
    /// When the forge, git, the disk or the ledger fails, or `run` is damaged; calling again goes on from there. Also when
    /// the forge refuses what follows from the run: whoever sweeps elsewhere does not have what was handed on.
    pub async fn settle(
        &self,
        run: &Path,
        handed: Handed<'_>,
        out: &Path,
    ) -> Result<Settled, EngineError> {
        let commission = Commission::read(run)?;
        let report = self.report_of(&commission, handed).await?;
        self.settle_report(&commission, report, out).await
    }

    /// Settles a report by the rules of one part of the world.
    pub(crate) async fn settle_part<P: Part>(
        &self,
        part: &mut P,
        commission: &Commission,
        report: RunReport,
        out: &Path,
    ) -> Result<Settled, EngineError> {
        let mut execution = Execution::of(Event {
            id: EventId(format!("settle-{}", commission.order.id.0)),
            at: (self.ports.clock)(),
            actor: clockwork()?,
            kind: EventKind::Sweep {
                issue: commission.order.issue,
            },
        });
        execution.ran(report.clone());
        let settled = self
            .hand_out(part, execution, &commission.hired, out)
            .await?;
        Ok(Settled {
            report: Some(report),
            ..settled
        })
    }

    /// Carries an execution on until nothing is left to do, or a run is due, which is commissioned.
    pub(crate) async fn hand_out<P: Part>(
        &self,
        part: &mut P,
        mut execution: Execution<P::Facts>,
        hired: &Hired,
        out: &Path,
    ) -> Result<Settled, EngineError> {
        let mut plan = None;
        loop {
            let order = match self.drive(part, &mut execution, &mut plan).await? {
                Stop::Run(order) => order,
                Stop::Done(Ended::Unsettled) => return Err(EngineError::Unsettled),
                Stop::Done(ended) => {
                    let next = handed_out(plan.as_ref(), part.number(), out);
                    let idle = plan.as_ref().is_none_or(Plan::is_empty);
                    return Ok(Settled {
                        plan,
                        acted: ended == Ended::Acted && !idle,
                        report: None,
                        next,
                    });
                }
            };
            let tried = self.untried(&order).await?;
            let tried = self.claimed_try(&order.id, tried)?;
            let commission = self.commission(&order, part, hired, tried, out).await?;
            let factory = self.bench.prepare(&commission)?;
            match self.reserve(&order, &factory, commission.tried).await? {
                Ok(_) => {
                    self.let_go(&order.id)?;
                    return Ok(Settled {
                        plan,
                        acted: true,
                        report: None,
                        next: Some(commission),
                    });
                }
                Err(how) => {
                    let report = self.report(&commission, refused(how), None).await?;
                    // Nobody shall take it for a run that may be done.
                    take_back(out)?;
                    self.let_go(&order.id)?;
                    execution.ran(report);
                }
            }
        }
    }

    /// Turns what was handed on into a report. The money is booked first, since it is spent whatever else is wrong.
    async fn report_of(
        &self,
        commission: &Commission,
        handed: Handed<'_>,
    ) -> Result<RunReport, EngineError> {
        let factory = self.bench.prepare(commission)?;
        let work = match read_work(handed.work, commission) {
            Ok(Some(work)) => work,
            Ok(None) => {
                let how = "its job left nothing: it died, or ran out of time".to_owned();
                return self.report(commission, refused(how), None).await;
            }
            Err(Doubt(why)) => {
                let how = format!("what its job handed on cannot be believed: {why}");
                return self.report(commission, refused(how), None).await;
            }
        };
        if !self.settings.dry_run {
            let order = &commission.order;
            match self.reserve(order, &factory, commission.tried).await? {
                Ok(reservation) => {
                    self.book(commission, &work.outcome, reservation.as_ref())
                        .await?;
                }
                Err(how) => return self.report(commission, refused(how), Some(&work)).await,
            }
        }
        let end = match is_gates_folder(handed.gates) {
            Ok(_) => self
                .bench
                .verdict(commission, &factory, &work, handed.gates)?,
            Err(doubt) => disbelieved(&doubt),
        };
        self.report(commission, end, Some(&work)).await
    }

    /// Writes the report of a run.
    pub(crate) async fn report(
        &self,
        commission: &Commission,
        end: RunEnd,
        work: Option<&Work>,
    ) -> Result<RunReport, EngineError> {
        let order = &commission.order;
        let tag = self.price_tag(order.issue).await?;
        Ok(RunReport {
            run: order.id.clone(),
            role: order.role,
            issue: order.issue,
            kind: order.kind.clone(),
            attempt: order.attempt,
            agent: commission.hired.name.clone(),
            branch: order.branch.clone(),
            base_branch: commission.into.clone(),
            base: commission.base.clone(),
            end,
            oddities: work
                .map(|work| work.oddities(order.role))
                .unwrap_or_default(),
            words: work
                .map(|work| work.outcome.message.clone())
                .unwrap_or_default(),
            price_tag: tag.to_markdown(),
            spent: tag.total().known(),
        })
    }
}

impl Bench<'_> {
    /// Says how a run ended, from what the agent left and what the gates made of it.
    pub(crate) fn verdict(
        &self,
        commission: &Commission,
        factory: &Factory,
        work: &Work,
        gates: &Path,
    ) -> Result<RunEnd, EngineError> {
        let head = match work.heard(commission) {
            Heard::End(end) => return Ok(end),
            Heard::Commit(head) => head,
        };
        Ok(
            match self.believe_gates(commission, factory, &head, gates)? {
                Ok(Some(end)) => end,
                Ok(None) => refused(
                    "its commit was never checked: the job of the gates left nothing".to_owned(),
                ),
                Err(doubt) => disbelieved(&doubt),
            },
        )
    }
}

fn disbelieved(Doubt(why): &Doubt) -> RunEnd {
    refused(format!(
        "what the job of the gates handed on cannot be believed: {why}"
    ))
}
