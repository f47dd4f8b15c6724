//! What a run did, as the engine found it out; nothing in it is taken on an agent's word alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lightsout_forge::{BranchName, Label, Number, Sha};
use lightsout_ledger::Nanodollars;
use lightsout_signal::Finding as Oddity;
use serde::{Deserialize, Serialize};

use crate::{Role, RunId};

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
    /// A reviewer has read a pull request.
    Reviewed {
        /// What it found.
        findings: Vec<Finding>,
    },
    /// The canary has given phrases back.
    Recited {
        /// Each skill's name with the phrase that came back.
        phrases: BTreeMap<String, String>,
    },
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It would do harm.
    MustFix,
    /// It is wrong, and harmless.
    ShouldFix,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The words for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::MustFix => "must fix",
            Self::ShouldFix => "should fix",
            Self::Note => "note",
        }
    }
}

/// One finding of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// The file it is about.
    #[serde(default)]
    pub path: Option<String>,
    /// The line in it, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// What is wrong and what would be right.
    pub text: String,
}

impl Finding {
    /// Whether it calls for a fix pass.
    pub fn wants_a_fix(&self) -> bool {
        match self.severity {
            Severity::MustFix | Severity::ShouldFix => true,
            Severity::Note => false,
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Which run.
    pub run: RunId,
    /// What it was for.
    #[serde(flatten)]
    pub role: Role,
    /// What it was charged to: the request, or a pull request that belongs to none.
    pub issue: Number,
    /// The content type whose lane held it; none where the work belongs to no request.
    pub kind: Option<Label>,
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
    /// What is odd about what it said, alone and beside what it committed.
    #[serde(default)]
    pub oddities: Vec<Oddity>,
    /// The price tag of the whole request so far, in Markdown.
    pub price_tag: String,
    /// What the whole request has cost so far.
    pub spent: Nanodollars,
}
