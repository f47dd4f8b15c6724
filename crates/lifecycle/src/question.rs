//! What is asked about a part of the world: with the event and the facts, all that a plan follows from.

use lightsout_forge::Event;
use serde::{Deserialize, Serialize};

use crate::facts::sealed::Facts as _;
use crate::{AnyFacts, Plan, RunReport, decide, settle};

/// What is asked about a part of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asked", rename_all = "snake_case")]
pub enum Question {
    /// What is to be done after the event.
    Decide,
    /// What is to be done after a commit did not merge.
    MergeConflict,
    /// What is to be done after a run.
    Settle {
        /// What the run did.
        report: Box<RunReport>,
    },
}

impl Question {
    /// Answers by the rules of today.
    pub fn answer(&self, event: &Event, facts: &AnyFacts) -> Plan {
        match self {
            Self::Decide => decide(event, facts),
            Self::Settle { report } => settle(report, facts),
            Self::MergeConflict => facts.merge_conflict(),
        }
    }
}
