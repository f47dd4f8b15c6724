//! What somebody changes about an issue or a pull request that is there.

use std::collections::BTreeSet;

use lightsout_forge::{BranchName, Label, Number};
use sqlx::SqliteConnection;

use super::Acting;
use crate::LocalError;
use crate::codec::column;
use crate::ensure::begin;
use crate::pulls::edit_pull;
use crate::read::{is_pull, issues, pulls};
use crate::threads::{add_label, edit_issue, remove_label, set_open};

/// What shall be otherwise about an issue or a pull request; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Its title.
    pub title: Option<String>,
    /// Its body.
    pub body: Option<String>,
    /// Open, or closed.
    pub open: Option<bool>,
    /// Why it is closed: `completed` or `not_planned`.
    pub close_reason: Option<String>,
    /// All of its labels.
    pub labels: Option<BTreeSet<Label>>,
    /// The branch that a pull request would merge into.
    pub base: Option<BranchName>,
}

impl Acting<'_> {
    /// Changes an issue or a pull request.
    pub async fn edit(&self, on: Number, edit: &Edit) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        let author = sqlx::query_scalar::<_, String>("SELECT author FROM thread WHERE number = ?")
            .bind(column(on.0))
            .fetch_optional(&mut *tx)
            .await?
            .ok_or_else(|| LocalError::not_found(on))?;
        if author != self.account.login.as_str() || edit.labels.is_some() {
            self.must_write(&mut tx, "change what others opened")
                .await?;
        }
        self.edit_in(&mut tx, on, edit).await?;
        Ok(tx.commit().await?)
    }

    async fn edit_in(
        &self,
        tx: &mut SqliteConnection,
        on: Number,
        edit: &Edit,
    ) -> Result<(), LocalError> {
        let deed = self.deed();
        let labels = if is_pull(tx, on).await? {
            let pull = pulls(tx, Some(on)).await?.pop();
            let pull = pull.ok_or_else(|| LocalError::not_found(on))?;
            let title = edit.title.as_ref().unwrap_or(&pull.title);
            let body = edit.body.as_ref().unwrap_or(&pull.body);
            let base = edit.base.as_ref().unwrap_or(&pull.base);
            if (title, body, base) != (&pull.title, &pull.body, &pull.base) {
                edit_pull(tx, &deed, on, base, (title, body)).await?;
            }
            pull.labels
        } else {
            let issue = issues(tx, Some(on)).await?.pop();
            let issue = issue.ok_or_else(|| LocalError::not_found(on))?;
            let title = edit.title.as_ref().unwrap_or(&issue.title);
            let body = edit.body.as_ref().unwrap_or(&issue.body);
            if (title, body) != (&issue.title, &issue.body) {
                edit_issue(tx, &deed, on, (title, body)).await?;
            }
            issue.labels
        };
        if let Some(wanted) = &edit.labels {
            for label in wanted.difference(&labels) {
                add_label(tx, &deed, on, label).await?;
            }
            for label in labels.difference(wanted) {
                remove_label(tx, &deed, on, label).await?;
            }
        }
        if let Some(open) = edit.open {
            let reason = edit.close_reason.as_deref();
            set_open(tx, &deed, on, open, reason.unwrap_or_default()).await?;
            if let (false, Some(reason)) = (open, reason) {
                sqlx::query(
                    "UPDATE thread SET close_reason = ? WHERE number = ? AND state = 'closed'",
                )
                .bind(reason)
                .bind(column(on.0))
                .execute(&mut *tx)
                .await?;
            }
        }
        Ok(())
    }
}
