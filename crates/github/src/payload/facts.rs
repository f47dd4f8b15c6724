//! What a payload shows besides what happened.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Account, AccountKind, BranchName, Comment, CommentId, Deployment, Issue, IssueState, Label,
    Login, Number, PullRequest, PullState, Sha, WorkflowRun,
};
use serde::Serialize;

use super::model::{self, Association};
use super::{PayloadError, Source};

/// The longest text, in characters; GitHub takes no longer body of an issue or a comment.
const MAX_TEXT: usize = 65_536;
/// The most labels on one issue or pull request.
const MAX_LABELS: usize = 100;

/// What a payload shows: true when it was sent, and perhaps no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The repository, as `owner/name`.
    pub repository: Option<String>,
    /// Who did it.
    pub sender: Account,
    /// The issue, or the pull request seen as one.
    pub issue: Option<ShownIssue>,
    /// The comment.
    pub comment: Option<Comment>,
    /// The pull request.
    pub pull: Option<PullRequest>,
    /// The workflow run that ended.
    pub run: Option<WorkflowRun>,
    /// What was said of a deployment.
    pub deployment: Option<Deployment>,
    /// How people stand to the repository, as far as it is shown.
    pub associations: BTreeMap<Login, Association>,
}

/// An issue that a payload shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownIssue {
    /// The issue.
    #[serde(flatten)]
    pub issue: Issue,
    /// Whether it is in truth a pull request: a comment's payload shows both alike.
    pub is_pull_request: bool,
}

