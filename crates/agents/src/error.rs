//! Why an agent or a gate could not be run. How one *ends* is no error.

use std::path::PathBuf;

use crate::Version;

/// Why a program did not run to an end of any kind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The program could not be started.
    #[error("`{program}` could not be started: {why}\nhint: {hint}")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system said.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// The program is of a version whose flags and transcripts are not known.
    #[error(
        "`{program}` is version `{found}`; versions from {from} on and below {below} are driven\nhint: {hint}"
    )]
    Version {
        /// The program.
        program: String,
        /// The version it says it is, or what it says instead.
        found: String,
        /// The oldest that is driven.
        from: Version,
        /// The first that is not.
        below: Version,
        /// What installs one that is.
        hint: &'static str,
    },
    /// A command line could not be split into words.
    #[error(
        "`{line}` is no command line: {why}\nhint: quote words as a shell would; no shell is used"
    )]
    BadCommand {
        /// The line.
        line: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file of the run could not be read or written.
    #[error("{doing} `{path}` failed")]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The process could not be watched.
    #[error("watching `{program}` failed")]
    Lost {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
}
