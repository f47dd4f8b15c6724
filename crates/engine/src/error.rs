//! Why the engine stops. What goes wrong *within a request* is no error: it ends in a comment on that request.

use std::path::PathBuf;

use lightsout_agents::AgentError;
use lightsout_forge::{EventId, ForgeError};
use lightsout_git::GitError;
use lightsout_ledger::LedgerError;

/// Why the engine could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The forge did not do as asked.
    #[error("the forge did not answer as it should")]
    Forge(#[from] ForgeError),
    /// git did not do as asked.
    #[error("git did not do as asked")]
    Git(#[from] GitError),
    /// The ledger did not do as asked.
    #[error("the ledger did not do as asked")]
    Ledger(#[from] LedgerError),
    /// The agent or a gate could not even be started.
    #[error("a program could not be started")]
    Agent(#[from] AgentError),
    /// `factory.toml` on the base branch is broken; nothing is decided from a configuration nobody understands.
    #[error("`factory.toml` on branch `{branch}` is broken:\n{complaints}")]
    Configuration {
        /// The branch it was read from.
        branch: String,
        /// Every complaint, with file, line and hint.
        complaints: String,
    },
    /// The base branch is not there.
    #[error(
        "the repository has no branch `{branch}`\nhint: `[factory] base` in `factory.toml` names it"
    )]
    NoBase {
        /// The branch.
        branch: String,
    },
    /// A commit that a run needs is not in the repository.
    #[error(
        "the repository does not hold the commit `{at}`\nhint: a checkout must hold the base branch's history and the commit that is worked on"
    )]
    NoCommit {
        /// The commit.
        at: String,
    },
    /// A run claims rules that the base branch never had.
    #[error("the rules of the run are those of `{at}`, which is no commit of branch `{branch}`")]
    ForeignRules {
        /// The commit.
        at: String,
        /// The base branch.
        branch: String,
    },
    /// A folder holds no run.
    #[error("`{dir}` holds no run\nhint: `lightsout triage --out` commissions one", dir = dir.display())]
    NoRun {
        /// The folder.
        dir: PathBuf,
    },
    /// A folder holds something of another run.
    #[error(
        "`{dir}` holds run `{holds}`, and run `{wanted}` was to go there\nhint: name another folder, or remove it",
        dir = dir.display()
    )]
    OtherRun {
        /// The folder.
        dir: PathBuf,
        /// The run that it holds.
        holds: String,
        /// The run that it was to hold.
        wanted: String,
    },
    /// The content type of a run is gone.
    #[error("`factory.toml` has no content type `{label}`")]
    NoSuchType {
        /// Its label.
        label: String,
    },
    /// The engine's own folder cannot be read or written.
    #[error("{doing} `{path}` failed")]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A file of the engine's own folder is not what was written there.
    #[error("`{path}` is damaged: {why}\nhint: remove it; the run it belongs to starts again")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// What a run has made is not on the forge.
    #[error(
        "the forge refused what follows from the run, so it is not settled\nhint: mend what the forge says, then run this job again"
    )]
    Unsettled,
    /// The world kept moving while a plan was made.
    #[error("event `{}` was decided {times} times and the world moved each time\nhint: run it again", event.0)]
    Restless {
        /// The event.
        event: EventId,
        /// How often.
        times: u32,
    },
}

impl EngineError {
    pub(crate) fn disk(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk {
            doing,
            path,
            source,
        }
    }
}
