//! Making issues, comments and statuses as they shall be.

use std::collections::BTreeSet;

use lightsout_forge::{
    CheckState, CloseReason, Comment, CommentKey, Ensured, ForgeError, Issue, IssueState, Label,
    Number, Sha, Status, Thread,
};
use serde_json::json;

use crate::GitHub;
use crate::github::{As, Credential, issue_name};
use crate::labels::bare;
use crate::payload::model;
use crate::read::{ISSUE, seen_comment, seen_issue};
use crate::rest::{Answer, Call, Failure, Waits};
use crate::settings::WorkflowToken;

const ISSUES: &str = "/repos/{owner}/{repo}/issues";
const COMMENTS: &str = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const COMMENT: &str = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
const STATUSES: &str = "/repos/{owner}/{repo}/statuses/{sha}";

/// The longest description of a status, in characters.
const DESCRIPTION: usize = 140;

/// How an issue of the factory shall be.
pub(crate) struct OwnIssue<'a> {
    pub(crate) key: &'a CommentKey,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    pub(crate) labels: &'a BTreeSet<Label>,
    pub(crate) state: IssueState,
}

impl<C: Credential> As<'_, C> {
    /// Makes something new. When nobody knows whether it was made, looks for it, and makes it again only when it is
    /// not there.
    pub(crate) async fn create<T, F>(
        &self,
        call: &Call,
        what: &str,
        parse: impl Fn(&Answer) -> Result<T, ForgeError> + Send,
        find: impl Fn() -> F + Send,
    ) -> Result<T, ForgeError>
    where
        F: Future<Output = Result<Option<T>, ForgeError>> + Send,
        T: Send,
    {
        let mut waits = Waits::new(self.github.settings());
        loop {
            let lost = match self.call(call).await {
                Ok(answer) => return parse(&answer),
                Err(lost @ Failure::Lost(_)) => lost,
                Err(failure) => return Err(failure.into_error(what)),
            };
            let Some(wait) = waits.next() else {
                return Err(lost.into_error(what));
            };
            tokio::time::sleep(wait).await;
            self.github.forget();
            if let Some(found) = find().await? {
                return Ok(found);
            }
        }
    }
}

impl GitHub {
    pub(crate) async fn upsert_comment(
        &self,
        by: As<'_, WorkflowToken>,
        on: &Thread,
        key: &CommentKey,
        body: &str,
    ) -> Result<Ensured, ForgeError> {
        let text = format!("{}\n{body}", key.marker());
        let (number, _) = self.labels_of(on).await?;
        let what = format!("commenting on {number}");
        let kept = |comment: &model::Comment| {
            let comment = seen_comment(comment, number)?;
            self.seen().said(comment.clone());
            Ok::<_, ForgeError>(comment)
        };
        if let Some(found) = self.keyed_comment(number, key).await? {
            if found.body == text {
                return Ok(Ensured::NotNeeded);
            }
            let call = Call::patch(COMMENT, &[&found.id.0.to_string()], json!({ "body": text }));
            match by.json(&call, &what).await {
                Ok(edited) => return kept(&edited).map(|_| Ensured::Changed),
                // Somebody has deleted it since.
                Err(ForgeError::NotFound { .. }) => self.forget(),
                Err(error) => return Err(error),
            }
        }
        let call = Call::post(COMMENTS, &[&number.0.to_string()], json!({ "body": text }));
        let parse = |answer: &Answer| kept(&answer.parse(&what)?);
        let find = || self.keyed_comment(number, key);
        let made = by.create(&call, &what, parse, find).await?;
        if made.body != text {
            // One that was there before the answer was lost.
            let call = Call::patch(COMMENT, &[&made.id.0.to_string()], json!({ "body": text }));
            kept(&by.json(&call, &what).await?)?;
        }
        Ok(Ensured::Changed)
    }

    async fn keyed_comment(
        &self,
        on: Number,
        key: &CommentKey,
    ) -> Result<Option<Comment>, ForgeError> {
        let comments = self.read_comments(on).await?.into_iter();
        Ok(comments
            .into_iter()
            .find(|comment| self.is_own(&comment.author) && key.marks(&comment.body)))
    }

