//! What happens on a forge.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Account, CheckState, CommentId, Label, Number, Sha};

/// Identifies a delivery; the same one on every redelivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub String);

/// Something that happened, as the forge tells it. It carries references, not contents: whoever decides reads the
/// world afresh, since an event may be late, doubled or out of order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Which delivery.
    pub id: EventId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Account,
    /// What it was.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kinds of events the factory listens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// An issue was opened.
    IssueOpened {
        /// The issue.
        issue: Number,
    },
    /// A closed issue was opened again.
    IssueReopened {
        /// The issue.
        issue: Number,
    },
    /// An issue got a label.
    IssueLabeled {
        /// The issue.
        issue: Number,
        /// The label it got.
        label: Label,
    },
    /// An issue was closed.
    IssueClosed {
        /// The issue.
        issue: Number,
    },
    /// Somebody commented on an issue or a pull request.
    CommentCreated {
        /// The issue or pull request.
        on: Number,
        /// Whether `on` is a pull request.
        on_pull_request: bool,
        /// The comment.
        comment: CommentId,
    },
    /// A pull request was opened.
    PullOpened {
        /// The pull request.
        pull: Number,
    },
    /// A pull request's head moved.
    PullSynchronized {
        /// The pull request.
        pull: Number,
        /// Where it points now.
        head: Sha,
    },
    /// A pull request got a label.
    PullLabeled {
        /// The pull request.
        pull: Number,
        /// The label it got.
        label: Label,
    },
    /// A pull request was closed or merged.
    PullClosed {
        /// The pull request.
        pull: Number,
        /// Whether it was merged.
        merged: bool,
    },
    /// A commit got a status.
    StatusChanged {
        /// The commit.
        sha: Sha,
        /// Which check.
        context: String,
        /// What it says.
        state: CheckState,
    },
    /// Time to look whether a request needs a push.
    Sweep {
        /// The request to look at.
        issue: Number,
    },
}

impl EventKind {
    /// The stable name, as `factory` journals and `explain` print it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::IssueOpened { .. } => "issue_opened",
            Self::IssueReopened { .. } => "issue_reopened",
            Self::IssueLabeled { .. } => "issue_labeled",
            Self::IssueClosed { .. } => "issue_closed",
            Self::CommentCreated { .. } => "comment_created",
            Self::PullOpened { .. } => "pull_opened",
            Self::PullSynchronized { .. } => "pull_synchronized",
            Self::PullLabeled { .. } => "pull_labeled",
            Self::PullClosed { .. } => "pull_closed",
            Self::StatusChanged { .. } => "status_changed",
            Self::Sweep { .. } => "sweep",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountKind, Login};

    #[test]
    fn the_name_is_the_tag() {
        let kinds = [
            EventKind::IssueOpened { issue: Number(1) },
            EventKind::PullClosed {
                pull: Number(2),
                merged: true,
            },
            EventKind::Sweep { issue: Number(3) },
        ];
        for kind in kinds {
            let event = Event {
                id: EventId("1".into()),
                at: DateTime::UNIX_EPOCH,
                actor: Account {
                    login: Login::new("mira").unwrap(),
                    kind: AccountKind::User,
                },
                kind: kind.clone(),
            };
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["event"], kind.name());
            assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        }
    }
}
