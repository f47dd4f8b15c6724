//! How the command ends: 0 done, 1 refused or wrong input, 2 usage, 70 our fault.

mod fault;

use std::fmt;
use std::process::ExitCode;

use fault::Fault;

use crate::actions::{Level, annotate};
use crate::output::say;

/// How a verb ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// As asked.
    Fine,
    /// The input was judged and found wrong; what is wrong has been printed.
    Wrong,
    /// A call was refused by a hook, whose protocol has this status for it.
    Blocked,
}

impl From<Done> for ExitCode {
    fn from(done: Done) -> Self {
        match done {
            Done::Fine => Self::SUCCESS,
            Done::Wrong => Self::from(1),
            Done::Blocked => Self::from(2),
        }
    }
}

/// Something the person at the keyboard can mend.
#[derive(Debug)]
pub(crate) struct Mendable {
    what: String,
    hint: String,
}

impl Mendable {
    /// Says what is wrong and how to mend it.
    pub(crate) fn error(what: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self {
            what: what.into(),
            hint: hint.into(),
        })
    }
}

impl fmt::Display for Mendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhint: {}", self.what, self.hint)
    }
}

impl std::error::Error for Mendable {}

/// Prints a failure with its causes and gives the exit status.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let mut sentence = sentence(error);
    if let Some(hint) = fault::hint(error) {
        sentence.push_str("\nhint: ");
        sentence.push_str(hint);
    }
    annotate(Level::Error, "Lightsout", &sentence);
    say(&format!("error: {sentence}"));
    match fault::of(error) {
        Fault::Theirs => ExitCode::from(1),
        Fault::Ours => ExitCode::from(70),
    }
}

/// Prints help, the version, or what is wrong with the arguments.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when standard output is closed.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The error and its causes, each said once.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
    }
    text
}