    pub(crate) async fn close_issue(
        &self,
        by: As<'_, WorkflowToken>,
        issue: Number,
        reason: CloseReason,
    ) -> Result<Ensured, ForgeError> {
        if self.read_issue(issue).await?.state == IssueState::Closed {
            return Ok(Ensured::NotNeeded);
        }
        let reason = match reason {
            CloseReason::Completed => "completed",
            CloseReason::NotPlanned => "not_planned",
        };
        let body = json!({ "state": "closed", "state_reason": reason });
        self.edit_issue(&by, issue, body).await?;
        Ok(Ensured::Changed)
    }

    pub(crate) async fn ensure_issue(
        &self,
        by: As<'_, WorkflowToken>,
        wanted: &OwnIssue<'_>,
    ) -> Result<Ensured, ForgeError> {
        let text = format!("{}\n{}", wanted.key.marker(), wanted.body);
        let (found, mut changed) = match self.read_keyed_issue(wanted.key).await? {
            Some(found) => (found, false),
            None => (self.open_own_issue(&by, wanted, &text).await?, true),
        };
        for label in wanted.labels.difference(&found.labels) {
            changed |=
                by.ensure_label(&Thread::Issue(found.number), label).await? == Ensured::Changed;
        }
        let same = found.state == wanted.state && found.title == wanted.title && found.body == text;
        if !same {
            // One call, so whoever finds the text finds the state as well.
            let state = match wanted.state {
                IssueState::Open => "open",
                IssueState::Closed => "closed",
            };
            let body = json!({ "title": wanted.title, "body": text, "state": state });
            self.edit_issue(&by, found.number, body).await?;
        }
        Ok(if changed || !same {
            Ensured::Changed
        } else {
            Ensured::NotNeeded
        })
    }

    /// Opens an issue; one that shall be closed gets its text when it is.
    async fn open_own_issue(
        &self,
        by: &As<'_, WorkflowToken>,
        wanted: &OwnIssue<'_>,
        text: &str,
    ) -> Result<Issue, ForgeError> {
        let marker = wanted.key.marker();
        let text = match wanted.state {
            IssueState::Open => text,
            IssueState::Closed => marker.as_str(),
        };
        let labels: Vec<&str> = wanted.labels.iter().map(Label::as_str).collect();
        let body = json!({ "title": wanted.title, "body": text, "labels": labels });
        let what = "opening an issue";
        let parse = |answer: &Answer| {
            let opened: model::Issue = answer.parse(what)?;
            let seen = seen_issue(&opened)?;
            self.seen().put_issue(seen.clone());
            Ok((seen.issue, bare(&opened.labels.unwrap_or_default())))
        };
        let find = async || {
            let found = self.read_keyed_issue(wanted.key).await?;
            Ok(found.map(|found| (found, BTreeSet::new())))
        };
        let call = Call::post(ISSUES, &[], body);
        let (opened, bare) = by.create(&call, what, parse, find).await?;
        by.dress(&bare).await;
        Ok(opened)
    }

    async fn edit_issue(
        &self,
        by: &As<'_, WorkflowToken>,
        issue: Number,
        body: serde_json::Value,
    ) -> Result<(), ForgeError> {
        let call = Call::patch(ISSUE, &[&issue.0.to_string()], body);
        let edited: model::Issue = by.json(&call, &issue_name(issue)).await?;
        self.seen().put_issue(seen_issue(&edited)?);
        Ok(())
    }

    pub(crate) async fn ensure_status(
        &self,
        by: As<'_, WorkflowToken>,
        sha: &Sha,
        mut status: Status,
    ) -> Result<Ensured, ForgeError> {
        status.description = status.description.chars().take(DESCRIPTION).collect();
        if self.read_statuses(sha).await?.contains(&status) {
            return Ok(Ensured::NotNeeded);
        }
        let state = match status.state {
            CheckState::Pending => "pending",
            CheckState::Success => "success",
            CheckState::Failure => "failure",
            CheckState::Error => "error",
        };
        let body = json!({
            "state": state,
            "context": status.context,
            "description": status.description,
        });
        // Saying it twice changes nothing: the newest of a context counts.
        let call = Call::post(STATUSES, &[sha.as_str()], body).repeatable();
        let what = format!("the commit `{sha}`");
        let _: serde_json::Value = by.json(&call, &what).await?;
        self.seen().put_status(sha, &status);
        Ok(Ensured::Changed)
    }
}
