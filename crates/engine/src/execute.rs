//! Performing a plan: each action in order, written down before and after.

use std::time::Instant;

use lightsout_forge::{Action, Ensured, ForgeError, Number};
use lightsout_lifecycle::Plan;

use crate::journal::JournalLine;
use crate::{Engine, EngineError, Progress, Stage};

/// How performing a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Performed {
    /// Everything is as the plan wants it.
    All,
    /// The world moved: read and decide again.
    Stale,
    /// A merge met a conflict.
    Conflict,
    /// The forge refuses for good; whoever watches was told.
    Refused,
}

impl Engine<'_> {
    /// Performs the actions of a plan in their order, stopping at the first that cannot be.
    pub(crate) async fn perform(
        &self,
        issue: Number,
        plan: &Plan,
    ) -> Result<Performed, EngineError> {
        let since = Instant::now();
        let mut ended = Performed::All;
        for action in &plan.actions {
            self.note(|at| JournalLine::Intended {
                at,
                issue,
                what: action.clone(),
            })?;
            match self.ensure(action).await {
                Ok(ensured) => self.performed(issue, action, ensured)?,
                Err(error) => {
                    ended = self.stopped(issue, action, error)?;
                    break;
                }
            }
        }
        self.took(Stage::Forge, since);
        Ok(ended)
    }

    async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError> {
        for pause in &self.settings.pauses {
            match self.ports.forge.ensure(action).await {
                Err(ForgeError::Transient { .. }) => tokio::time::sleep(*pause).await,
                other => return other,
            }
        }
        self.ports.forge.ensure(action).await
    }

    fn performed(
        &self,
        issue: Number,
        action: &Action,
        ensured: Ensured,
    ) -> Result<(), EngineError> {
        self.note(|at| JournalLine::Done {
            at,
            issue,
            what: action.name().to_owned(),
            ensured,
        })?;
        self.ports.observer.saw(&Progress::Acted {
            issue,
            action,
            ensured,
        });
        Ok(())
    }

    fn stopped(
        &self,
        issue: Number,
        action: &Action,
        error: ForgeError,
    ) -> Result<Performed, EngineError> {
        let why = error.to_string();
        self.note(|at| JournalLine::Failed {
            at,
            issue,
            what: action.name().to_owned(),
            why: why.clone(),
        })?;
        match error {
            ForgeError::Stale { .. } => Ok(Performed::Stale),
            ForgeError::Conflict { .. } => Ok(Performed::Conflict),
            ForgeError::Refused { .. } | ForgeError::NotFound { .. } => {
                self.ports.observer.saw(&Progress::Refused { issue, why });
                Ok(Performed::Refused)
            }
            other => Err(other.into()),
        }
    }

    fn note(
        &self,
        line: impl FnOnce(chrono::DateTime<chrono::Utc>) -> JournalLine,
    ) -> Result<(), EngineError> {
        self.workshop.journal.write(&line((self.ports.clock)()))
    }
}
