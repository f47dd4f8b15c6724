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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// A pull request was opened, or opened again.
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
    /// A workflow run ended.
    WorkflowCompleted {
        /// The run's number on the forge.
        run: u64,
        /// The commit it ran on.
        sha: Sha,
        /// How it ended.
        conclusion: Conclusion,
    },
    /// A deployment of a commit has got further.
    DeploymentStatus {
        /// The deployment's number on the forge.
        deployment: u64,
        /// The commit that is deployed.
        sha: Sha,
        /// How far it is.
        state: DeploymentState,
    },
    /// The clock says that a chore is due, or something a chore watches has changed.
    Tick {
        /// The chore.
        chore: Chore,
    },
    /// Somebody asks for a chore by hand.
    Dispatch {
        /// The chore.
        chore: Chore,
    },
    /// Time to look whether a request needs a push.
    Sweep {
        /// The request to look at.
        issue: Number,
    },
}

/// How a workflow run ended, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Everything in it passed.
    Success,
    /// Something in it failed.
    Failure,
    /// It ended without saying either.
    Neutral,
    /// Somebody, or a newer run, ended it.
    Cancelled,
    /// Nothing in it was to be done.
    Skipped,
    /// It took too long.
    TimedOut,
    /// It waits for somebody's consent.
    ActionRequired,
    /// The forge gave it up.
    Stale,
    /// Its file could not even be started.
    StartupFailure,
}

/// How far a deployment is, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    /// It waits to be worked on.
    Pending,
    /// It waits behind others.
    Queued,
    /// It is being built.
    InProgress,
    /// It can be looked at.
    Success,
    /// It could not be built.
    Failure,
    /// Whoever builds it broke.
    Error,
    /// A newer one has taken its place.
    Inactive,
}

/// What the factory does for the whole repository, by the clock or by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chore {
    /// Holds yesterday's spend against the threshold.
    Spend,
    /// Looks at every open request for what is stale or stranded.
    Stale,
    /// Proves that every skill still loads with the pinned model.
    Canary,
}

impl Chore {
    /// Every chore.
    pub const ALL: [Self; 3] = [Self::Spend, Self::Stale, Self::Canary];

    /// The word for people and for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spend => "spend",
            Self::Stale => "stale",
            Self::Canary => "canary",
        }
    }
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
            Self::WorkflowCompleted { .. } => "workflow_completed",
            Self::DeploymentStatus { .. } => "deployment_status",
            Self::Tick { .. } => "tick",
            Self::Dispatch { .. } => "dispatch",
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
            EventKind::WorkflowCompleted {
                run: 4,
                sha: Sha::new(&"a".repeat(40)).unwrap(),
                conclusion: Conclusion::TimedOut,
            },
            EventKind::DeploymentStatus {
                deployment: 5,
                sha: Sha::new(&"b".repeat(40)).unwrap(),
                state: DeploymentState::InProgress,
            },
            EventKind::Tick {
                chore: Chore::Spend,
            },
            EventKind::Dispatch {
                chore: Chore::Canary,
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
        for chore in Chore::ALL {
            assert_eq!(serde_json::to_value(chore).unwrap(), chore.name());
        }
    }
}
