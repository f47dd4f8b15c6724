//! The parts of the world besides requests, as the engine reads them: failed runs, reviews, previews, skills, spend.

mod canary;
mod heal;
mod preview;
mod review;
mod root;
mod spend;

use std::path::Path;

use lightsout_forge::{Deployment, Event, EventKind, ForgeError, Label, Number, WorkflowRun};
use lightsout_lifecycle::{
    AnyFacts, Execution, Plan, Reason, Record, Role, RunEnd, RunReport, factory_branch_prefix,
    foreseen, newest_pull,
};

pub(crate) use canary::CanaryPart;
pub(crate) use heal::HealPart;
pub(crate) use preview::PreviewPart;
pub(crate) use review::ReviewPart;
pub(crate) use spend::SpendPart;

use crate::journal::JournalLine;
use crate::part::{Part, RequestPart};
use crate::rest::is_own;
use crate::{Commission, Engine, EngineError, Hired, Settled};

/// Which part of the world an event is put to, with what only whoever heard of it knows.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// The request that it speaks of. Whoever knows which saves a question; a wrong one leads to nothing.
    Request(Option<Number>),
    /// The pull request whose commit a workflow failed on.
    Failure {
        /// The workflow run.
        run: &'a WorkflowRun,
        /// The telling lines of its log, as an agent is shown them.
        log: &'a str,
        /// What of them names the failure: the same for the same failure.
        failure: &'a str,
    },
    /// The pull request that may be reviewed.
    Review,
    /// The deployment that something is said of.
    Deployment(&'a Deployment),
    /// Yesterday's spend.
    Spend,
    /// The skills, and the model that is to prove that it reads them.
    Canary {
        /// The pinned model.
        model: &'a str,
        /// Whether the agent reads skills: one that uses no model does not, and has nothing to prove.
        reads: bool,
    },
}

/// Puts an event to one part of the world: `$part` is the part, of whatever type, in `$then`.
macro_rules! with_part {
    ($engine:expr, $about:expr, $event:expr, $part:ident => $then:expr) => {
        match $about {
            About::Request(known) => match $engine.request_or(known, $event).await? {
                Some(issue) => {
                    let mut $part = RequestPart::of(issue);
                    Some($then)
                }
                None => None,
            },
            About::Failure { run, log, failure } => {
                let mut $part = HealPart::of(run, log, failure);
                Some($then)
            }
            About::Review => match ReviewPart::of_event($event) {
                Some(part) => {
                    let mut $part = part;
                    Some($then)
                }
                None => None,
            },
            About::Deployment(said) => match PreviewPart::of($event, said) {
                Some(part) => {
                    let mut $part = part;
                    Some($then)
                }
                None => None,
            },
            About::Spend => {
                let mut $part = SpendPart;
                Some($then)
            }
            About::Canary { model, reads } => {
                let mut $part = CanaryPart::of(model, reads);
                Some($then)
            }
        }
    };
}