impl Source<'_> {
    /// Reads everything there is; what cannot be ours is left out, such as a label that no list could hold.
    pub(super) fn facts(&self, body: &model::Body, sender: Account) -> Result<Facts, PayloadError> {
        let mut associations = BTreeMap::new();
        let mut know = |account: &Account, association: Option<Association>| {
            if let Some(association) = association {
                associations.insert(account.login.clone(), association);
            }
        };
        let issue = match &body.issue {
            Some(issue) => Some(self.issue(issue)?),
            None => None,
        };
        if let (Some(shown), Some(issue)) = (&issue, &body.issue) {
            know(&shown.issue.author, issue.author_association);
        }
        let comment = match (&body.comment, &issue) {
            (Some(comment), Some(on)) => Some(self.comment(comment, on.issue.number)?),
            _ => None,
        };
        if let (Some(shown), Some(comment)) = (&comment, &body.comment) {
            know(&shown.author, comment.author_association);
        }
        let pull = match &body.pull_request {
            Some(pull) => self.pull(pull)?,
            None => None,
        };
        if let (Some(shown), Some(pull)) = (&pull, &body.pull_request) {
            know(&shown.author, pull.author_association);
        }
        let run = match &body.workflow_run {
            // A deployment's payload shows a part of one as well.
            Some(run) if self.delivery.event == "workflow_run" => {
                self.run(run, body.repository.as_ref())?
            }
            _ => None,
        };
        let deployment = match &body.deployment_status {
            Some(status) => Some(self.deployment(status)?),
            None => None,
        };
        let repository = body.repository.as_ref();
        Ok(Facts {
            repository: repository.and_then(|repository| repository.full_name.clone()),
            sender,
            issue,
            comment,
            pull,
            run,
            deployment,
            associations,
        })
    }

    pub(crate) fn issue(&self, issue: &model::Issue) -> Result<ShownIssue, PayloadError> {
        Ok(ShownIssue {
            issue: Issue {
                number: Number(self.need(issue.number, "issue.number")?),
                title: self.text(issue.title.as_deref(), "issue.title")?,
                body: self.text(issue.body.as_deref(), "issue.body")?,
                author: self.author(issue.user.as_ref(), "issue.user.login")?,
                labels: self.labels(issue.labels.as_deref(), "issue.labels")?,
                state: if issue.state.as_deref() == Some("closed") {
                    IssueState::Closed
                } else {
                    IssueState::Open
                },
                created_at: self.time(issue.created_at),
                updated_at: self.time(issue.updated_at.or(issue.created_at)),
            },
            is_pull_request: issue.pull_request.is_some(),
        })
    }

    pub(crate) fn comment(
        &self,
        comment: &model::Comment,
        on: Number,
    ) -> Result<Comment, PayloadError> {
        Ok(Comment {
            id: CommentId(self.need(comment.id, "comment.id")?),
            on,
            author: self.author(comment.user.as_ref(), "comment.user.login")?,
            body: self.text(comment.body.as_deref(), "comment.body")?,
            created_at: self.time(comment.created_at),
        })
    }

    /// Reads a pull request; none when one of its branches has a name that no branch of the factory could have.
    pub(crate) fn pull(
        &self,
        pull: &model::PullRequest,
    ) -> Result<Option<PullRequest>, PayloadError> {
        let number = Number(self.need(pull.number, "pull_request.number")?);
        let head = self.need(pull.head.as_ref(), "pull_request.head")?;
        let base = self.need(pull.base.as_ref(), "pull_request.base")?;
        let head_sha = self.sha(head.sha.as_deref(), "pull_request.head.sha")?;
        let title = self.text(pull.title.as_deref(), "pull_request.title")?;
        let body = self.text(pull.body.as_deref(), "pull_request.body")?;
        let author = self.author(pull.user.as_ref(), "pull_request.user.login")?;
        let labels = self.labels(pull.labels.as_deref(), "pull_request.labels")?;
        let branch = |side: &model::Side| BranchName::new(side.branch.as_deref()?).ok();
        let (Some(head_branch), Some(base_branch)) = (branch(head), branch(base)) else {
            return Ok(None);
        };
        // Lists of pull requests lack the first.
        let merged = pull.merged == Some(true) || pull.merged_at.is_some();
        let state = match pull.state.as_deref() {
            _ if merged => PullState::Merged,
            Some("closed") => PullState::Closed,
            _ => PullState::Open,
        };
        // Until a pull request is merged this field holds a trial merge, which is on no branch.
        let merge_sha = pull.merge_commit_sha.as_deref().filter(|_| merged);
        let full_name = |side: &model::Side| side.repo.as_ref()?.full_name.clone();
        Ok(Some(PullRequest {
            number,
            title,
            body,
            author,
            head: head_branch,
            head_sha,
            base: base_branch,
            labels,
            state,
            merge_sha: merge_sha.and_then(|sha| Sha::new(sha).ok()),
            from_fork: full_name(head).is_none() || full_name(head) != full_name(base),
            updated_at: self.time(pull.updated_at),
        }))
    }

    /// Reads a workflow run; none when its branch is one that no branch of ours could be, as a tag's may be.
    fn run(
        &self,
        run: &model::WorkflowRun,
        repository: Option<&model::Repository>,
    ) -> Result<Option<WorkflowRun>, PayloadError> {
        let branch = run.head_branch.as_deref().map(BranchName::new);
        let Some(Ok(branch)) = branch else {
            return Ok(None);
        };
        let full_name = |of: Option<&model::Repository>| of?.full_name.clone();
        let head = full_name(run.head_repository.as_ref());
        Ok(Some(WorkflowRun {
            id: self.need(run.id, "workflow_run.id")?,
            workflow: self.text(run.name.as_deref(), "workflow_run.name")?,
            branch,
            sha: self.sha(run.head_sha.as_deref(), "workflow_run.head_sha")?,
            from_fork: head.is_none() || head != full_name(repository),
        }))
    }

    /// Reads what is said of a deployment. `target_url` is the older name of `environment_url`.
    fn deployment(&self, status: &model::DeploymentStatus) -> Result<Deployment, PayloadError> {
        let given = [&status.environment_url, &status.target_url];
        let url = given.into_iter().flatten().find(|url| !url.is_empty());
        Ok(Deployment {
            creator: self.author(status.creator.as_ref(), "deployment_status.creator.login")?,
            url: match url {
                Some(url) => Some(self.text(Some(url), "deployment_status.environment_url")?),
                None => None,
            },
        })
    }

    /// Reads an account. What is neither a user nor silent about its kind counts as a machine, which starts nothing.
    pub(super) fn account(
        &self,
        user: Option<&model::User>,
        at: &'static str,
    ) -> Result<Account, PayloadError> {
        let user = self.need(user, at)?;
        let login = self.need(user.login.as_deref(), at)?;
        let login = Login::new(login).map_err(|error| self.shape(at, &error))?;
        let is_bot = login.as_str().strip_suffix("[bot]").is_some();
        let kind = match user.kind.as_deref() {
            None | Some("User") if !is_bot => AccountKind::User,
            _ => AccountKind::Bot,
        };
        Ok(Account { login, kind })
    }

    /// Reads whoever wrote something; GitHub shows an account that is gone as `null`, and elsewhere as `ghost`.
    fn author(
        &self,
        user: Option<&model::User>,
        at: &'static str,
    ) -> Result<Account, PayloadError> {
        let ghost = model::User {
            login: Some("ghost".to_owned()),
            kind: None,
        };
        self.account(user.or(Some(&ghost)), at)
    }

    pub(super) fn sha(&self, text: Option<&str>, at: &'static str) -> Result<Sha, PayloadError> {
        Sha::new(self.need(text, at)?).map_err(|error| self.shape(at, &error))
    }

    pub(crate) fn labels(
        &self,
        labels: Option<&[model::Label]>,
        at: &'static str,
    ) -> Result<std::collections::BTreeSet<Label>, PayloadError> {
        let labels = labels.unwrap_or_default();
        if labels.len() > MAX_LABELS {
            return Err(self.shape(at, &format!("more than {MAX_LABELS} labels")));
        }
        let names = labels.iter().filter_map(|label| label.name.as_deref());
        Ok(names.filter_map(|name| Label::new(name).ok()).collect())
    }

    pub(super) fn text(
        &self,
        text: Option<&str>,
        at: &'static str,
    ) -> Result<String, PayloadError> {
        let text = text.unwrap_or_default();
        // No character takes more than four bytes, so most texts need not be counted.
        if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT {
            return Err(self.shape(at, &format!("more than {MAX_TEXT} characters")));
        }
        Ok(text.to_owned())
    }

    fn time(&self, time: Option<DateTime<Utc>>) -> DateTime<Utc> {
        time.unwrap_or(self.delivery.received)
    }
}
