//! Making commits and squash merges, from given identities and dates.

use crate::command::Git;
use crate::repo::{is_sha, sha};
use crate::{GitError, Repo};

/// Who makes a commit, and when: nothing is asked of the system, so the same commit has the same name everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// Seconds since 1970 in UTC.
    pub when: i64,
}

impl Signature {
    pub(crate) fn on(&self, git: Git) -> Git {
        let clean = |text: &str, or: &str| {
            let kept: String = text
                .chars()
                .filter(|c| !c.is_control() && !"<>".contains(*c))
                .collect();
            if kept.trim().is_empty() {
                or.to_owned()
            } else {
                kept.trim().to_owned()
            }
        };
        let (name, email) = (
            clean(&self.name, "nobody"),
            clean(&self.email, "nobody@localhost"),
        );
        let date = format!("@{} +0000", self.when.max(0));
        git.env("GIT_AUTHOR_NAME", &name)
            .env("GIT_AUTHOR_EMAIL", &email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", name)
            .env("GIT_COMMITTER_EMAIL", email)
            .env("GIT_COMMITTER_DATE", date)
    }
}

impl Repo {
    /// Merges `head` into `base` as one commit on top of `base`. No reference moves. The same arguments give the same
    /// commit.
    ///
    /// # Errors
    /// [`GitError::Conflict`] when both sides touch the same lines.
    pub fn squash(
        &self,
        base: &str,
        head: &str,
        message: &str,
        author: &Signature,
    ) -> Result<String, GitError> {
        let git = self.git(&[
            "merge-tree",
            "--write-tree",
            "-z",
            "--name-only",
            "--no-messages",
            sha(base)?,
            sha(head)?,
        ]);
        let command = git.name();
        let output = git.output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split('\0').filter(|part| !part.is_empty());
        match (output.code, parts.next().map(str::trim)) {
            (0, Some(tree)) if is_sha(tree) => self.commit_tree(tree, Some(base), message, author),
            (1, Some(tree)) if is_sha(tree) => Err(GitError::Conflict {
                paths: parts.map(str::to_owned).collect(),
            }),
            _ => Err(output.failed(command)),
        }
    }

    pub(crate) fn commit_tree(
        &self,
        tree: &str,
        parent: Option<&str>,
        message: &str,
        author: &Signature,
    ) -> Result<String, GitError> {
        let mut git = self.git(&["commit-tree", sha(tree)?]);
        if let Some(parent) = parent {
            git = git.arg("-p").arg(sha(parent)?);
        }
        // A NUL would end the message for git's readers, and its fsck refuses it.
        let message = format!("{}\n", message.replace('\0', " ").trim_end());
        let git = author
            .on(git.arg("-F").arg("-"))
            .stdin(message.into_bytes());
        git.line()
    }
}
