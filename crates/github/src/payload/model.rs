//! The parts of GitHub's payloads that are read, as GitHub writes them. Every field may be missing.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// A payload of an event that the factory listens to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    pub(super) action: Option<String>,
    pub(super) sender: Option<User>,
    pub(super) repository: Option<Repository>,
    pub(super) issue: Option<Issue>,
    pub(super) comment: Option<Comment>,
    pub(super) label: Option<Label>,
    pub(super) pull_request: Option<PullRequest>,
    pub(super) workflow_run: Option<WorkflowRun>,
    pub(super) deployment: Option<Deployment>,
    pub(super) deployment_status: Option<DeploymentStatus>,
    /// The path of the workflow that was started by the clock or by hand. (Beside a `workflow_run` it is an object.)
    #[serde(deserialize_with = "path_of_workflow")]
    pub(super) workflow: Option<String>,
    /// What a workflow was given that was started by hand.
    pub(super) inputs: Option<Inputs>,
    // What follows stands at the top of a `status` payload.
    pub(super) sha: Option<String>,
    pub(super) context: Option<String>,
    pub(super) state: Option<String>,
    pub(super) description: Option<String>,
    pub(super) created_at: Option<DateTime<Utc>>,
}

/// The part of any payload that tells whether somebody listens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Head {
    pub(super) action: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    pub(super) login: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Repository {
    pub(super) full_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Label {
    pub(super) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Issue {
    pub(super) number: Option<u64>,
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    pub(super) user: Option<User>,
    pub(super) author_association: Option<Association>,
    pub(super) labels: Option<Vec<Label>>,
    pub(super) state: Option<String>,
    /// There only when the "issue" is a pull request.
    pub(super) pull_request: Option<serde::de::IgnoredAny>,
    pub(super) created_at: Option<DateTime<Utc>>,
    pub(super) updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Comment {
    pub(super) id: Option<u64>,
    pub(super) body: Option<String>,
    pub(super) user: Option<User>,
    pub(super) author_association: Option<Association>,
    pub(super) created_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PullRequest {
    pub(super) number: Option<u64>,
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    pub(super) user: Option<User>,
    pub(super) author_association: Option<Association>,
    pub(super) labels: Option<Vec<Label>>,
    pub(super) state: Option<String>,
    pub(super) merged: Option<bool>,
    pub(super) merge_commit_sha: Option<String>,
    pub(super) head: Option<Side>,
    pub(super) base: Option<Side>,
    pub(super) updated_at: Option<DateTime<Utc>>,
}

/// The inputs of a workflow that was started by hand, which are texts; of ours one is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Inputs {
    pub(super) issue: Option<String>,
}

/// Reads a path, and passes over anything else.
fn path_of_workflow<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Workflow {
        Path(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Workflow>::deserialize(from)? {
        Some(Workflow::Path(path)) => Some(path),
        Some(Workflow::Other(_)) | None => None,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WorkflowRun {
    pub(super) id: Option<u64>,
    pub(super) name: Option<String>,
    pub(super) head_branch: Option<String>,
    pub(super) head_sha: Option<String>,
    pub(super) head_repository: Option<Repository>,
    pub(super) conclusion: Option<String>,
    pub(super) updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deployment {
    pub(super) id: Option<u64>,
    pub(super) sha: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DeploymentStatus {
    pub(super) state: Option<String>,
    pub(super) creator: Option<User>,
    pub(super) environment_url: Option<String>,
    pub(super) target_url: Option<String>,
    pub(super) created_at: Option<DateTime<Utc>>,
}

/// One side of a pull request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Side {
    #[serde(rename = "ref")]
    pub(super) branch: Option<String>,
    pub(super) sha: Option<String>,
    pub(super) repo: Option<Repository>,
}

/// How somebody stands to a repository, as GitHub shows it beside what they wrote. It proves no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Association {
    /// Owns the repository.
    Owner,
    /// Belongs to the organization that owns it.
    Member,
    /// Was invited to it.
    Collaborator,
    /// Has had a commit merged, which gives no access.
    Contributor,
    /// None of these, or something this version does not know.
    #[serde(other)]
    None,
}
