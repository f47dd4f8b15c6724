//! How the command ends: 0 done, 1 refused or wrong input, 2 usage, 70 our fault.

use std::fmt;
use std::process::ExitCode;

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
    let sentence = sentence(error);
    annotate(Level::Error, "Lightsout", &sentence);
    say(&format!("error: {sentence}"));
    if is_mendable(error) {
        ExitCode::from(1)
    } else {
        ExitCode::from(70)
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

/// Whether the cause lies in what was given rather than in this program or its machine.
fn is_mendable(error: &anyhow::Error) -> bool {
    use lightsout_agents::AgentError;
    use lightsout_engine::EngineError;
    use lightsout_github::PayloadError;
    use lightsout_ledger::LedgerError;
    use lightsout_ledger_branch::BranchError;
    use lightsout_local::LocalError;
    let engine = error.downcast_ref::<EngineError>();
    let local = error.downcast_ref::<LocalError>();
    let branch = match error.downcast_ref::<LedgerError>() {
        Some(LedgerError::Store { source, .. }) => source.downcast_ref::<BranchError>(),
        _ => None,
    };
    error.downcast_ref::<Mendable>().is_some()
        || branch.is_some()
        || error.downcast_ref::<AgentError>().is_some()
        || error.downcast_ref::<PayloadError>().is_some()
        || matches!(
            engine,
            Some(
                EngineError::Configuration { .. }
                    | EngineError::NoBase { .. }
                    | EngineError::NoCommit { .. }
                    | EngineError::ForeignRules { .. }
                    | EngineError::NoRun { .. }
                    | EngineError::OtherRun { .. }
                    | EngineError::Damaged { .. }
                    | EngineError::Agent(_)
            )
        )
        || matches!(
            local,
            Some(
                LocalError::Busy { .. }
                    | LocalError::NotFound { .. }
                    | LocalError::Forbidden { .. }
                    | LocalError::Size { .. }
            )
        )
}
