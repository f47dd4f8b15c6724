//! The journal: what was decided, intended, done and seen, one JSON line each.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use lightsout_forge::{Action, Chore, Ensured, Event, Number};
use lightsout_lifecycle::Reason;
use serde::{Deserialize, Serialize};

use crate::EngineError;

/// One line of `journal.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
#[non_exhaustive]
pub enum JournalLine {
    /// A decision.
    Decided {
        /// When.
        at: DateTime<Utc>,
        /// The request.
        issue: Number,
        /// What it was about.
        on: Event,
        /// Why it came out as it did.
        reason: Reason,
    },
    /// A chore for the whole repository came to something; its actions follow.
    Chore {
        /// When.
        at: DateTime<Utc>,
        /// The chore.
        chore: Chore,
        /// Why it came out as it did.
        reason: Reason,
        /// What is about to be performed.
        actions: Vec<Action>,
    },
    /// An action is about to be performed.
    Intended {
        /// When.
        at: DateTime<Utc>,
        /// The request.
        issue: Number,
        /// The action.
        what: Action,
    },
    /// It was performed.
    Done {
        /// When.
        at: DateTime<Utc>,
        /// The request.
        issue: Number,
        /// The action's name.
        what: String,
        /// Whether anything had to change.
        ensured: Ensured,
    },
    /// It failed.
    Failed {
        /// When.
        at: DateTime<Utc>,
        /// The request.
        issue: Number,
        /// The action's name.
        what: String,
        /// Why.
        why: String,
    },
}

/// Appends lines; a line that a kill cut short is the last one, and readers pass over it.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
}

impl Journal {
    pub(crate) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    pub(crate) fn write(&self, line: &JournalLine) -> Result<(), EngineError> {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        let append = || {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.path)?
                .write_all(text.as_bytes())
        };
        append().map_err(EngineError::disk("writing", &self.path))
    }
}
