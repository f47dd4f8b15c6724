//! What people do on the forge.

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Account, AccountKind, BranchName, CommentId, Label, Login, Number, Permission, Sha,
};
use lightsout_git::{NewFile, Signature};
use sqlx::{Connection, Row, SqliteConnection};

use crate::codec::column;
use crate::log::Deed;
use crate::read::is_pull;
use crate::refs::Move;
use crate::threads::{add_comment, add_label, open_issue, remove_label, set_open};
use crate::{Local, LocalError};

/// A person at the forge. Each act takes a key of the client's choice: the same key again does nothing and gives the
/// first result, so that a client that was killed may simply start over. Every act raises an event, if it changes
/// anything.
///
/// What needs permission on GitHub needs it here: labels, other people's issues, and pushing need
/// [`Permission::Write`]. Labels given while opening an issue are free, as an issue form sets them.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    local: &'a Local,
    login: Login,
}

impl Local {
    /// The person of a login.
    pub fn person(&self, login: &Login) -> Person<'_> {
        Person {
            local: self,
            login: login.clone(),
        }
    }
}

impl Person<'_> {
    /// Opens an issue: one event for opening it, and one for each label.
    pub async fn open_issue(
        &self,
        key: Option<&str>,
        title: &str,
        body: &str,
        labels: &[Label],
    ) -> Result<Number, LocalError> {
        let mut db = self.local.db().await;
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(before) = self.before(&mut tx, key).await? {
            return parse(&before).map(Number);
        }
        let deed = self.deed();
        let issue = open_issue(&mut tx, &deed, (title, body), labels).await?;
        self.after(&mut tx, key, issue.0).await?;
        tx.commit().await?;
        Ok(issue)
    }

    /// Comments on an issue or a pull request.
    pub async fn comment(
        &self,
        key: Option<&str>,
        on: Number,
        body: &str,
    ) -> Result<CommentId, LocalError> {
        let mut db = self.local.db().await;
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(before) = self.before(&mut tx, key).await? {
            return parse(&before).map(CommentId);
        }
        let comment = add_comment(&mut tx, &self.deed(), on, body).await?;
        self.after(&mut tx, key, comment.0).await?;
        tx.commit().await?;
        Ok(comment)
    }

    /// Adds a label.
    pub async fn add_label(
        &self,
        key: Option<&str>,
        on: Number,
        label: &Label,
    ) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        if self.before(&mut tx, key).await?.is_none() {
            self.must_write(&mut tx, "set labels").await?;
            add_label(&mut tx, &self.deed(), on, label).await?;
            self.after(&mut tx, key, on.0).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Removes a label.
    pub async fn remove_label(
        &self,
        key: Option<&str>,
        on: Number,
        label: &Label,
    ) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        if self.before(&mut tx, key).await?.is_none() {
            self.must_write(&mut tx, "remove labels").await?;
            remove_label(&mut tx, &self.deed(), on, label).await?;
            self.after(&mut tx, key, on.0).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Closes an issue, or a pull request without merging it.
    pub async fn close(&self, key: Option<&str>, on: Number) -> Result<(), LocalError> {
        self.set_open(key, on, false).await
    }

    /// Opens a closed issue or pull request again.
    pub async fn reopen(&self, key: Option<&str>, on: Number) -> Result<(), LocalError> {
        self.set_open(key, on, true).await
    }

    /// Commits one file to a branch, which is made from the default branch when it is missing, and gives the commit.
    pub async fn push_file(
        &self,
        key: Option<&str>,
        branch: &BranchName,
        path: &str,
        bytes: &[u8],
        message: &str,
    ) -> Result<Sha, LocalError> {
        let local = self.local;
        let mut db = local.db().await;
        local.recover_moves(&mut db).await?;
        if let Some(before) = self.before(&mut db, key).await? {
            return Ok(Sha::new(&before)?);
        }
        self.must_write(&mut db, "push").await?;
        let old = local.branch_at(branch)?;
        let parent = match &old {
            Some(old) => Some(old.clone()),
            None => local.branch_at(local.default_branch())?,
        };
        let deed = self.deed();
        let file = NewFile {
            path,
            bytes: Some(bytes),
        };
        let parent = parent.as_ref().map(Sha::as_str);
        let author = self.signature(deed.at);
        let new = local.repo.commit_files(parent, &[file], message, &author)?;
        let new = Sha::new(&new)?;
        let wanted = Move {
            branch: branch.clone(),
            old,
            new: Some(new.clone()),
            merges: None,
            client_key: key.map(str::to_owned),
            deed,
        };
        local.move_branch(&mut db, &wanted).await?;
        Ok(new)
    }

    /// Uploads a file, at most 25 MB, and gives the address to put into a text. Raises no event.
    pub async fn attach(&self, file_name: &str, bytes: &[u8]) -> Result<String, LocalError> {
        let mut db = self.local.db().await;
        self.local
            .keep_attachment(&mut db, &self.login, file_name, bytes)
            .await
    }

    async fn set_open(&self, key: Option<&str>, on: Number, open: bool) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        if self.before(&mut tx, key).await?.is_none() {
            is_pull(&mut tx, on).await?;
            let author: String = sqlx::query_scalar("SELECT author FROM thread WHERE number = ?")
                .bind(column(on.0))
                .fetch_one(&mut *tx)
                .await?;
            if author != self.login.as_str() {
                self.must_write(&mut tx, "close or reopen what others opened")
                    .await?;
            }
            set_open(&mut tx, &self.deed(), on, open, "").await?;
            self.after(&mut tx, key, on.0).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn must_write(
        &self,
        db: &mut SqliteConnection,
        what: &'static str,
    ) -> Result<(), LocalError> {
        if Local::permission_of(db, &self.login).await? >= Permission::Write {
            return Ok(());
        }
        Err(LocalError::Forbidden {
            login: self.login.to_string(),
            what,
        })
    }

    /// What the act of this key gave, if it was done.
    async fn before(
        &self,
        db: &mut SqliteConnection,
        key: Option<&str>,
    ) -> Result<Option<String>, LocalError> {
        let Some(key) = key else { return Ok(None) };
        let row = sqlx::query("SELECT person, result FROM act WHERE client_key = ?")
            .bind(key)
            .fetch_optional(db)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let person: String = row.try_get("person")?;
        if person != self.login.as_str() {
            return Err(LocalError::KeyTaken {
                key: key.to_owned(),
            });
        }
        Ok(Some(row.try_get("result")?))
    }

    async fn after(
        &self,
        tx: &mut SqliteConnection,
        key: Option<&str>,
        result: u64,
    ) -> Result<(), LocalError> {
        match key {
            Some(key) => write_act(tx, key, &self.login, &result.to_string()).await,
            None => Ok(()),
        }
    }

    fn deed(&self) -> Deed {
        Deed {
            actor: Account {
                login: self.login.clone(),
                kind: AccountKind::User,
            },
            credential: None,
            at: self.local.now(),
        }
    }

    fn signature(&self, at: DateTime<Utc>) -> Signature {
        Signature {
            name: self.login.to_string(),
            email: format!("{}@forge.localhost", self.login),
            when: at.timestamp(),
        }
    }
}

/// Writes what an act gave.
pub(crate) async fn write_act(
    tx: &mut SqliteConnection,
    key: &str,
    person: &Login,
    result: &str,
) -> Result<(), LocalError> {
    sqlx::query(
        "INSERT INTO act (client_key, person, result) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(key)
    .bind(person.as_str())
    .bind(result)
    .execute(tx)
    .await?;
    Ok(())
}

fn parse(result: &str) -> Result<u64, LocalError> {
    result
        .parse()
        .map_err(|error| LocalError::damaged("an act's result", error))
}
