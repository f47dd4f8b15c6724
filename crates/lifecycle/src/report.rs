//! What a run did, as the engine found it out; nothing in it is taken on an agent's word alone.

use std::path::PathBuf;

use lightsout_forge::{BranchName, Label, Number, Sha};
use lightsout_ledger::Nanodollars;
use serde::{Deserialize, Serialize};

use crate::RunId;

/// How a gate ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum GateOutcome {
    /// It passed.
    Passed,
    /// It failed, and does not on the base commit.
    Failed {
        /// Its last lines.
        tail: String,
    },
    /// It failed, and fails on the base commit too: not this request's fault.
    FailedBefore {
        /// Its last lines.
        tail: String,
    },
}

/// One gate on the run's commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name in `factory.toml`, or `lane` for the first one.
    pub name: String,
    /// The command as configured.
    pub command: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: GateOutcome,
}

/// A picture that trusted code made for the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureNote {
    /// Where it lies in the repository.
    pub path: String,
    /// Where it comes from and what was done to it, in a sentence.
    pub note: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum RunEnd {
    /// READY, with a commit inside the lane; the gates have run.
    Ready {
        /// The commit that was checked.
        head: Sha,
        /// A git bundle with it.
        bundle: PathBuf,
        /// Every gate.
        gates: Vec<Gate>,
        /// Every picture.
        pictures: Vec<PictureNote>,
        /// The paths it changes.
        files: Vec<String>,
    },
    /// WAITING: the agent asks.
    Waiting {
        /// What it asks.
        questions: String,
        /// Whether it had committed something, which is dropped.
        dropped_commits: bool,
    },
    /// READY, but nothing was committed.
    NothingCommitted {
        /// The agent's last words.
        message: String,
    },
    /// The agent ended without READY or WAITING.
    NoSignal {
        /// Its last words.
        message: String,
    },
    /// The agent did not end well.
    AgentFailed {
        /// How it ended: an exit status, a signal, a time limit.
        how: String,
        /// The last lines it printed.
        tail: String,
    },
    /// The change leaves its lane or holds what no change may hold.
    OutsideLane {
        /// Each offence in a sentence.
        problems: Vec<String>,
    },
    /// A picture could not be made from what the person gave.
    PictureRefused {
        /// Why, and what would help.
        why: String,
    },
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Which run.
    pub run: RunId,
    /// The request.
    pub issue: Number,
    /// Its content type.
    pub kind: Label,
    /// Which attempt.
    pub attempt: u32,
    /// Who did the work, such as `template`.
    pub agent: String,
    /// The branch that the work goes to.
    pub branch: BranchName,
    /// The branch it is to be merged into.
    pub base_branch: BranchName,
    /// The commit it started from.
    pub base: Sha,
    /// How it ended.
    #[serde(flatten)]
    pub end: RunEnd,
    /// What the agent said last, without its signal.
    pub words: String,
    /// The price tag of the whole request so far, in Markdown.
    pub price_tag: String,
    /// What the whole request has cost so far.
    pub spent: Nanodollars,
}
