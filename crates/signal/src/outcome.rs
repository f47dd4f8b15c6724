//! What a transcript comes to.

use lightsout_ledger::{ModelUsage, Nanodollars};
use serde::{Deserialize, Serialize};

use crate::{Finding, FindingCode};

/// The agent's last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The work is committed.
    Ready,
    /// A person must answer first.
    Waiting,
}

impl Signal {
    /// Returns the word as agents write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::Waiting => "WAITING",
        }
    }
}

/// How a transcript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Claude Code's execution file: one JSON array of messages.
    ClaudeArray,
    /// Claude Code's `stream-json`: a message a line.
    ClaudeLines,
    /// Claude Code's `json`: the result message alone.
    ClaudeResult,
    /// Codex `exec --json`: an event a line.
    CodexLines,
    /// Words.
    Text,
    /// Nothing at all.
    Empty,
}

/// Why an agent stopped before its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum ErrorClass {
    /// It used up its turns.
    MaxTurns,
    /// It used up the money it was given.
    Budget,
    /// The model refused.
    Refusal,
    /// The model's provider answered with an error.
    Api {
        /// The provider's word for it: `overloaded`, `authentication_failed`.
        kind: String,
        /// The HTTP status, if there was an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// The agent program failed while it worked.
    Execution,
    /// The transcript ends without a result: the program crashed or was ended.
    Crash,
}

/// A tool call that the agent was not allowed to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// The tool's name.
    pub tool: String,
    /// What it was to do: the command, the path, or the input as JSON; shortened.
    pub input: String,
}

/// What a run of an agent came to, by its transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How the transcript was written.
    pub format: Format,
    /// The last word, if there is exactly one that counts.
    pub signal: Option<Signal>,
    /// The final text without the line of the signal: the questions, when the agent waits.
    pub message: String,
    /// What is odd about the transcript, each kind once.
    pub findings: Vec<Finding>,
    /// How many turns the agent took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<u64>,
    /// How long it worked, by its own clock, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What it used, by model. Empty when the transcript does not say.
    pub models: Vec<ModelUsage>,
    /// What the agent says the run cost in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Nanodollars>,
    /// The tool calls it was refused.
    pub denials: Vec<Denial>,
    /// Why it stopped early, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorClass>,
}

impl Outcome {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            signal: None,
            message: String::new(),
            findings: Vec::new(),
            turns: None,
            duration_ms: None,
            models: Vec::new(),
            cost: None,
            denials: Vec::new(),
            error: None,
        }
    }

    /// Adds a finding with its general sentence, once.
    pub(crate) fn find(&mut self, code: FindingCode) {
        self.find_because(code, "");
    }

    /// Adds a finding with what the transcript says about it, once per code.
    pub(crate) fn find_because(&mut self, code: FindingCode, detail: &str) {
        if !self.has(code) {
            self.findings.push(Finding::new(code, detail));
        }
    }

    /// Returns whether there is a finding of this code.
    pub fn has(&self, code: FindingCode) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }

    /// Returns how the signal contradicts what lies in the repository, if it does.
    ///
    /// The transcript cannot tell whether the agent committed; whoever counted the commits asks here.
    pub fn contradiction(&self, commits: usize) -> Option<Finding> {
        match (self.signal, commits) {
            (Some(Signal::Ready), 0) => Some(Finding::new(FindingCode::ReadyWithoutCommit, "")),
            (Some(Signal::Waiting), 1..) => Some(Finding::new(FindingCode::WaitingWithCommits, "")),
            (Some(Signal::Ready), 1..) | (Some(Signal::Waiting), 0) | (None, _) => None,
        }
    }
}
