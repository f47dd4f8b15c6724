//! The journal: what was decided, intended, done and seen, one JSON line each.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use lightsout_forge::{Action, Chore, Ensured, Event, Number};
use lightsout_lifecycle::{AnyFacts, Plan, Question, Reason};
use serde::{Deserialize, Serialize};

use crate::EngineError;

/// All that a decision follows from, and the plan that followed: enough to make it again. It holds what the forge shows of
/// one request, or what a chore looked at, and nothing that is secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// What was asked.
    pub question: Question,
    /// What was looked at.
    pub facts: AnyFacts,
    /// What was to be done.
    pub plan: Plan,
}

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
        /// All that it follows from; journals of older versions lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Box<Basis>>,
    },
    /// A chore for the whole repository came to something; its actions follow.
    Chore {
        /// When.
        at: DateTime<Utc>,
        /// The chore.
        chore: Chore,
        /// The tick of the clock that it was about; journals of older versions lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Event>,
        /// Why it came out as it did.
        reason: Reason,
        /// All that it follows from; journals of older versions lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Box<Basis>>,
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

/// Appends lines; readers pass over a line that a kill cut short.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
}

impl Journal {
    /// Opens the journal. A line that a kill cut short is ended, so that the next one does not run into it.
    pub(crate) fn at(path: &Path) -> Result<Self, EngineError> {
        let journal = Self {
            path: path.to_owned(),
        };
        if journal
            .is_cut_short()
            .map_err(EngineError::disk("reading", path))?
        {
            journal.append(b"\n")?;
        }
        Ok(journal)
    }

    fn is_cut_short(&self) -> std::io::Result<bool> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() == 0 {
            return Ok(false);
        }
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }

    pub(crate) fn write(&self, line: &JournalLine) -> Result<(), EngineError> {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        self.append(text.as_bytes())
    }

    fn append(&self, bytes: &[u8]) -> Result<(), EngineError> {
        let append = || {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.path)?
                .write_all(bytes)
        };
        append().map_err(EngineError::disk("writing", &self.path))
    }
}
