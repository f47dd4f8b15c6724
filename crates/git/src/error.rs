//! What can go wrong.

use std::path::PathBuf;

/// Why git did not do as asked; a variant for each thing a caller does differently.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// No git program in `PATH`.
    #[error("git is not installed: no `git` program was found in PATH")]
    NotInstalled,
    /// The git program lacks `merge-tree --write-tree`.
    #[error("git 2.38 or newer is needed, found `{found}`")]
    TooOld {
        /// What `git --version` said.
        found: String,
    },
    /// Git ended with an error.
    #[error("`git {command}` ended with {}: {stderr}", code.map_or("a signal".to_owned(), |c| format!("status {c}")))]
    Failed {
        /// The subcommand and its arguments.
        command: String,
        /// The exit status, if it ended by itself.
        code: Option<i32>,
        /// The last lines it wrote to standard error.
        stderr: String,
    },
    /// Git took longer than it may, and was ended.
    #[error("`git {command}` was ended after {seconds} s")]
    TimedOut {
        /// The subcommand and its arguments.
        command: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// Git wrote more than it may, or a file is larger than asked for.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What was read.
        what: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The two sides touch the same lines.
    #[error("the commits do not merge cleanly: {}", paths.join(", "))]
    Conflict {
        /// The paths in conflict.
        paths: Vec<String>,
    },
    /// A reference is not where the caller thought.
    #[error("`{name}` has moved: expected {}, found {}", or_nothing(expected.as_deref()), or_nothing(found.as_deref()))]
    RefMoved {
        /// The reference.
        name: String,
        /// Where it should have been; nothing when it should not have existed.
        expected: Option<String>,
        /// Where it is.
        found: Option<String>,
    },
    /// There is nothing to put into a bundle.
    #[error("`{head}` holds no commit that `{base}` lacks")]
    NothingNew {
        /// The start.
        base: String,
        /// The end.
        head: String,
    },
    /// The commit, reference or path is not there.
    #[error("{what} does not exist")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// A path is there, but no regular file.
    #[error("`{path}` is no regular file (mode {mode})")]
    NotAFile {
        /// The path.
        path: String,
        /// Its mode as git prints it.
        mode: String,
    },
    /// A path in a tree is not valid UTF-8.
    #[error("the path `{lossy}` is not valid UTF-8")]
    NotUtf8 {
        /// The path, with replacement characters.
        lossy: String,
    },
    /// A text cannot stand where it was given.
    #[error("`{text}` is not a {kind}")]
    BadName {
        /// What it should have been, such as `commit`.
        kind: &'static str,
        /// The text, cut.
        text: String,
    },
    /// What should have been a repository or a bundle is something else.
    #[error("`{path}` is {what}")]
    Refused {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Git printed something this crate does not understand.
    #[error("`git {command}` printed something unexpected: {what}")]
    Unexpected {
        /// The subcommand and its arguments.
        command: String,
        /// What was wrong.
        what: String,
    },
    /// The operating system failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl GitError {
    /// Wraps an operating system error with what was tried; for `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

fn or_nothing(at: Option<&str>) -> &str {
    at.unwrap_or("nothing")
}
