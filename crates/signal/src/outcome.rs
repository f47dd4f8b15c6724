//! What a transcript comes to.

use std::fmt;

use lightsout_ledger::{ModelUsage, Nanodollars};
use serde::{Deserialize, Serialize};

use crate::{Finding, FindingCode, Weight};

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

impl ErrorClass {
    /// Returns the finding that tells people of it.
    pub const fn code(&self) -> FindingCode {
        match self {
            Self::MaxTurns => FindingCode::MaxTurns,
            Self::Budget => FindingCode::MaxBudget,
            Self::Refusal => FindingCode::Refused,
            Self::Api { .. } => FindingCode::ApiError,
            Self::Execution => FindingCode::ErrorResult,
            Self::Crash => FindingCode::NoResult,
        }
    }
}

impl fmt::Display for ErrorClass {
    /// Writes `authentication_failed, status 401`, `max turns`, `crash`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxTurns => f.write_str("max turns"),
            Self::Budget => f.write_str("max budget"),
            Self::Refusal => f.write_str("refusal"),
            Self::Api { kind, status: None } => f.write_str(kind),
            Self::Api {
                kind,
                status: Some(status),
            } => write!(f, "{kind}, status {status}"),
            Self::Execution => f.write_str("error"),
            Self::Crash => f.write_str("crash"),
        }
    }
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

    /// Takes the signal back if a finding says that none counts.
    pub(crate) fn settle(&mut self) {
        let mut codes = self.findings.iter().map(|finding| finding.code);
        if codes.any(|code| code.weight() == Weight::Void) {
            self.signal = None;
        }
    }

    /// Judges what the agent said together with what it left: how many commits lie on its branch.
    ///
    /// The transcript cannot tell whether the agent committed, so whoever counted the commits asks here. An agent that
    /// ends well and has neither committed nor asked is a finding like one that says READY over an empty branch.
    ///
    /// ```
    /// use lightsout_signal::{FindingCode, Limits, Outcome, Verdict};
    ///
    /// let outcome = Outcome::read("READY".as_bytes(), &Limits::default());
    /// assert_eq!(outcome.judge(1).verdict, Verdict::Take);
    /// let judged = outcome.judge(0);
    /// assert_eq!(judged.verdict, Verdict::NothingCommitted);
    /// assert_eq!(judged.findings[0].code, FindingCode::ReadyWithoutCommit);
    /// ```
    pub fn judge(&self, commits: usize) -> Judgement {
        let (verdict, contradiction) = match (self.signal, commits) {
            _ if self.error.is_some() => (Verdict::Failed, None),
            (Some(Signal::Ready), 1..) => (Verdict::Take, None),
            (Some(Signal::Ready), 0) => (
                Verdict::NothingCommitted,
                Some(FindingCode::ReadyWithoutCommit),
            ),
            (Some(Signal::Waiting), 0) => (Verdict::Ask, None),
            (Some(Signal::Waiting), 1..) => (Verdict::Ask, Some(FindingCode::WaitingWithCommits)),
            (None, 0) => (Verdict::NoSignal, Some(FindingCode::NothingDone)),
            (None, 1..) => (Verdict::NoSignal, Some(FindingCode::CommitsWithoutSignal)),
        };
        let mut findings = self.findings.clone();
        findings.extend(contradiction.map(|code| Finding::new(code, "")));
        Judgement { verdict, findings }
    }
}

/// What follows from an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// READY, with commits: check and take them.
    Take,
    /// WAITING: hand the questions to a person. Commits are dropped.
    Ask,
    /// READY, and nothing was committed.
    NothingCommitted,
    /// It ended by itself, and said neither.
    NoSignal,
    /// It did not come to its end: the [`ErrorClass`] says why.
    Failed,
}

/// A verdict, and everything that a person should know about how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What follows.
    pub verdict: Verdict,
    /// The transcript's findings, then how they contradict what lies in the repository, if they do.
    pub findings: Vec<Finding>,
}
