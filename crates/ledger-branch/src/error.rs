//! What can go wrong with a branch.

use lightsout_git::{GitError, RemoteError};
use lightsout_ledger::LedgerError;

/// Why the ledger on a branch was not read or written. It comes as the source of a [`LedgerError::Store`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BranchError {
    /// A line is no entry of a ledger.
    #[error(
        "line {line} of `{file}` on `{branch}` is no entry of a ledger: {why}; hint: mend the line in a commit of your own"
    )]
    Damaged {
        /// The branch.
        branch: String,
        /// The file on it.
        file: &'static str,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The branch lacks what was on it before.
    #[error(
        "`{branch}` was rewritten: it was at {seen}, and is {}; hint: put the branch back; if that was meant, delete \
         `{reference}` in the factory's own repository", found.as_ref().map_or("gone".to_owned(), |at| format!("at {at}"))
    )]
    Rewritten {
        /// The branch.
        branch: String,
        /// Where it was.
        seen: String,
        /// Where it is; nothing when it is gone.
        found: Option<String>,
        /// The reference that remembers where it was.
        reference: String,
    },
    /// Others were faster, again and again.
    #[error("`{branch}` moved each of {attempts} times that a line was to be added")]
    Busy {
        /// The branch.
        branch: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// The repository cannot be reached, or refuses.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// Git failed here.
    #[error(transparent)]
    Git(#[from] GitError),
    /// An entry cannot be written as JSON.
    #[error("an entry cannot be written")]
    Write(#[from] serde_json::Error),
    /// The work was cut off.
    #[error("the work on `{branch}` was cut off")]
    CutOff {
        /// The branch.
        branch: String,
    },
}

impl BranchError {
    pub(crate) fn when(self, doing: &'static str) -> LedgerError {
        LedgerError::Store {
            doing,
            source: Box::new(self),
        }
    }
}
