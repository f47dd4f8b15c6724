//! The parts of the world besides requests, as the engine reads them: failed runs, reviews, previews, skills, spend.

mod canary;
mod heal;
mod preview;
mod review;
mod root;
mod spend;

use std::path::Path;

use lightsout_forge::{Deployment, Event, WorkflowRun};
use lightsout_lifecycle::{AnyFacts, Execution, Role, RunEnd, RunReport};

pub(crate) use canary::CanaryPart;
pub(crate) use heal::HealPart;
pub(crate) use preview::PreviewPart;
pub(crate) use review::ReviewPart;
pub(crate) use spend::SpendPart;

use crate::part::{Part, RequestPart};
use crate::{Commission, Engine, EngineError, Hired, Settled};

/// Which part of the world an event is put to, with what only whoever heard of it knows.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// The request that it speaks of.
    Request,
    /// The pull request whose commit a workflow failed on.
    Failure {
        /// The workflow run.
        run: &'a WorkflowRun,
        /// The telling lines of its log.
        log: &'a str,
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
    },
}

/// Puts an event to one part of the world: `$part` is the part, of whatever type, in `$then`.
macro_rules! with_part {
    ($engine:expr, $about:expr, $event:expr, $part:ident => $then:expr) => {
        match $about {
            About::Request => match $engine.request_of($event).await? {
                Some(issue) => {
                    let mut $part = RequestPart::of(issue);
                    Some($then)
                }
                None => None,
            },
            About::Failure { run, log } => {
                let mut $part = HealPart::of(run, log);
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
            About::Canary { model } => {
                let mut $part = CanaryPart::of(model);
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
        let settled = with_part!(self, about, event, part => {
            let execution = Execution::of(event.clone());
            self.hand_out(&mut part, execution, hired, out).await?
        });
        Ok(settled.unwrap_or_else(Settled::nothing))
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
            Role::Author => {
                let mut part = RequestPart::of(order.issue);
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
                let mut part = CanaryPart::of(&commission.subject);
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
