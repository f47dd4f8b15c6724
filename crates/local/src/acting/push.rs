//! What somebody does to branches: with one call, or with git, which is written down before and after.

use lightsout_forge::{BranchName, Sha};
use sqlx::Connection as _;

use super::Acting;
use crate::LocalError;
use crate::refs::{Move, forget_move, read_moves, write_move};

/// What somebody asks git to do with one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefChange {
    /// The branch.
    pub branch: BranchName,
    /// Where it is; nothing for one that shall be made.
    pub old: Option<Sha>,
    /// Where it shall be; nothing for one that shall go.
    pub new: Option<Sha>,
}

impl Acting<'_> {
    /// Moves, makes or deletes one branch.
    pub async fn move_branch(&self, change: &RefChange) -> Result<(), LocalError> {
        let local = self.local;
        let mut db = local.db().await;
        local.recover_moves(&mut db).await?;
        self.must_write(&mut db, "push").await?;
        local.move_branch(&mut db, &self.intention(change)).await
    }

    /// Writes down what git is about to do to branches, before it does it: whatever happens then, what follows is
    /// written as the doing of this account. [`Acting::pushed`] comes after it.
    pub async fn about_to_push(&self, changes: &[RefChange]) -> Result<(), LocalError> {
        let local = self.local;
        let mut db = local.db().await;
        local.recover_moves(&mut db).await?;
        self.must_write(&mut db, "push").await?;
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        for change in changes {
            write_move(&mut tx, &self.intention(change)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Writes what follows from what git did, and forgets what it did not do.
    pub async fn pushed(&self, changes: &[RefChange]) -> Result<(), LocalError> {
        let local = self.local;
        let mut db = local.db().await;
        local.notice_pushes(&mut db).await?;
        for left in read_moves(&mut db).await? {
            let ours = changes
                .iter()
                .any(|one| one.branch == left.branch && one.new == left.new);
            if ours && left.merges.is_none() {
                forget_move(&mut db, &left.branch).await?;
            }
        }
        Ok(())
    }

    fn intention(&self, change: &RefChange) -> Move {
        Move {
            branch: change.branch.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
            merges: None,
            client_key: None,
            deed: self.deed(),
        }
    }
}
