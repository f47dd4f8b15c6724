//! What can go wrong, and what the port says of it.

use std::path::PathBuf;

use lightsout_forge::{ForgeError, LabelError, NameError};
use lightsout_git::GitError;

/// Why the local forge did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// Another process holds the folder.
    #[error("`{}` is in use by another lightsout{}", dir.display(), pid.map_or(String::new(), |pid| format!(" (process {pid})")))]
    Busy {
        /// The folder.
        dir: PathBuf,
        /// Which process, if it said so.
        pid: Option<u32>,
    },
    /// The folder holds no factory.
    #[error("`{}` holds no factory", dir.display())]
    NotAFactory {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder was written by a newer version.
    #[error(
        "the factory was written by a newer lightsout (version {found} of its database, this one knows {known})"
    )]
    Newer {
        /// The version in the database.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// It is not there.
    #[error("{what} does not exist")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// The person may not do this.
    #[error("`{login}` may not {what}: that needs write permission")]
    Forbidden {
        /// Who.
        login: String,
        /// What they tried.
        what: &'static str,
    },
    /// A text, list or file is empty or larger than a forge takes.
    #[error("{what} needs {least} to {most} {unit}, this has {found}")]
    Size {
        /// What was given.
        what: &'static str,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
        /// What is counted.
        unit: &'static str,
        /// How many it has.
        found: u64,
    },
    /// The key was used before for another person's act.
    #[error("the key `{key}` belongs to another act")]
    KeyTaken {
        /// The client's key.
        key: String,
    },
    /// Something in the folder is not what this program wrote.
    #[error("{what} in the factory's folder is damaged: {why}")]
    Damaged {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The database failed.
    #[error("the factory's database: {0}")]
    Database(#[from] sqlx::Error),
    /// Git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The operating system failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl LocalError {
    /// Wraps an operating system error with what was tried; for `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over whatever can be shown"
    )]
    pub(crate) fn not_found(what: impl ToString) -> Self {
        Self::NotFound {
            what: what.to_string(),
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over whatever can be shown"
    )]
    pub(crate) fn damaged(what: &'static str, why: impl ToString) -> Self {
        Self::Damaged {
            what,
            why: why.to_string(),
        }
    }
}

impl From<NameError> for LocalError {
    fn from(error: NameError) -> Self {
        Self::damaged("a name", error)
    }
}

impl From<LabelError> for LocalError {
    fn from(error: LabelError) -> Self {
        Self::damaged("a label", error)
    }
}

impl From<LocalError> for ForgeError {
    fn from(error: LocalError) -> Self {
        let refused = |why: &LocalError| Self::Refused {
            what: "the action".to_owned(),
            why: why.to_string(),
        };
        match error {
            LocalError::NotFound { what } | LocalError::Git(GitError::NotFound { what }) => {
                Self::NotFound { what }
            }
            LocalError::Git(GitError::RefMoved {
                name,
                expected,
                found,
            }) => {
                let or_nothing = |at: Option<String>| at.unwrap_or_else(|| "nothing".to_owned());
                Self::Stale {
                    what: format!("`{name}`"),
                    expected: or_nothing(expected),
                    found: or_nothing(found),
                }
            }
            LocalError::Size { .. }
            | LocalError::Forbidden { .. }
            | LocalError::KeyTaken { .. }
            | LocalError::Newer { .. }
            | LocalError::Git(
                GitError::NotInstalled
                | GitError::TooOld { .. }
                | GitError::BadName { .. }
                | GitError::TooLarge { .. }
                | GitError::Refused { .. },
            ) => refused(&error),
            LocalError::Busy { .. }
            | LocalError::NotAFactory { .. }
            | LocalError::Damaged { .. }
            | LocalError::Database(_)
            | LocalError::Git(_)
            | LocalError::Io { .. } => Self::Transient {
                what: "the local forge".to_owned(),
                why: error.to_string(),
            },
        }
    }
}
