//! What the factory wants to be true on the forge.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{BranchName, CheckState, IssueState, Label, Number, Sha};

/// Who an action is done as.
///
/// What the workflow token does raises no event; what the bot credential does raises one. Hand-offs that another
/// part of the factory must notice therefore need the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// The run's own short-lived token.
    Workflow,
    /// The bot account's credential.
    Bot,
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Workflow => "the workflow's own token",
            Self::Bot => "the bot's credential",
        })
    }
}

/// What an adapter reports for each action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ensured {
    /// It was not so, and is now.
    Changed,
    /// It was so already.
    NotNeeded,
}

/// Where labels and comments go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thread {
    /// An issue.
    Issue(Number),
    /// The newest pull request of a head branch, whose number need not be known yet.
    PullOf(BranchName),
}

impl fmt::Display for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issue(number) => write!(f, "{number}"),
            Self::PullOf(branch) => write!(f, "the pull request of {branch}"),
        }
    }
}

/// Names a comment or an issue of the factory, so that it is edited in place and never doubled.
///
/// The key is written into the text as a hidden marker; a marker counts only in texts of the factory's own accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommentKey(String);

impl CommentKey {
    /// Makes a key; anything but lower-case letters, digits and `-` becomes `-`.
    pub fn new(text: &str) -> Self {
        let keep = |c: char| {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                c
            } else {
                '-'
            }
        };
        Self(text.chars().map(keep).collect())
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hidden line that carries the key.
    pub fn marker(&self) -> String {
        format!("<!-- lightsout:key={} -->", self.0)
    }

    /// Whether `body` is the text of this key: the marker is its first line.
    pub fn marks(&self, body: &str) -> bool {
        body.lines().next().map(str::trim_end) == Some(self.marker().as_str())
    }
}

/// Why an issue is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The work is done.
    Completed,
    /// The work will not be done.
    NotPlanned,
}

/// An end state. Doing one twice is the same as doing it once, and an adapter looks before it acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// The thread carries the label.
    EnsureLabel {
        /// Where.
        on: Thread,
        /// Which.
        label: Label,
    },
    /// The thread does not carry the label.
    EnsureNoLabel {
        /// Where.
        on: Thread,
        /// Which.
        label: Label,
    },
    /// The factory's comment of this key says exactly this (the adapter puts the marker line before `body`).
    UpsertComment {
        /// Where.
        on: Thread,
        /// Which comment.
        key: CommentKey,
        /// Its Markdown, without the marker.
        body: String,
    },
    /// The branch points at a commit that a bundle holds.
    EnsureBranch {
        /// The branch.
        branch: BranchName,
        /// Where it shall point.
        at: Sha,
        /// A git bundle with the commits that the forge may lack.
        bundle: PathBuf,
    },
    /// The branch does not exist.
    EnsureNoBranch {
        /// The branch.
        branch: BranchName,
    },
    /// One open pull request leads from `head` to `base`, with this title and body.
    EnsurePullRequest {
        /// The branch it would merge.
        head: BranchName,
        /// The branch it would merge into.
        base: BranchName,
        /// Its title.
        title: String,
        /// Its body.
        body: String,
    },
    /// No pull request of this head branch is open.
    EnsureNoPullRequest {
        /// The branch it would have merged.
        head: BranchName,
    },
    /// The commit has this status.
    EnsureStatus {
        /// The commit.
        sha: Sha,
        /// Which check.
        context: String,
        /// What it says.
        state: CheckState,
        /// One line for people.
        description: String,
    },
    /// The pull request of this branch is merged, squashed, at exactly this head.
    Merge {
        /// The branch to merge.
        branch: BranchName,
        /// The commit that was approved; anything else is refused as stale.
        head: Sha,
        /// First line of the squash commit.
        title: String,
        /// The rest of it.
        message: String,
    },
    /// The issue is closed.
    CloseIssue {
        /// The issue.
        issue: Number,
        /// Why.
        reason: CloseReason,
    },
    /// The factory's own issue of this key says exactly this (the adapter puts the marker line before `body`), and is
    /// open or closed. There is one for each key; it is opened when it is missing, and opened again when it is closed.
    /// An adapter that needs several calls sets the text last, since whoever finds the text finds all of it done.
    EnsureIssue {
        /// Which issue; the marker is its body's first line.
        key: CommentKey,
        /// Its title.
        title: String,
        /// Its Markdown, without the marker.
        body: String,
        /// Labels that it carries, besides those that people gave it.
        labels: BTreeSet<Label>,
        /// Open or closed.
        state: IssueState,
    },
}

impl Action {
    /// The credential this action needs: the hand-offs that must raise an event need the bot's.
    pub fn credential(&self) -> Credential {
        match self {
            Self::EnsureBranch { .. } | Self::EnsurePullRequest { .. } | Self::Merge { .. } => {
                Credential::Bot
            }
            Self::EnsureLabel { label, .. } if *label == Label::approved() => Credential::Bot,
            Self::EnsureLabel { .. }
            | Self::EnsureNoLabel { .. }
            | Self::UpsertComment { .. }
            | Self::EnsureNoBranch { .. }
            | Self::EnsureNoPullRequest { .. }
            | Self::EnsureStatus { .. }
            | Self::CloseIssue { .. }
            | Self::EnsureIssue { .. } => Credential::Workflow,
        }
    }

    /// The stable name of the kind, for journals and fail points.
    pub fn name(&self) -> &'static str {
        match self {
            Self::EnsureLabel { .. } => "ensure_label",
            Self::EnsureNoLabel { .. } => "ensure_no_label",
            Self::UpsertComment { .. } => "upsert_comment",
            Self::EnsureBranch { .. } => "ensure_branch",
            Self::EnsureNoBranch { .. } => "ensure_no_branch",
            Self::EnsurePullRequest { .. } => "ensure_pull_request",
            Self::EnsureNoPullRequest { .. } => "ensure_no_pull_request",
            Self::EnsureStatus { .. } => "ensure_status",
            Self::Merge { .. } => "merge",
            Self::CloseIssue { .. } => "close_issue",
            Self::EnsureIssue { .. } => "ensure_issue",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_counts_only_as_the_first_line() {
        let key = CommentKey::new("status");
        assert!(key.marks(&format!("{}\nhello", key.marker())));
        assert!(key.marks(&format!("{}\r\nhello", key.marker())));
        assert!(!key.marks(&format!("> {}\nhello", key.marker())));
        assert!(!key.marks(&format!("hello\n{}", key.marker())));
        assert!(!CommentKey::new("stat").marks(&key.marker()));
        assert_eq!(CommentKey::new("a --> b").as_str(), "a-----b");
    }

    #[test]
    fn hand_offs_use_the_bot_and_the_rest_does_not() {
        let on = Thread::Issue(Number(1));
        let approve = Action::EnsureLabel {
            on: on.clone(),
            label: Label::approved(),
        };
        let wait = Action::EnsureLabel {
            on,
            label: Label::waiting(),
        };
        assert_eq!(approve.credential(), Credential::Bot);
        assert_eq!(wait.credential(), Credential::Workflow);
    }
}
