//! What a commit says of itself.

use crate::repo::sha;
use crate::{GitError, Repo, Signature};

/// The most of a message that is read, in bytes.
const MESSAGE_LIMIT: u64 = 1 << 20;

/// What a commit says of itself: who made it is what its maker wrote, and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFacts {
    /// The tree of its files.
    pub tree: String,
    /// The commits it was made on.
    pub parents: Vec<String>,
    /// Who wrote it, and when.
    pub author: Signature,
    /// Its message, whole.
    pub message: String,
}

impl Repo {
    /// Reads what a commit says of itself.
    ///
    /// # Errors
    /// [`GitError`] when it is not there, or is larger than a megabyte.
    pub fn facts(&self, commit: &str) -> Result<CommitFacts, GitError> {
        let git = self
            .git(&[
                "show",
                "--no-patch",
                "--no-show-signature",
                "--no-notes",
                "--encoding=UTF-8",
                "--format=%T%n%P%n%an%n%ae%n%at%n%B",
                "--end-of-options",
            ])
            .arg(sha(commit)?)
            .limit(MESSAGE_LIMIT);
        let command = git.name();
        let printed = git.run()?;
        let text = String::from_utf8_lossy(&printed);
        let parts: Vec<&str> = text.splitn(6, '\n').collect();
        let [tree, parents, name, email, when, message] = parts[..] else {
            return Err(GitError::Unexpected {
                command,
                what: text.chars().take(200).collect(),
            });
        };
        Ok(CommitFacts {
            tree: tree.to_owned(),
            parents: parents
                .split(' ')
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            author: Signature {
                name: name.to_owned(),
                email: email.to_owned(),
                when: when.parse().unwrap_or_default(),
            },
            message: message.trim_end_matches('\n').to_owned(),
        })
    }
}
