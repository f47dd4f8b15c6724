//! Moving branches: two things that no transaction spans, kept together by an intention (see the crate's docs).

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Account, AccountKind, BranchName, Credential, EventKind, Login, Number, Sha,
};
use lightsout_git::GitError;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use crate::codec::{account, column, from_micros, from_word, micros, number, word};
use crate::log::{Deed, Happened, record};
use crate::people::write_act;
use crate::pulls::{merged, pull_moved};
use crate::threads::set_open;
use crate::{Local, LocalError};

/// What a branch is about to become.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) branch: BranchName,
    pub(crate) old: Option<Sha>,
    /// Nothing: the branch goes.
    pub(crate) new: Option<Sha>,
    /// The pull request that this merges, and its approved head.
    pub(crate) merges: Option<(Number, Sha)>,
    /// The key of the person's act that this is.
    pub(crate) client_key: Option<String>,
    pub(crate) deed: Deed,
}

impl Local {
    /// Reads where a branch points.
    pub(crate) fn branch_at(&self, branch: &BranchName) -> Result<Option<Sha>, LocalError> {
        let found = self.repo.rev(&full_name(branch))?;
        Ok(found.as_deref().map(Sha::new).transpose()?)
    }

    /// Moves a branch, whole: intention, reference, consequences.
    pub(crate) async fn move_branch(
        &self,
        db: &mut SqliteConnection,
        wanted: &Move,
    ) -> Result<(), LocalError> {
        write_move(db, wanted).await?;
        let name = full_name(&wanted.branch);
        let old = wanted.old.as_ref().map(Sha::as_str);
        let moved = match &wanted.new {
            Some(new) => self.repo.update_ref(&name, new.as_str(), old),
            None => self.repo.delete_ref(&name, old).map(|_| ()),
        };
        if let Err(error) = moved {
            if matches!(error, GitError::RefMoved { .. }) {
                // It is certain that this move was not made; any other failure is looked at again later.
                forget_move(db, &wanted.branch).await?;
            }
            return Err(error.into());
        }
        finish_move(db, wanted).await
    }

    /// Finishes the moves whose reference has moved. Those that were never made stay, to be made with the same commit
    /// when the same action is ensured again, or to be replaced by another.
    pub(crate) async fn recover(&self) -> Result<(), LocalError> {
        self.notice_pushes(&mut *self.db().await).await
    }

    pub(crate) async fn recover_moves(&self, db: &mut SqliteConnection) -> Result<(), LocalError> {
        for left in read_moves(db).await? {
            let now = self.branch_at(&left.branch)?;
            let beyond = match (&left.merges, &left.new, &now) {
                // Somebody has built on the merge since.
                (Some(_), Some(new), Some(now)) => {
                    self.repo.rev(new.as_str())?.is_some()
                        && self.repo.is_ancestor(new.as_str(), now.as_str())?
                }
                _ => false,
            };
            if now == left.new || beyond {
                finish_move(db, &left).await?;
            }
        }
        Ok(())
    }

