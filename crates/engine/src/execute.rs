//! Performing an action: written down before and after. What comes when is the execution's business.

use std::time::Instant;

use lightsout_forge::{Action, Ensured, ForgeError, Number};
use lightsout_lifecycle::Answer;

use crate::journal::JournalLine;
use crate::{Engine, EngineError, Progress, Stage};

impl Engine<'_> {
    /// Performs one action of a plan; the execution says what follows from the answer.
    pub(crate) async fn perform(
        &self,
        issue: Number,
        action: &Action,
    ) -> Result<Answer, EngineError> {
        let since = Instant::now();
        self.note(|at| JournalLine::Intended {
            at,
            issue,
            what: action.clone(),
        })?;
        let ended = self.ensure(action).await;
        self.bench.took(Stage::Forge, since);
        match ended {
            Ok(ensured) => {
                self.performed(issue, action, ensured)?;
                Ok(Answer::So)
            }
            Err(error) => self.failed(issue, action, error),
        }
    }

    pub(crate) async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError> {
        for pause in &self.settings.pauses {
            match self.ports.forge.ensure(action).await {
                Err(error) if error.may_pass() => tokio::time::sleep(*pause).await,
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
        self.bench.observer.saw(&Progress::Acted {
            issue,
            action,
            ensured,
        });
        Ok(())
    }

    fn failed(
        &self,
        issue: Number,
        action: &Action,
        error: ForgeError,
    ) -> Result<Answer, EngineError> {
        let why = error.to_string();
        self.note(|at| JournalLine::Failed {
            at,
            issue,
            what: action.name().to_owned(),
            why: why.clone(),
        })?;
        match error {
            ForgeError::Stale { .. } => Ok(Answer::Stale),
            ForgeError::Conflict { .. } => Ok(Answer::Conflict),
            ForgeError::Refused { .. } | ForgeError::NotFound { .. } => {
                self.bench.observer.saw(&Progress::Refused { issue, why });
                Ok(Answer::Refused)
            }
            other => Err(other.into()),
        }
    }

    pub(crate) fn note(
        &self,
        line: impl FnOnce(chrono::DateTime<chrono::Utc>) -> JournalLine,
    ) -> Result<(), EngineError> {
        self.bench
            .workshop
            .journal
            .write(&line((self.ports.clock)()))
    }
}