impl Engine<'_> {
    /// Deals with an event about one part of the world up to a run, which is commissioned into the folder `out` with its
    /// money put aside: others do it, and somebody settles it with [`Engine::settle`].
    ///
    /// # Errors
    /// When the forge, git, the disk or the ledger fails; calling again goes on from there.
    pub async fn deal(
        &self,
        about: About<'_>,
        event: &Event,
        hired: &Hired,
        out: &Path,
    ) -> Result<Settled, EngineError> {
        if let About::Request(known) = about
            && let Some((issue, plan)) = self.foresee(known, event).await?
        {
            return Ok(Settled::foreseen(plan, issue, out));
        }
        let settled = with_part!(self, about, event, part => {
            let execution = Execution::of(event.clone());
            self.hand_out(&mut part, execution, hired, out).await?
        });
        let settled = settled.unwrap_or_else(Settled::nothing);
        match about {
            About::Request(known)
                if settled.acted
                    && settled.reason() == Some(Reason::Approved)
                    && !self.settings.dry_run =>
            {
                self.go_on(known, event, hired, out).await
            }
            _ => Ok(settled),
        }
    }

    /// Merges at once what was just approved and is green: the event that the approval raises comes to another job, which
    /// would have to read everything again.
    async fn go_on(
        &self,
        known: Option<Number>,
        event: &Event,
        hired: &Hired,
        out: &Path,
    ) -> Result<Settled, EngineError> {
        let Some(issue) = self.request_or(known, event).await? else {
            return Ok(Settled::nothing());
        };
        let prefix = factory_branch_prefix(issue);
        let pulls = self.ports.forge.pull_requests(&prefix).await?;
        let Some(pull) = newest_pull(pulls) else {
            return Ok(Settled::nothing());
        };
        // What is due on a label depends on nobody's permission.
        let labeled = Event {
            kind: EventKind::PullLabeled {
                pull: pull.number,
                label: Label::approved(),
            },
            ..event.clone()
        };
        let execution = Execution::of(labeled);
        let mut part = RequestPart::settled(issue);
        let merged = self.hand_out(&mut part, execution, hired, out).await?;
        Ok(Settled {
            acted: true,
            ..merged
        })
    }

    async fn request_or(
        &self,
        known: Option<Number>,
        event: &Event,
    ) -> Result<Option<Number>, EngineError> {
        match known {
            Some(known) => Ok(Some(known)),
            None => self.request_of(event).await,
        }
    }

    /// Asks the record alone what follows from an event, where that may be enough.
    async fn foresee(
        &self,
        known: Option<Number>,
        event: &Event,
    ) -> Result<Option<(Number, Plan)>, EngineError> {
        // Of an issue that was just opened there is no record, and reading it first saves asking for one.
        if matches!(event.kind, EventKind::IssueOpened { .. }) {
            return Ok(None);
        }
        let Some(issue) = self.request_or(known, event).await? else {
            return Ok(None);
        };
        let factory = self.factory()?;
        let said = match self.ports.forge.comments(issue).await {
            Ok(said) => said,
            Err(ForgeError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let record = Record::find(&said, |login| is_own(&factory, login));
        let alive = self.is_alive(record.run.as_ref());
        let Some(plan) = foreseen(&event.kind, &record, alive) else {
            return Ok(None);
        };
        self.note(|at| JournalLine::Decided {
            at,
            issue,
            on: event.clone(),
            reason: plan.reason,
            from: None,
        })?;
        Ok(Some((issue, plan)))
    }

    /// Reads what a decision about `event` would look at, and does nothing; none when it speaks of nothing there is.
    ///
    /// # Errors
    /// When the forge, git, the disk or the ledger fails.
    pub async fn facts(
        &self,
        about: About<'_>,
        event: &Event,
    ) -> Result<Option<AnyFacts>, EngineError> {
        Ok(with_part!(self, about, event, part => any(&mut part, self, event).await?))
    }

    /// Settles a report by the rules of the part of the world that its run belongs to.
    pub(crate) async fn settle_report(
        &self,
        commission: &Commission,
        report: RunReport,
        out: &Path,
    ) -> Result<Settled, EngineError> {
        let order = &commission.order;
        match order.role {
            Role::Author | Role::Checker => {
                let mut part = RequestPart::settled(order.issue);
                self.settle_part(&mut part, commission, report, out).await
            }
            Role::Healer { .. } => {
                let mut part = HealPart::of_order(order, &commission.subject);
                self.settle_part(&mut part, commission, report, out).await
            }
            Role::Reviewer | Role::Fixer => {
                let found = match &report.end {
                    RunEnd::Reviewed { findings } => findings.clone(),
                    _ => Vec::new(),
                };
                let mut part = ReviewPart::of_order(order, found);
                self.settle_part(&mut part, commission, report, out).await
            }
            Role::Canary => {
                let mut part = CanaryPart::of(&commission.subject, true);
                self.settle_part(&mut part, commission, report, out).await
            }
        }
    }
}

async fn any<P: Part>(
    part: &mut P,
    engine: &Engine<'_>,
    event: &Event,
) -> Result<AnyFacts, EngineError> {
    Ok(P::any(part.read(engine, event).await?))
}
