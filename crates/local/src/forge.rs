//! The port [`Forge`]: reading, and which function makes which action so.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_forge::{
    Action, BranchName, Comment, CommentKey, Ensured, Forge, ForgeError, Issue, IssueState, Login,
    Number, Permission, PullRequest, PullState, Sha, Status,
};

use crate::issues::OwnIssue;
use crate::read::{comments, is_pull, issues, pulls, recent_comments, statuses};
use crate::{Local, LocalError};

#[async_trait]
impl Forge for Local {
    async fn issue(&self, number: Number) -> Result<Issue, ForgeError> {
        let mut db = self.db().await;
        let found = issues(&mut db, Some(number)).await?.pop();
        found.ok_or_else(|| LocalError::not_found(format!("the issue {number}")).into())
    }

    async fn open_issues(&self) -> Result<Vec<Issue>, ForgeError> {
        let mut found = issues(&mut *self.db().await, None).await?;
        found.retain(|issue| issue.state == IssueState::Open);
        Ok(found)
    }

    async fn keyed_issue(&self, key: &CommentKey) -> Result<Option<Issue>, ForgeError> {
        let mut db = self.db().await;
        Ok(self.issue_of_key(&mut db, key).await?)
    }

    async fn comments(&self, on: Number) -> Result<Vec<Comment>, ForgeError> {
        let mut db = self.db().await;
        is_pull(&mut db, on).await?;
        Ok(comments(&mut db, on).await?)
    }

    async fn recent_comments(&self, since: DateTime<Utc>) -> Result<Vec<Comment>, ForgeError> {
        Ok(recent_comments(&mut *self.db().await, since).await?)
    }

    async fn pull_request(&self, number: Number) -> Result<PullRequest, ForgeError> {
        let mut db = self.db().await;
        self.notice_pushes(&mut db).await?;
        let found = pulls(&mut db, Some(number)).await?.pop();
        found.ok_or_else(|| LocalError::not_found(format!("the pull request {number}")).into())
    }

    async fn pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let mut found = self.pull_requests_all().await?;
        found.retain(|pull| pull.head.as_str().starts_with(prefix));
        Ok(found)
    }

    async fn open_pull_requests(&self, prefix: &str) -> Result<Vec<PullRequest>, ForgeError> {
        let mut found = self.pull_requests(prefix).await?;
        found.retain(|pull| pull.state == PullState::Open);
        Ok(found)
    }

    async fn statuses(&self, sha: &Sha) -> Result<Vec<Status>, ForgeError> {
        Ok(statuses(&mut *self.db().await, sha).await?)
    }

    async fn permission(&self, login: &Login) -> Result<Permission, ForgeError> {
        Ok(Self::permission_of(&mut *self.db().await, login).await?)
    }

    async fn branch(&self, branch: &BranchName) -> Result<Option<Sha>, ForgeError> {
        Ok(self.branch_at(branch)?)
    }

    async fn attachment(&self, url: &str, limit: u64) -> Result<Vec<u8>, ForgeError> {
        let mut db = self.db().await;
        Ok(self.read_attachment(&mut db, url, limit).await?)
    }

    async fn ensure(&self, action: &Action) -> Result<Ensured, ForgeError> {
        let deed = self.deed(action.credential());
        let mut db = self.db().await;
        match action {
            Action::EnsureLabel { on, label } => self.ensure_label(&mut db, &deed, on, label).await,
            Action::EnsureNoLabel { on, label } => {
                self.ensure_no_label(&mut db, &deed, on, label).await
            }
            Action::UpsertComment { on, key, body } => {
                self.upsert_comment(&mut db, &deed, on, key, body).await
            }
            Action::EnsureBranch { branch, at, bundle } => {
                self.ensure_branch(&mut db, deed, branch, at, bundle).await
            }
            Action::EnsureNoBranch { branch } => self.ensure_no_branch(&mut db, deed, branch).await,
            Action::EnsurePullRequest {
                head,
                base,
                title,
                body,
            } => {
                let text = (title.as_str(), body.as_str());
                self.ensure_pull_request(&mut db, &deed, head, base, text)
                    .await
            }
            Action::EnsureNoPullRequest { head } => {
                self.ensure_no_pull_request(&mut db, &deed, head).await
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
                self.ensure_status(&mut db, &deed, sha, &status).await
            }
            Action::Merge {
                branch,
                head,
                title,
                message,
            } => {
                self.merge(&mut db, deed, (branch, head), (title, message))
                    .await
            }
            Action::CloseIssue { issue, reason } => {
                self.close_issue(&mut db, &deed, *issue, *reason).await
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
                self.ensure_issue(&mut db, &deed, &wanted).await
            }
        }
    }
}
