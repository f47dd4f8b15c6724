//! The ports: what the factory needs of any forge.

use std::path::Path;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Action, BranchName, Comment, CommentKey, Credential, Ensured, Event, EventId, Issue, Login,
    Number, Permission, PullRequest, Sha, Status,
};

/// Why a forge did not do as asked; a variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForgeError {
    /// It is not there.
    #[error("{what} does not exist")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The world has moved since the plan was made: read again and decide again.
    #[error("{what} has changed: expected {expected}, found {found}")]
    Stale {
        /// What moved.
        what: String,
        /// What the plan was made from.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The pull request and its base branch touch the same lines.
    #[error("`{branch}` does not merge cleanly into its base")]
    Conflict {
        /// The branch that does not merge.
        branch: BranchName,
    },
    /// The forge refuses, and asking again will not help.
    #[error("the forge refused {what}: {why}")]
    Refused {
        /// What was asked.
        what: String,
        /// What the forge said.
        why: String,
    },
    /// The forge does not accept the credential, whatever is asked: whoever gave it has to give another.
    #[error("{what} failed: the forge does not accept {credential}: {why}")]
    Unauthorised {
        /// What was asked.
        what: String,
        /// Whose credential it was.
        credential: Credential,
        /// What the forge said.
        why: String,
    },
    /// The forge cannot be reached, is down, or asks to be left alone for a while. It may work later.
    #[error("{what} failed: {why}")]
    Unavailable {
        /// What was tried.
        what: String,
        /// What went wrong.
        why: String,
    },
    /// It failed on this side, or in a way that nobody understands: disk, a lock, an answer that makes no sense. It may
    /// work later.
    #[error("{what} failed: {why}")]
    Transient {
        /// What was tried.
        what: String,
        /// What went wrong.
        why: String,
    },
}

impl ForgeError {
    /// Whether the forge has answered what was asked. Otherwise nothing is known of it, and nothing may follow from that.
    pub fn is_answer(&self) -> bool {
        match self {
            Self::NotFound { .. }
            | Self::Stale { .. }
            | Self::Conflict { .. }
            | Self::Refused { .. } => true,
            Self::Unauthorised { .. } | Self::Unavailable { .. } | Self::Transient { .. } => false,
        }
    }

    /// Whether asking again soon may help.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Transient { .. })
    }
}

/// A forge. Reading methods show the world as it is now; the one writing method takes an end state.
#[async_trait]
pub trait Forge: Send + Sync {
    /// Reads an issue; a pull request's number is [`ForgeError::NotFound`].
    async fn issue(&self, number: Number) -> Result<Issue, ForgeError>;

    /// Lists the open issues, the oldest first.
    async fn open_issues(&self) -> Result<Vec<Issue>, ForgeError>;

    /// Finds the factory's own issue of a key, open or closed; of several, the newest.
    async fn keyed_issue(&self, key: &CommentKey) -> Result<Option<Issue>, ForgeError>;

    /// Reads the comments of an issue or a pull request, the oldest first.
    async fn comments(&self, on: Number) -> Result<Vec<Comment>, ForgeError>;

    /// Reads the comments, on whatever issue or pull request, that were written or changed since then, the oldest first.
    async fn recent_comments(&self, since: DateTime<Utc>) -> Result<Vec<Comment>, ForgeError>;

    /// Reads a pull request; an issue's number is [`ForgeError::NotFound`].
    async fn pull_request(&self, number: Number) -> Result<PullRequest, ForgeError>;

    /// Lists the pull requests, in any state, whose head branch starts with `prefix`, the oldest first. A forge may have to
    /// look through all there ever were: ask for one request's.
    async fn pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError>;

    /// Lists the open pull requests whose head branch starts with `prefix`, the oldest first.
    async fn open_pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError>;

    /// Reads the newest status of each context of a commit.
    async fn statuses(&self, sha: &Sha) -> Result<Vec<Status>, ForgeError>;

    /// Says what an account may do at this moment.
    async fn permission(&self, login: &Login) -> Result<Permission, ForgeError>;

    /// Says where a branch points.
    async fn branch(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError>;

    /// Reads an attachment, at most `limit` bytes of it; larger ones are [`ForgeError::Refused`].
    async fn attachment(&self, url: &str, limit: u64) -> Result<Vec<u8>, ForgeError>;

    /// Makes one end state true, with the action's own credential, and says whether anything had to change.
    async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError>;
}

/// The logs of what ran on the forge's own machines.
#[async_trait]
pub trait RunLogs: Send + Sync {
    /// Writes the archive of a workflow run's logs to the new file `into`; one of more than `limit` bytes is
    /// [`ForgeError::Refused`], one that is gone [`ForgeError::NotFound`].
    async fn run_logs(&self, run: u64, into: &Path, limit: u64) -> Result<(), ForgeError>;
}

/// Machines of the forge's own that do runs, where somebody only has to ask.
#[async_trait]
pub trait Dispatcher: Send + Sync {
    /// Asks for a request to be looked at where a run of it can be done. Asking twice is asking once or twice: whoever
    /// looks finds the run in progress.
    async fn take_up(&self, issue: Number) -> Result<(), ForgeError>;
}

/// Where events wait until they are dealt with.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// The oldest event not yet dealt with, if any. It stays there until [`Inbox::done`].
    async fn next(&self) -> Result<Option<Event>, ForgeError>;

    /// Marks an event as dealt with.
    async fn done(&self, id: &EventId) -> Result<(), ForgeError>;
}
