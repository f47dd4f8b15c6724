//! A fresh view of the world, as far as one request is concerned.

use chrono::{DateTime, Utc};
use lightsout_forge::{
    AccountKind, BranchName, CheckState, CommentId, Issue, IssueState, Label, Login, Number,
    Permission, PullRequest, PullState, Status,
};
use serde::{Deserialize, Serialize};

use crate::{Approval, Command, Record, State};

/// Whose requests the factory works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Filing {
    /// Those of collaborators and members; anybody else's wait for `/accept`.
    #[default]
    Members,
    /// Everybody's.
    Anyone,
}

/// A person or a bot, and what it may do at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The login.
    pub login: Login,
    /// Person or bot.
    pub kind: AccountKind,
    /// Whether it is one of the factory's own accounts.
    pub own: bool,
    /// What the forge lets it do now.
    pub permission: Permission,
}

impl Person {
    /// Whether this is a bot or one of our own accounts: such never start anything.
    pub fn is_machine(&self) -> bool {
        self.own || self.kind == AccountKind::Bot
    }

    /// Whether it belongs to the repository: a collaborator or a member.
    pub fn is_member(&self) -> bool {
        self.permission >= Permission::Read
    }

    /// Whether it may push.
    pub fn may_write(&self) -> bool {
        self.permission >= Permission::Write
    }
}

/// What the taxonomy makes of the issue and its thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "intake")]
pub enum Intake {
    /// It carries no content type.
    NotARequest,
    /// It carries more than one content type.
    SeveralTypes {
        /// Those it carries.
        labels: Vec<String>,
        /// The valid types, in Markdown.
        valid: String,
    },
    /// It carries a `cms-*` label that is no type.
    UnknownType {
        /// Those that are unknown.
        labels: Vec<String>,
        /// The valid types, in Markdown.
        valid: String,
    },
    /// Something is missing or wrong, which the requester can mend.
    Incomplete {
        /// Its type.
        kind: Label,
        /// The keys of the fields that are asked about.
        fields: Vec<String>,
        /// What to ask, in Markdown.
        questions: String,
    },
    /// Everything is there.
    Complete {
        /// Its type.
        kind: Label,
        /// The last part of its branch name, unless the record already has a branch.
        slug: String,
    },
}

impl Intake {
    /// The content type, where there is exactly one.
    pub fn kind(&self) -> Option<&Label> {
        match self {
            Self::Incomplete { kind, .. } | Self::Complete { kind, .. } => Some(kind),
            Self::NotARequest | Self::SeveralTypes { .. } | Self::UnknownType { .. } => None,
        }
    }
}

/// The comment that an event speaks of, or for a sweep the oldest one that nobody has dealt with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentFacts {
    /// Which comment.
    pub id: CommentId,
    /// Who wrote it.
    pub author: Person,
    /// The command it holds.
    pub command: Option<Command>,
    /// Whether it stands on the pull request rather than the issue.
    pub on_pull_request: bool,
}

/// The factory's newest pull request for the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullFacts {
    /// The pull request.
    pub pull: PullRequest,
    /// The statuses of its head commit.
    pub statuses: Vec<Status>,
    /// The record of a `/publish`, if there is one.
    pub approval: Option<Approval>,
    /// The factory's comment that showed the head commit as ready. Whatever was written before it was not about that
    /// commit.
    #[serde(default)]
    pub shown: Option<CommentId>,
}

impl PullFacts {
    /// The factory's own status, which is always required.
    pub const GATES: &'static str = "lightsout/gates";

    /// Whether the factory's own gates ever ran on the head commit.
    pub fn has_gates(&self) -> bool {
        self.statuses
            .iter()
            .any(|status| status.context == Self::GATES)
    }

    /// Whether the factory's own gates passed on the head commit.
    pub fn gates_are_green(&self) -> bool {
        self.statuses
            .iter()
            .any(|status| status.context == Self::GATES && status.state == CheckState::Success)
    }

    /// Whether every status is green, the factory's own among them.
    pub fn checks(&self) -> CheckState {
        let any = |state| self.statuses.iter().any(|status| status.state == state);
        if any(CheckState::Failure) || any(CheckState::Error) {
            CheckState::Failure
        } else if any(CheckState::Pending) || !self.has_gates() {
            CheckState::Pending
        } else {
            CheckState::Success
        }
    }

    /// The approval, if it is of the commit the pull request points at now.
    pub fn standing_approval(&self) -> Option<&Approval> {
        self.approval
            .as_ref()
            .filter(|approval| approval.sha == self.pull.head_sha)
    }
}

