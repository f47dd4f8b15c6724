//! What a forge holds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BranchName, CommentId, Label, Login, Number, Sha};

/// What kind of account acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A person.
    User,
    /// An app, an integration, a bot.
    Bot,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Its login.
    pub login: Login,
    /// Person or bot.
    pub kind: AccountKind,
}

/// What an account may do in the repository, as the forge says **now**; ordered, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Not a collaborator and not a member.
    None,
    /// May read; counts as a member.
    Read,
    /// May push.
    Write,
    /// May do everything.
    Admin,
}

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// Still open.
    Open,
    /// Closed as done or as not planned.
    Closed,
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number.
    pub number: Number,
    /// Its title, as typed.
    pub title: String,
    /// Its body, as typed; Markdown, hostile until parsed.
    pub body: String,
    /// Who opened it.
    pub author: Account,
    /// Its labels.
    pub labels: BTreeSet<Label>,
    /// Open or closed.
    pub state: IssueState,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When anything on it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A comment on an issue or a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its number.
    pub id: CommentId,
    /// The issue or pull request it stands on.
    pub on: Number,
    /// Who wrote it.
    pub author: Account,
    /// Its text, as typed; Markdown, hostile until parsed.
    pub body: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Open, closed without merging, or merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// Still open.
    Open,
    /// Closed, nothing merged.
    Closed,
    /// Merged.
    Merged,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: Number,
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// Who opened it.
    pub author: Account,
    /// The branch it would merge.
    pub head: BranchName,
    /// The commit that branch points at.
    pub head_sha: Sha,
    /// The branch it would merge into.
    pub base: BranchName,
    /// Its labels.
    pub labels: BTreeSet<Label>,
    /// Open, closed or merged.
    pub state: PullState,
    /// The commit on the base branch, once merged.
    pub merge_sha: Option<Sha>,
    /// Whether its branch lies in another repository, or in one that is gone.
    #[serde(default)]
    pub from_fork: bool,
    /// When anything on it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A workflow run that ended, on the forge's own machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowRun {
    /// Its number on the forge.
    pub id: u64,
    /// The workflow's name.
    pub workflow: String,
    /// The branch it was for.
    pub branch: BranchName,
    /// The commit it ran on.
    pub sha: Sha,
    /// Whether that branch lies in another repository, or in one that is gone.
    pub from_fork: bool,
}

/// What was said last of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Who said it. (Who made the deployment may be whoever pushed.)
    pub creator: Account,
    /// The address at which the deployed commit can be looked at, as it was given: hostile until parsed.
    pub url: Option<String>,
}

/// What a check says of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Not finished.
    Pending,
    /// Green.
    Success,
    /// Red.
    Failure,
    /// The check itself broke.
    Error,
}

/// A commit status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Which check, such as `lightsout/gates`.
    pub context: String,
    /// What it says.
    pub state: CheckState,
    /// One line for people.
    pub description: String,
}

/// The check without which nothing is merged.
const GATES: &str = "lightsout/gates";

/// Says why a commit with these statuses is not merged: one is not green, or the factory's own was never made.
pub fn not_green(statuses: &[Status]) -> Option<String> {
    let not_green = statuses.iter().find_map(|status| {
        let state = match status.state {
            CheckState::Success => return None,
            CheckState::Pending => "not finished",
            CheckState::Failure => "red",
            CheckState::Error => "broken",
        };
        Some(format!("the check `{}` is {state}", status.context))
    });
    not_green.or_else(|| {
        let made = statuses.iter().any(|status| status.context == GATES);
        (!made).then(|| format!("the check `{GATES}` was not made"))
    })
}
