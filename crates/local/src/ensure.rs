//! Making end states true: everything but merging.

use std::path::Path;

use lightsout_forge::{
    BranchName, CloseReason, CommentKey, Ensured, EventKind, ForgeError, Label, Number, PullState,
    Sha, Status, Thread,
};
use sqlx::{Connection, SqliteConnection};

use crate::codec::{micros, word};
use crate::log::{Deed, Happened, record};
use crate::pulls::{edit_pull, open_pull};
use crate::read::{comments, is_pull, number_of, pull_of, statuses};
use crate::refs::{Move, full_name};
use crate::threads::{add_comment, add_label, edit_comment, remove_label, set_open};
use crate::{Local, LocalError};

type Answer = Result<Ensured, ForgeError>;

impl Local {
    pub(crate) async fn ensure_label(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        on: &Thread,
        label: &Label,
    ) -> Answer {
        let mut tx = begin(db).await?;
        let number = number_of(&mut tx, on).await?;
        let changed = add_label(&mut tx, deed, number, label).await?;
        commit(tx, changed).await
    }

    pub(crate) async fn ensure_no_label(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        on: &Thread,
        label: &Label,
    ) -> Answer {
        let mut tx = begin(db).await?;
        let number = number_of(&mut tx, on).await?;
        let changed = remove_label(&mut tx, deed, number, label).await?;
        commit(tx, changed).await
    }

    pub(crate) async fn upsert_comment(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        on: &Thread,
        key: &CommentKey,
        body: &str,
    ) -> Answer {
        let text = format!("{}\n{body}", key.marker());
        let mut tx = begin(db).await?;
        let number = number_of(&mut tx, on).await?;
        let found = comments(&mut tx, number).await?;
        let found = found
            .into_iter()
            .find(|c| self.is_own(&c.author) && key.marks(&c.body));
        let changed = match found {
            Some(found) if found.body == text => false,
            Some(found) => {
                edit_comment(&mut tx, deed, number, found.id, &text).await?;
                true
            }
            None => {
                add_comment(&mut tx, deed, number, &text).await?;
                true
            }
        };
        commit(tx, changed).await
    }

    pub(crate) async fn ensure_branch(
        &self,
        db: &mut SqliteConnection,
        deed: Deed,
        branch: &BranchName,
        at: &Sha,
        bundle: &Path,
    ) -> Answer {
        self.refuse_default(branch)?;
        self.recover_moves(db).await?;
        let old = self.branch_at(branch)?;
        if old.as_ref() == Some(at) {
            return Ok(Ensured::NotNeeded);
        }
        if self.is_missing(at)? {
            self.repo.import_bundle(bundle).map_err(LocalError::from)?;
        }
        if self.is_missing(at)? {
            return Err(ForgeError::Refused {
                what: format!("moving `{branch}`"),
                why: format!("the bundle does not hold the commit `{at}`"),
            });
        }
        let wanted = Move {
            branch: branch.clone(),
            old,
            new: Some(at.clone()),
            merges: None,
            client_key: None,
            deed,
        };
        self.move_branch(db, &wanted).await?;
        Ok(Ensured::Changed)
    }

    pub(crate) async fn ensure_no_branch(
        &self,
        db: &mut SqliteConnection,
        deed: Deed,
        branch: &BranchName,
    ) -> Answer {
        self.refuse_default(branch)?;
        self.recover_moves(db).await?;
        let Some(old) = self.branch_at(branch)? else {
            return Ok(Ensured::NotNeeded);
        };
        let wanted = Move {
            branch: branch.clone(),
            old: Some(old),
            new: None,
            merges: None,
            client_key: None,
            deed,
        };
        self.move_branch(db, &wanted).await?;
        Ok(Ensured::Changed)
    }

    pub(crate) async fn ensure_pull_request(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        head: &BranchName,
        base: &BranchName,
        text: (&str, &str),
    ) -> Answer {
        self.notice_pushes(db).await?;
        let mut tx = begin(db).await?;
        let open = pull_of(&mut tx, head)
            .await?
            .filter(|pull| pull.state == PullState::Open);
        if let Some(open) = open {
            let same = (open.title.as_str(), open.body.as_str()) == text && open.base == *base;
            if !same {
                edit_pull(&mut tx, deed, open.number, base, text).await?;
            }
            return commit(tx, !same).await;
        }
        let head_sha = self.existing(head)?;
        let base_sha = self.existing(base)?;
        let merged = self.repo.is_ancestor(head_sha.as_str(), base_sha.as_str());
        if merged.map_err(LocalError::from)? {
            return Err(ForgeError::Refused {
                what: format!("a pull request from `{head}` to `{base}`"),
                why: "there are no commits between them".to_owned(),
            });
        }
        open_pull(&mut tx, deed, (head, &head_sha), base, text).await?;
        commit(tx, true).await
    }

