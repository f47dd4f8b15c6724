//! The factory's own issues, one for each key.

use std::collections::BTreeSet;

use lightsout_forge::{CommentKey, Ensured, EventKind, ForgeError, Issue, IssueState, Label};
use sqlx::SqliteConnection;

use crate::codec::word;
use crate::ensure::{begin, commit};
use crate::log::{Deed, Happened, record};
use crate::read::issues;
use crate::threads::{add_label, edit_issue, insert_label, insert_thread, set_open};
use crate::{Local, LocalError};

/// How an issue of the factory shall be.
pub(crate) struct OwnIssue<'a> {
    pub(crate) key: &'a CommentKey,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    pub(crate) labels: &'a BTreeSet<Label>,
    pub(crate) state: IssueState,
}

impl Local {
    /// Finds the factory's newest issue of a key.
    pub(crate) async fn issue_of_key(
        &self,
        db: &mut SqliteConnection,
        key: &CommentKey,
    ) -> Result<Option<Issue>, LocalError> {
        let found = issues(db, None).await?;
        Ok(found
            .into_iter()
            .rev()
            .find(|issue| self.is_own(&issue.author) && key.marks(&issue.body)))
    }

    pub(crate) async fn ensure_issue(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        wanted: &OwnIssue<'_>,
    ) -> Result<Ensured, ForgeError> {
        let text = format!("{}\n{}", wanted.key.marker(), wanted.body);
        let mut tx = begin(db).await?;
        let found = self.issue_of_key(&mut tx, wanted.key).await?;
        let changed = if let Some(found) = found {
            change(&mut tx, deed, &found, wanted, &text).await?
        } else {
            open(&mut tx, deed, wanted, &text).await?;
            true
        };
        commit(tx, changed).await
    }
}

async fn open(
    tx: &mut SqliteConnection,
    deed: &Deed,
    wanted: &OwnIssue<'_>,
    text: &str,
) -> Result<(), LocalError> {
    let issue = insert_thread(tx, deed, false, wanted.title, text).await?;
    for label in wanted.labels {
        insert_label(tx, issue, label).await?;
    }
    let opened = EventKind::IssueOpened { issue };
    record(tx, deed, Happened::event(opened, issue, wanted.title)).await?;
    if wanted.state == IssueState::Closed {
        set_open(tx, deed, issue, false, "").await?;
    }
    Ok(())
}

async fn change(
    tx: &mut SqliteConnection,
    deed: &Deed,
    found: &Issue,
    wanted: &OwnIssue<'_>,
    text: &str,
) -> Result<bool, LocalError> {
    let mut changed = false;
    for label in wanted.labels {
        changed |= add_label(tx, deed, found.number, label).await?;
    }
    let open = wanted.state == IssueState::Open;
    changed |= set_open(tx, deed, found.number, open, &word(&wanted.state)?).await?;
    if (found.title.as_str(), found.body.as_str()) != (wanted.title, text) {
        edit_issue(tx, deed, found.number, (wanted.title, text)).await?;
        changed = true;
    }
    Ok(changed)
}
