//! Whoever acts through a token, as a forge's API lets them: people, and the factory's own two accounts.

mod edit;
mod push;

use lightsout_forge::{
    Account, AccountKind, BranchName, CommentId, Credential, ForgeError, Label, Login, Number,
    Permission, Sha, Status,
};
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::checks::{CheckRun, write_check_run};
use crate::ensure::{begin, write_status};
use crate::log::{Deed, Happened, record};
use crate::pulls::open_pull;
use crate::read::is_pull;
use crate::shown::read_remark;
use crate::threads::{add_comment, add_label, edit_comment, open_issue, remove_label};
use crate::{Local, LocalError};

pub use edit::Edit;
pub use push::RefChange;

/// An account that acts with a token. What it does raises events as its token does: everything but what is done with
/// the workflow's own. Each act is one transaction.
///
/// What needs permission on GitHub needs it here, of people; the factory's own accounts may write.
#[derive(Debug, Clone)]
pub struct Acting<'a> {
    local: &'a Local,
    account: Account,
    credential: Option<Credential>,
}

impl Local {
    /// A person with a token of their own, or somebody else's bot: `name[bot]`.
    pub fn acting(&self, login: &Login) -> Acting<'_> {
        let kind = if login.as_str().ends_with("[bot]") {
            AccountKind::Bot
        } else {
            AccountKind::User
        };
        Acting {
            local: self,
            account: Account {
                login: login.clone(),
                kind,
            },
            credential: None,
        }
    }

    /// One of the factory's own accounts.
    pub fn acting_with(&self, credential: Credential) -> Acting<'_> {
        Acting {
            local: self,
            account: self.deed(credential).actor,
            credential: Some(credential),
        }
    }
}

impl Acting<'_> {
    pub(crate) fn local(&self) -> &Local {
        self.local
    }

    /// Who it is.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Which of the factory's credentials the token is; nothing for people.
    pub fn credential(&self) -> Option<Credential> {
        self.credential
    }

    /// What it may do.
    pub async fn permission(&self) -> Result<Permission, LocalError> {
        self.may(&mut *self.local.db().await).await
    }

    /// Lets somebody do more, or less, from now on; only whoever may do everything can say so.
    pub async fn permit(&self, login: &Login, permission: Permission) -> Result<(), LocalError> {
        if self.permission().await? < Permission::Admin {
            return Err(LocalError::Forbidden {
                login: self.account.login.to_string(),
                what: "say who may do what",
            });
        }
        self.local.set_permission(login, permission).await
    }

    /// Opens an issue, with labels as an issue form sets them.
    pub async fn open_issue(
        &self,
        title: &str,
        body: &str,
        labels: &[Label],
    ) -> Result<Number, LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        let issue = open_issue(&mut tx, &self.deed(), (title, body), labels).await?;
        tx.commit().await?;
        Ok(issue)
    }

    /// Comments on an issue or a pull request.
    pub async fn comment(&self, on: Number, body: &str) -> Result<CommentId, LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        let comment = add_comment(&mut tx, &self.deed(), on, body).await?;
        tx.commit().await?;
        Ok(comment)
    }

    /// Replaces the text of a comment.
    pub async fn edit_comment(&self, id: CommentId, body: &str) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        let found = read_remark(&mut tx, id).await?.comment;
        if found.author != self.account {
            self.must_write(&mut tx, "change what others wrote").await?;
        }
        edit_comment(&mut tx, &self.deed(), found.on, id, body).await?;
        Ok(tx.commit().await?)
    }

    /// Adds labels.
    pub async fn add_labels(&self, on: Number, labels: &[Label]) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        is_pull(&mut tx, on).await?;
        self.must_write(&mut tx, "set labels").await?;
        for label in labels {
            add_label(&mut tx, &self.deed(), on, label).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Removes a label; says whether it was there.
    pub async fn remove_label(&self, on: Number, label: &Label) -> Result<bool, LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        is_pull(&mut tx, on).await?;
        self.must_write(&mut tx, "remove labels").await?;
        let was_there = remove_label(&mut tx, &self.deed(), on, label).await?;
        tx.commit().await?;
        Ok(was_there)
    }

    /// Opens a pull request. Whether it makes sense is the caller's to look at.
    pub async fn open_pull(
        &self,
        head: &BranchName,
        base: &BranchName,
        title: &str,
        body: &str,
    ) -> Result<Number, LocalError> {
        let local = self.local;
        let mut db = local.db().await;
        local.notice_pushes(&mut db).await?;
        let at = local.existing(head)?;
        let mut tx = begin(&mut db).await?;
        self.must_write(&mut tx, "open pull requests").await?;
        let pull = open_pull(&mut tx, &self.deed(), (head, &at), base, (title, body)).await?;
        tx.commit().await?;
        Ok(pull)
    }

    /// Merges a pull request at exactly `head`, squashed.
    pub async fn merge(
        &self,
        branch: &BranchName,
        head: &Sha,
        title: &str,
        message: &str,
    ) -> Result<(), ForgeError> {
        let mut db = self.local.db().await;
        self.must_write(&mut db, "merge").await?;
        let merged = self
            .local
            .merge(&mut db, self.deed(), (branch, head), (title, message));
        merged.await.map(|_| ())
    }

    /// Says a status of a commit.
    pub async fn say_status(
        &self,
        sha: &Sha,
        status: &Status,
        target_url: Option<&str>,
    ) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        self.must_write(&mut tx, "say statuses").await?;
        write_status(&mut tx, &self.deed(), sha, status, target_url).await?;
        Ok(tx.commit().await?)
    }

    /// Writes a check run, a new one or one that is there, and gives its number.
    pub async fn write_check_run(&self, run: &CheckRun) -> Result<u64, LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        self.must_write(&mut tx, "make check runs").await?;
        let id = write_check_run(&mut tx, run).await?;
        let detail = format!("{}: {} at {}", run.name, run.status, run.sha.short());
        let note = Happened::note("check_run", None, detail).about(serde_json::json!({ "id": id }));
        record(&mut tx, &self.deed(), note).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Notes that somebody asks for something to be started, for whoever delivers events.
    pub async fn dispatch(
        &self,
        what: &'static str,
        detail: &str,
        about: Value,
    ) -> Result<(), LocalError> {
        let mut db = self.local.db().await;
        let mut tx = begin(&mut db).await?;
        self.must_write(&mut tx, "start workflows").await?;
        let note = Happened::note(what, None, detail).about(about);
        record(&mut tx, &self.deed(), note).await?;
        Ok(tx.commit().await?)
    }

    /// Uploads a file, at most 25 MB, and gives the address to put into a text. Raises no event.
    pub async fn attach(&self, file_name: &str, bytes: &[u8]) -> Result<String, LocalError> {
        let mut db = self.local.db().await;
        self.local
            .keep_attachment(&mut db, &self.account.login, file_name, bytes)
            .await
    }

    pub(crate) async fn must_write(
        &self,
        db: &mut SqliteConnection,
        what: &'static str,
    ) -> Result<(), LocalError> {
        if self.may(db).await? >= Permission::Write {
            return Ok(());
        }
        Err(LocalError::Forbidden {
            login: self.account.login.to_string(),
            what,
        })
    }

    async fn may(&self, db: &mut SqliteConnection) -> Result<Permission, LocalError> {
        match self.credential {
            Some(_) => Ok(Permission::Write),
            None => Local::permission_of(db, &self.account.login).await,
        }
    }

    pub(crate) fn deed(&self) -> Deed {
        Deed {
            actor: self.account.clone(),
            credential: self.credential,
            at: self.local.now(),
        }
    }
}