/// Everything a decision may look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The time.
    pub now: DateTime<Utc>,
    /// The kill switch: whether `CMS_BOT_ENABLED` equals `true`.
    pub enabled: bool,
    /// Whose requests are worked on.
    pub filing: Filing,
    /// The request.
    pub issue: Issue,
    /// Who filed it.
    pub requester: Person,
    /// Who did what the event tells.
    pub actor: Person,
    /// What the taxonomy makes of it, with the whole thread.
    pub intake: Intake,
    /// The newest comment of the thread that is an answer: no command, and by somebody who may give one.
    pub newest_answer: CommentId,
    /// What the factory remembers.
    pub record: Record,
    /// Whether the run in progress, if any, is still alive somewhere.
    pub run_alive: bool,
    /// The comment the event speaks of.
    pub comment: Option<CommentFacts>,
    /// The newest pull request.
    pub pull: Option<PullFacts>,
    /// Why the budget would refuse another run, in a sentence.
    pub budget_refusal: Option<String>,
}

/// How every branch of a request begins.
pub const REQUEST_BRANCHES: &str = "claude/issue-";

/// The prefix of every branch of a request; the number is followed by `-`, so that #4 never means #40.
pub fn factory_branch_prefix(issue: Number) -> String {
    format!("{REQUEST_BRANCHES}{}-", issue.0)
}

impl Snapshot {
    /// Whether the request waits for a person.
    pub fn is_waiting(&self) -> bool {
        self.issue.labels.contains(&Label::waiting())
    }

    /// The pull request, while it is open.
    pub fn open_pull(&self) -> Option<&PullFacts> {
        self.pull
            .as_ref()
            .filter(|facts| facts.pull.state == PullState::Open)
    }

    /// Whether the change is merged.
    pub fn is_merged(&self) -> bool {
        self.pull
            .as_ref()
            .is_some_and(|facts| facts.pull.state == PullState::Merged)
    }

    /// The branch of the pull request, or else the one that was recorded.
    pub fn branch(&self) -> Option<&BranchName> {
        self.pull
            .as_ref()
            .map(|facts| &facts.pull.head)
            .or(self.record.branch.as_ref())
    }

    /// Whether the requester's request may be worked on at all.
    pub fn is_admitted(&self) -> bool {
        self.filing == Filing::Anyone
            || self.requester.is_member()
            || self.record.accepted_by.is_some()
    }

    /// The state of the request, as the forge shows it.
    pub fn state(&self) -> State {
        if self.is_merged() {
            return State::Published;
        }
        if self.issue.state == IssueState::Closed {
            return State::Cancelled;
        }
        if self.record.run.is_some() {
            return State::Working;
        }
        if self.is_waiting() {
            return State::Waiting;
        }
        match self.open_pull() {
            Some(pull) if pull.standing_approval().is_some() => State::Approved,
            Some(_) => State::InReview,
            None if self.record.state == State::Refused => State::Refused,
            None => State::New,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{approved, changed, in_review, world};
    use crate::{RunId, RunMark};

    #[test]
    fn the_state_is_what_the_forge_shows() {
        let pull = |state: PullState| {
            changed(approved('b'), |world| {
                world.pull.as_mut().unwrap().pull.state = state;
            })
        };
        let run = RunMark {
            id: RunId("7-1".into()),
            started_at: DateTime::UNIX_EPOCH,
            tries: 1,
            checks: None,
        };
        let refused = changed(world(), |world| world.record.state = State::Refused);
        let waiting = changed(in_review(), |world| {
            world.issue.labels.insert(Label::waiting());
        });
        let working = changed(waiting.clone(), |world| world.record.run = Some(run));
        let closed = changed(working.clone(), |world| {
            world.issue.state = IssueState::Closed;
        });
        for (snapshot, state) in [
            (world(), State::New),
            (refused, State::Refused),
            (waiting, State::Waiting),
            (working, State::Working),
            (in_review(), State::InReview),
            (approved('b'), State::Approved),
            (approved('c'), State::InReview),
            (pull(PullState::Closed), State::New),
            (pull(PullState::Merged), State::Published),
            (closed, State::Cancelled),
        ] {
            assert_eq!(snapshot.state(), state, "{snapshot:?}");
        }
    }

    #[test]
    fn the_branch_of_the_pull_request_goes_before_the_recorded_one() {
        let recorded = BranchName::new("claude/issue-7-earlier").unwrap();
        let mut snapshot = in_review();
        let shown = snapshot.pull.as_ref().unwrap().pull.head.clone();
        snapshot.record.branch = Some(recorded.clone());
        assert_eq!(snapshot.branch(), Some(&shown));
        snapshot.pull = None;
        assert_eq!(snapshot.branch(), Some(&recorded));
        snapshot.record.branch = None;
        assert_eq!(snapshot.branch(), None);
    }
}
