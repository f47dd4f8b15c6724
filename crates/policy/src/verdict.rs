//! Calls, and what is said of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an agent asks to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Run a command line in the shell.
    Bash(String),
    /// Write a whole file; the path is absolute, or relative to the shell's folder.
    Write(String),
    /// Change a part of a file.
    Edit(String),
    /// Read a file.
    Read(String),
}

/// The tools that are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tool {
    /// The shell.
    Bash,
    /// Writing whole files.
    Write,
    /// Changing parts of files.
    Edit,
    /// Reading files.
    Read,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 4] = [Self::Bash, Self::Write, Self::Edit, Self::Read];

    /// Returns the name that rules use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "Bash",
            Self::Write => "Write",
            Self::Edit => "Edit",
            Self::Read => "Read",
        }
    }

    /// Returns the call of this tool with this input: a command line or a path.
    pub fn call(self, input: impl Into<String>) -> Call {
        match self {
            Self::Bash => Call::Bash(input.into()),
            Self::Write => Call::Write(input.into()),
            Self::Edit => Call::Edit(input.into()),
            Self::Read => Call::Read(input.into()),
        }
    }
}

/// Whether a call goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It goes through.
    Allowed,
    /// It does not.
    Refused,
}

/// What is said of a call. As JSON it has exactly the keys `verdict`, `rule`, `part` and `why`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether it goes through.
    #[serde(rename = "verdict")]
    pub decision: Decision,
    /// The rule that decided, where one did.
    pub rule: Option<String>,
    /// The piece of the input that decided.
    pub part: Option<String>,
    /// Why, in one sentence without a period.
    pub why: String,
}

impl Verdict {
    /// Says whether the call goes through.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }

    pub(crate) fn allowed(rule: Option<&str>, part: Option<&str>, why: impl Into<String>) -> Self {
        Self {
            decision: Decision::Allowed,
            rule: rule.map(ToOwned::to_owned),
            part: part.map(ToOwned::to_owned),
            why: why.into(),
        }
    }

    pub(crate) fn refused(rule: Option<&str>, part: Option<&str>, why: impl Into<String>) -> Self {
        Self {
            decision: Decision::Refused,
            ..Self::allowed(rule, part, why)
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_allowed() {
            "allowed"
        } else {
            "refused"
        };
        write!(f, "{word}: {}", self.why)?;
        if let Some(rule) = &self.rule {
            write!(f, "\n  rule: {rule}")?;
        }
        if let Some(part) = &self.part {
            write!(f, "\n  part: {part}")?;
        }
        Ok(())
    }
}
