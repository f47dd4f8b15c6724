//! The parts of GitHub's payloads that are read, as GitHub writes them. Every field may be missing.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// A payload of an event that the factory listens to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Body {
    pub(crate) action: Option<String>,
    pub(crate) sender: Option<User>,
    pub(crate) repository: Option<Repository>,
    pub(crate) issue: Option<Issue>,
    pub(crate) comment: Option<Comment>,
    pub(crate) label: Option<Label>,
    pub(crate) pull_request: Option<PullRequest>,
    pub(crate) workflow_run: Option<WorkflowRun>,
    pub(crate) deployment: Option<Deployment>,
    pub(crate) deployment_status: Option<DeploymentStatus>,
    /// The path of the workflow that was started by the clock or by hand. (Beside a `workflow_run` it is an object.)
    #[serde(deserialize_with = "path_of_workflow")]
    pub(crate) workflow: Option<String>,
    /// What a workflow was given that was started by hand.
    pub(crate) inputs: Option<Inputs>,
    // What follows stands at the top of a `status` payload.
    pub(crate) sha: Option<String>,
    pub(crate) context: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Option<DateTime<Utc>>,
}

/// The part of any payload that tells whether somebody listens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Head {
    pub(crate) action: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    pub(crate) login: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Repository {
    pub(crate) full_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Label {
    pub(crate) name: Option<String>,
    pub(crate) color: Option<String>,
    pub(crate) description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Issue {
    pub(crate) number: Option<u64>,
    pub(crate) title: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) user: Option<User>,
    pub(crate) author_association: Option<Association>,
    pub(crate) labels: Option<Vec<Label>>,
    pub(crate) state: Option<String>,
    /// There only when the "issue" is a pull request.
    pub(crate) pull_request: Option<serde::de::IgnoredAny>,
    /// How many there are; a list of issues has it too.
    pub(crate) comments: Option<u64>,
    /// The body as HTML, when it was asked for.
    pub(crate) body_html: Option<String>,
    pub(crate) created_at: Option<DateTime<Utc>>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Comment {
    pub(crate) id: Option<u64>,
    /// The address of the issue or pull request it stands on.
    pub(crate) issue_url: Option<String>,
    pub(crate) body_html: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) user: Option<User>,
    pub(crate) author_association: Option<Association>,
    pub(crate) created_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PullRequest {
    pub(crate) number: Option<u64>,
    pub(crate) title: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) user: Option<User>,
    pub(crate) author_association: Option<Association>,
    pub(crate) labels: Option<Vec<Label>>,
    pub(crate) state: Option<String>,
    pub(crate) merged: Option<bool>,
    pub(crate) merged_at: Option<DateTime<Utc>>,
    pub(crate) mergeable: Option<bool>,
    pub(crate) merge_commit_sha: Option<String>,
    pub(crate) head: Option<Side>,
    pub(crate) base: Option<Side>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
}

/// The inputs of a workflow that was started by hand, which are texts; of ours one is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Inputs {
    pub(crate) issue: Option<String>,
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
pub(crate) struct WorkflowRun {
    pub(crate) id: Option<u64>,
    pub(crate) name: Option<String>,
    pub(crate) head_branch: Option<String>,
    pub(crate) head_sha: Option<String>,
    pub(crate) head_repository: Option<Repository>,
    pub(crate) conclusion: Option<String>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Deployment {
    pub(crate) id: Option<u64>,
    pub(crate) sha: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DeploymentStatus {
    pub(crate) state: Option<String>,
    pub(crate) creator: Option<User>,
    pub(crate) environment_url: Option<String>,
    pub(crate) target_url: Option<String>,
    pub(crate) created_at: Option<DateTime<Utc>>,
}

/// One side of a pull request.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Side {
    #[serde(rename = "ref")]
    pub(crate) branch: Option<String>,
    pub(crate) sha: Option<String>,
    pub(crate) repo: Option<Repository>,
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
