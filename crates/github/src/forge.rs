//! The ports: which function reads what, and which credential makes which action so.

use std::path::Path;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_forge::{
    Action, BranchName, Comment, CommentKey, Credential, Dispatcher, Ensured, Forge, ForgeError,
    Issue, Login, Number, Permission, PullRequest, RunLogs, Sha, Status,
};

use crate::GitHub;
use crate::payload::REQUESTS_FILE;
use crate::pulls::{Squash, Wanted};
use crate::seen::PullList;
use crate::threads::OwnIssue;

#[async_trait]
impl Forge for GitHub {
    async fn issue(&self, number: Number) -> Result<Issue, ForgeError> {
        self.read_issue(number).await
    }

    async fn open_issues(&self) -> Result<Vec<Issue>, ForgeError> {
        self.read_open_issues().await
    }

    async fn keyed_issue(&self, key: &CommentKey) -> Result<Option<Issue>, ForgeError> {
        self.read_keyed_issue(key).await
    }

    async fn comments(&self, on: Number) -> Result<Vec<Comment>, ForgeError> {
        self.read_comments(on).await
    }

    async fn recent_comments(&self, since: DateTime<Utc>) -> Result<Vec<Comment>, ForgeError> {
        self.read_recent_comments(since).await
    }

    async fn pull_request(&self, number: Number) -> Result<PullRequest, ForgeError> {
        self.read_pull(number).await
    }

    async fn pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.read_pulls(PullList::Any(prefix.to_owned())).await
    }

    async fn open_pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.read_pulls(PullList::Open(prefix.to_owned())).await
    }

    async fn statuses(&self, sha: &Sha) -> Result<Vec<Status>, ForgeError> {
        self.read_statuses(sha).await
    }

    async fn permission(&self, login: &Login) -> Result<Permission, ForgeError> {
        self.read_permission(login).await
    }

    async fn branch(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.read_branch(branch).await
    }

    async fn attachment(&self, url: &str, limit: u64) -> Result<Vec<u8>, ForgeError> {
        self.read_attachment(url, limit).await
    }

    async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError> {
        let ensured = self.perform(action).await;
        if ensured.is_err() {
            // Whatever the plan was made from, something is otherwise.
            self.forget();
        }
        ensured
    }
}

/// Runs are done by workflows: the one that works on requests is started for one of them.
#[async_trait]
impl Dispatcher for GitHub {
    async fn take_up(&self, issue: Number) -> Result<(), ForgeError> {
        let on = &self.settings().default_branch;
        self.dispatch(REQUESTS_FILE, on, &[("issue", &issue.0.to_string())])
            .await
    }
}

#[async_trait]
impl RunLogs for GitHub {
    async fn run_logs(&self, run: u64, into: &Path, limit: u64) -> Result<(), ForgeError> {
        self.download_logs(run, into, limit).await
    }
}

impl GitHub {
    async fn perform(&self, action: &Action) -> Result<Ensured, ForgeError> {
        match action {
            Action::EnsureLabel { on, label } => match action.credential() {
                Credential::Bot => self.bot().ensure_label(on, label).await,
                Credential::Workflow => self.workflow().ensure_label(on, label).await,
            },
            Action::EnsureNoLabel { on, label } => {
                self.ensure_no_label(self.workflow(), on, label).await
            }
            Action::UpsertComment { on, key, body } => {
                self.upsert_comment(self.workflow(), on, key, body).await
            }
            Action::EnsureBranch { branch, at, bundle } => {
                self.ensure_branch(self.bot(), branch, at, bundle).await
            }
            Action::EnsureNoBranch { branch } => {
                self.ensure_no_branch(self.workflow(), branch).await
            }
            Action::EnsurePullRequest {
                head,
                base,
                title,
                body,
            } => {
                let wanted = Wanted {
                    head,
                    base,
                    title,
                    body,
                };
                self.ensure_pull_request(self.bot(), &wanted).await
            }
            Action::EnsureNoPullRequest { head } => {
                self.ensure_no_pull_request(self.workflow(), head).await
            }
            Action::EnsureStatus {
                sha,
                context,
                state,
                description,
            } => {
                let status = Status {
                    context: context.clone(),
                    state: *state,
                    description: description.clone(),
                };
                self.ensure_status(self.workflow(), sha, status).await
            }
            Action::Merge {
                branch,
                head,
                title,
                message,
            } => {
                let wanted = Squash {
                    branch,
                    head,
                    title,
                    message,
                };
                self.merge(self.bot(), &wanted).await
            }
            Action::CloseIssue { issue, reason } => {
                self.close_issue(self.workflow(), *issue, *reason).await
            }
            Action::EnsureIssue {
                key,
                title,
                body,
                labels,
                state,
            } => {
                let wanted = OwnIssue {
                    key,
                    title,
                    body,
                    labels,
                    state: *state,
                };
                self.ensure_issue(self.workflow(), &wanted).await
            }
        }
    }
}