    pub(crate) async fn ensure_no_pull_request(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        head: &BranchName,
    ) -> Answer {
        self.recover_moves(db).await?;
        let mut tx = begin(db).await?;
        let newest = pull_of(&mut tx, head).await?;
        let changed = match newest.filter(|pull| pull.state == PullState::Open) {
            Some(open) => set_open(&mut tx, deed, open.number, false, "").await?,
            None => false,
        };
        commit(tx, changed).await
    }

    pub(crate) async fn ensure_status(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        sha: &Sha,
        status: &Status,
    ) -> Answer {
        if self.is_missing(sha)? {
            return Err(LocalError::not_found(format!("the commit `{sha}`")).into());
        }
        let mut tx = begin(db).await?;
        if statuses(&mut tx, sha).await?.contains(status) {
            return commit(tx, false).await;
        }
        write_status(&mut tx, deed, sha, status, None).await?;
        commit(tx, true).await
    }

    pub(crate) async fn close_issue(
        &self,
        db: &mut SqliteConnection,
        deed: &Deed,
        issue: Number,
        reason: CloseReason,
    ) -> Answer {
        let mut tx = begin(db).await?;
        if is_pull(&mut tx, issue).await? {
            return Err(LocalError::not_found(format!("the issue {issue}")).into());
        }
        let changed = set_open(&mut tx, deed, issue, false, &word(&reason)?).await?;
        commit(tx, changed).await
    }

    /// A branch that must be there.
    pub(crate) fn existing(&self, branch: &BranchName) -> Result<Sha, LocalError> {
        self.branch_at(branch)?
            .ok_or_else(|| LocalError::not_found(format!("the branch `{branch}`")))
    }

    pub(crate) fn is_missing(&self, commit: &Sha) -> Result<bool, LocalError> {
        Ok(self.repo.rev(commit.as_str())?.is_none())
    }

    /// The default branch moves only by merging.
    fn refuse_default(&self, branch: &BranchName) -> Result<(), ForgeError> {
        if *branch == self.default_branch {
            return Err(ForgeError::Refused {
                what: format!("moving `{}`", full_name(branch)),
                why: "the default branch moves only by merging".to_owned(),
            });
        }
        Ok(())
    }
}

pub(crate) async fn write_status(
    tx: &mut SqliteConnection,
    deed: &Deed,
    sha: &Sha,
    status: &Status,
    target_url: Option<&str>,
) -> Result<(), LocalError> {
    let state = word(&status.state)?;
    sqlx::query(
        "INSERT INTO status (sha, context, state, description, at, target_url, author, author_kind)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET state = excluded.state, description = excluded.description, at = excluded.at,
            target_url = excluded.target_url, author = excluded.author, author_kind = excluded.author_kind",
    )
    .bind(sha.as_str())
    .bind(&status.context)
    .bind(&state)
    .bind(&status.description)
    .bind(micros(deed.at))
    .bind(target_url)
    .bind(deed.actor.login.as_str())
    .bind(word(&deed.actor.kind)?)
    .execute(&mut *tx)
    .await?;
    let detail = format!("{}: {state} at {}", status.context, sha.short());
    let kind = EventKind::StatusChanged {
        sha: sha.clone(),
        context: status.context.clone(),
        state: status.state,
    };
    record(tx, deed, Happened::event(kind, None, detail)).await
}

pub(crate) type Transaction<'a> = sqlx::Transaction<'a, sqlx::Sqlite>;

pub(crate) async fn begin(db: &mut SqliteConnection) -> Result<Transaction<'_>, LocalError> {
    Ok(db.begin_with("BEGIN IMMEDIATE").await?)
}

pub(crate) async fn commit(tx: Transaction<'_>, changed: bool) -> Result<Ensured, ForgeError> {
    tx.commit().await.map_err(LocalError::from)?;
    Ok(if changed {
        Ensured::Changed
    } else {
        Ensured::NotNeeded
    })
}