    /// Takes note of what somebody did to the head of an open pull request with git itself, as a forge does. Moves of
    /// our own that were never finished come first: nobody else made those.
    pub(crate) async fn notice_pushes(&self, db: &mut SqliteConnection) -> Result<(), LocalError> {
        self.recover_moves(db).await?;
        let rows = sqlx::query(
            "SELECT number, head, head_sha FROM pull JOIN thread USING (number) WHERE state = 'open'",
        )
        .fetch_all(&mut *db)
        .await?;
        for row in &rows {
            let head = BranchName::new(row.try_get("head")?)?;
            let known = Sha::new(row.try_get("head_sha")?)?;
            let now = self.branch_at(&head)?;
            if now.as_ref() == Some(&known) {
                continue;
            }
            let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
            let deed = self.somebody()?;
            let pull = number(row.try_get("number")?)?;
            match now {
                Some(now) => pull_moved(&mut tx, &deed, pull, &now).await?,
                None => {
                    set_open(&mut tx, &deed, pull, false, "its branch is gone").await?;
                }
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whoever used git itself in the repository: it keeps no names.
    fn somebody(&self) -> Result<Deed, LocalError> {
        Ok(Deed {
            actor: Account {
                login: Login::new("git")?,
                kind: AccountKind::User,
            },
            credential: None,
            at: self.now(),
        })
    }
}

pub(crate) fn full_name(branch: &BranchName) -> String {
    format!("refs/heads/{branch}")
}

/// Reads what was written down for a branch and never finished.
pub(crate) async fn read_move(
    db: &mut SqliteConnection,
    branch: &BranchName,
) -> Result<Option<Move>, LocalError> {
    let moves = read_moves(db).await?;
    Ok(moves.into_iter().find(|left| left.branch == *branch))
}

pub(crate) async fn read_moves(db: &mut SqliteConnection) -> Result<Vec<Move>, LocalError> {
    let rows = sqlx::query("SELECT * FROM ref_move ORDER BY at, branch")
        .fetch_all(db)
        .await?;
    rows.iter().map(parse_move).collect()
}

pub(crate) async fn write_move(db: &mut SqliteConnection, wanted: &Move) -> Result<(), LocalError> {
    let deed = &wanted.deed;
    sqlx::query(
        "INSERT OR REPLACE INTO ref_move
         (branch, old, new, actor, actor_kind, credential, at, merges, head, client_key)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(wanted.branch.as_str())
    .bind(wanted.old.as_ref().map(Sha::as_str))
    .bind(wanted.new.as_ref().map(Sha::as_str))
    .bind(deed.actor.login.as_str())
    .bind(word(&deed.actor.kind)?)
    .bind(deed.credential.as_ref().map(word).transpose()?)
    .bind(micros(deed.at))
    .bind(wanted.merges.as_ref().map(|(pull, _)| column(pull.0)))
    .bind(wanted.merges.as_ref().map(|(_, head)| head.as_str()))
    .bind(wanted.client_key.as_deref())
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn forget_move(
    db: &mut SqliteConnection,
    branch: &BranchName,
) -> Result<(), LocalError> {
    sqlx::query("DELETE FROM ref_move WHERE branch = ?")
        .bind(branch.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Writes what follows from a move that was made, and strikes it out.
async fn finish_move(db: &mut SqliteConnection, made: &Move) -> Result<(), LocalError> {
    let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
    let deed = &made.deed;
    let (what, detail) = match &made.new {
        Some(new) => (
            "branch_moved",
            format!("{} to {}", made.branch, new.short()),
        ),
        None => ("branch_deleted", made.branch.to_string()),
    };
    let about = json!({ "branch": made.branch, "before": made.old, "after": made.new });
    record(
        &mut tx,
        deed,
        Happened::note(what, None, detail).about(about),
    )
    .await?;
    let open: Vec<i64> = sqlx::query_scalar(
        "SELECT number FROM pull JOIN thread USING (number) WHERE head = ? AND state = 'open'",
    )
    .bind(made.branch.as_str())
    .fetch_all(&mut *tx)
    .await?;
    for pull in open {
        let pull = number(pull)?;
        match &made.new {
            Some(new) => pull_moved(&mut tx, deed, pull, new).await?,
            None => {
                set_open(&mut tx, deed, pull, false, "its branch was deleted").await?;
            }
        }
    }
    if let (Some((pull, head)), Some(new)) = (&made.merges, &made.new) {
        merged(&mut tx, deed, *pull, head, new).await?;
    }
    if let (Some(key), Some(new)) = (&made.client_key, &made.new) {
        write_act(&mut tx, key, &deed.actor.login, new.as_str()).await?;
    }
    forget_move(&mut tx, &made.branch).await?;
    tx.commit().await?;
    Ok(())
}

fn parse_move(row: &SqliteRow) -> Result<Move, LocalError> {
    let sha = |column: &str| -> Result<Option<Sha>, LocalError> {
        let text: Option<String> = row.try_get(column)?;
        Ok(text.as_deref().map(Sha::new).transpose()?)
    };
    let credential: Option<String> = row.try_get("credential")?;
    let at: DateTime<Utc> = from_micros(row.try_get("at")?)?;
    let merges: Option<i64> = row.try_get("merges")?;
    let merges = merges.map(number).transpose()?.zip(sha("head")?);
    Ok(Move {
        branch: BranchName::new(row.try_get("branch")?)?,
        old: sha("old")?,
        new: sha("new")?,
        merges,
        client_key: row.try_get("client_key")?,
        deed: Deed {
            actor: account(row.try_get("actor")?, row.try_get("actor_kind")?)?,
            credential: credential.map(from_word::<Credential>).transpose()?,
            at,
        },
    })
}

/// The event of a head that moved.
pub(crate) fn synchronized(pull: Number, head: &Sha) -> Happened {
    let kind = EventKind::PullSynchronized {
        pull,
        head: head.clone(),
    };
    Happened::event(kind, pull, head.short())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lightsout_forge::{Action, CheckState, Forge, Inbox, PullState};
    use lightsout_git::{NewFile, Signature};

    use super::*;

    const HEAD: &str = "claude/issue-1-x";

    fn branch(name: &str) -> BranchName {
        BranchName::new(name).unwrap()
    }

    fn signature(when: i64) -> Signature {
        Signature {
            name: "Agent".to_owned(),
            email: "agent@example.com".to_owned(),
            when,
        }
    }

    /// A forge whose clock is at `seconds`, with an approved, green pull request.
    async fn ready(dir: &std::path::Path, seconds: i64) -> (Local, Sha) {
        let local = open(dir, seconds).await;
        let main = local.branch_at(&branch("main")).unwrap().unwrap();
        let file = NewFile {
            path: "x",
            bytes: Some(b"x"),
        };
        let head = local
            .repo
            .commit_files(Some(main.as_str()), &[file], "x", &signature(1))
            .unwrap();
        let head = Sha::new(&head).unwrap();
        for action in [
            Action::EnsureBranch {
                branch: branch(HEAD),
                at: head.clone(),
                bundle: dir.join("not-needed"),
            },
            Action::EnsurePullRequest {
                head: branch(HEAD),
                base: branch("main"),
                title: "x".to_owned(),
                body: String::new(),
            },
            Action::EnsureStatus {
                sha: head.clone(),
                context: "lightsout/gates".to_owned(),
                state: CheckState::Success,
                description: String::new(),
            },
        ] {
            local.ensure(&action).await.unwrap();
        }
        while let Some(event) = local.next().await.unwrap() {
            local.done(&event.id).await.unwrap();
        }
        (local, head)
    }

    async fn open(dir: &std::path::Path, seconds: i64) -> Local {
        let now = DateTime::from_timestamp(seconds, 0).unwrap();
        Local::create(dir, &[], Arc::new(move || now))
            .await
            .unwrap()
    }

    /// The intention of a merge, as it is written before the reference moves.
    async fn intend(local: &Local, head: &Sha) -> Sha {
        let deed = local.deed(Credential::Bot);
        let main = local.branch_at(&branch("main")).unwrap().unwrap();
        let made = local
            .repo
            .squash(main.as_str(), head.as_str(), "x", &signature(2))
            .unwrap();
        let new = Sha::new(&made).unwrap();
        let wanted = Move {
            branch: branch("main"),
            old: Some(main),
            new: Some(new.clone()),
            merges: Some((Number(1), head.clone())),
            client_key: None,
            deed,
        };
        write_move(&mut *local.db().await, &wanted).await.unwrap();
        new
    }

    fn merge(head: &Sha) -> Action {
        Action::Merge {
            branch: branch(HEAD),
            head: head.clone(),
            title: "another title".to_owned(),
            message: String::new(),
        }
    }

    #[tokio::test]
    async fn killed_before_the_reference_moved_the_same_commit_is_used() {
        let dir = tempfile::tempdir().unwrap();
        let (local, head) = ready(dir.path(), 100).await;
        let new = intend(&local, &head).await;
        drop(local);
        let local = open(dir.path(), 200).await;
        assert_eq!(
            local.pull_request(Number(1)).await.unwrap().state,
            PullState::Open
        );
        local.ensure(&merge(&head)).await.unwrap();
        let pull = local.pull_request(Number(1)).await.unwrap();
        assert_eq!((pull.state, pull.merge_sha), (PullState::Merged, Some(new)));
    }

    #[tokio::test]
    async fn killed_after_the_reference_moved_what_follows_is_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let (local, head) = ready(dir.path(), 100).await;
        let new = intend(&local, &head).await;
        let main = local.branch_at(&branch("main")).unwrap().unwrap();
        local
            .repo
            .update_ref("refs/heads/main", new.as_str(), Some(main.as_str()))
            .unwrap();
        drop(local);
        for _ in 0..2 {
            let local = open(dir.path(), 200).await;
            let pull = local.pull_request(Number(1)).await.unwrap();
            assert_eq!(
                (pull.state, pull.merge_sha),
                (PullState::Merged, Some(new.clone()))
            );
            let merged = EventKind::PullClosed {
                pull: Number(1),
                merged: true,
            };
            assert_eq!(local.next().await.unwrap().unwrap().kind, merged);
            let log = local.activity().await.unwrap();
            assert_eq!(
                log.iter().filter(|line| line.what == "pull_closed").count(),
                1
            );
            assert_eq!(
                local.ensure(&merge(&head)).await.unwrap(),
                lightsout_forge::Ensured::NotNeeded
            );
        }
    }

    #[tokio::test]
    async fn an_intention_whose_base_has_moved_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (local, head) = ready(dir.path(), 100).await;
        let new = intend(&local, &head).await;
        let main = local.branch_at(&branch("main")).unwrap().unwrap();
        let file = NewFile {
            path: "y",
            bytes: Some(b"y"),
        };
        let other = local
            .repo
            .commit_files(Some(main.as_str()), &[file], "y", &signature(3))
            .unwrap();
        local
            .repo
            .update_ref("refs/heads/main", &other, Some(main.as_str()))
            .unwrap();
        local.ensure(&merge(&head)).await.unwrap();
        let merged = local
            .pull_request(Number(1))
            .await
            .unwrap()
            .merge_sha
            .unwrap();
        assert_ne!(merged, new);
        assert!(local.repo.is_ancestor(&other, merged.as_str()).unwrap());
    }
}
