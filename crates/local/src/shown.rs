//! What a forge shows of things beyond the port's words: when they changed, and who said a status.

use chrono::{DateTime, Utc};
use lightsout_forge::{Account, Comment, CommentId, Login, Number, Permission, Sha, Status};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::codec::{account, column, from_micros, from_word, micros, number, whole};
use crate::read::{comment, status};
use crate::{Local, LocalError};

/// A comment, and when it was last changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The comment.
    pub comment: Comment,
    /// When its text was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is known of an issue or a pull request beyond its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadFacts {
    /// Which one.
    pub number: Number,
    /// Whether it is a pull request.
    pub is_pull: bool,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was closed, while it is.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was closed, if a reason was given: `completed` or `not_planned`.
    pub close_reason: Option<String>,
    /// How many comments there are.
    pub comments: u64,
}

/// A status, and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidStatus {
    /// Its number.
    pub id: u64,
    /// What it says.
    pub status: Status,
    /// Where people find more.
    pub target_url: Option<String>,
    /// Who said it.
    pub author: Account,
    /// When.
    pub at: DateTime<Utc>,
}

impl Local {
    /// Lists comments, the oldest first: those of a thread or of all, changed since then or ever.
    pub async fn remarks(
        &self,
        on: Option<Number>,
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<Remark>, LocalError> {
        let rows = sqlx::query(
            "SELECT * FROM comment WHERE (?1 IS NULL OR thread = ?1) AND (?2 IS NULL OR updated_at >= ?2) ORDER BY id",
        )
        .bind(on.map(|on| column(on.0)))
        .bind(since.map(micros))
        .fetch_all(&mut *self.db().await)
        .await?;
        rows.iter().map(remark).collect()
    }

    /// Reads one comment.
    pub async fn remark(&self, id: CommentId) -> Result<Remark, LocalError> {
        read_remark(&mut *self.db().await, id).await
    }

    /// Reads what is known of a thread, or of all of them by number.
    pub async fn thread_facts(&self, only: Option<Number>) -> Result<Vec<ThreadFacts>, LocalError> {
        let rows = sqlx::query(
            "SELECT number, is_pull, created_at, closed_at, close_reason,
                    (SELECT count(*) FROM comment WHERE thread = number) AS comments
             FROM thread WHERE ?1 IS NULL OR number = ?1 ORDER BY number",
        )
        .bind(only.map(|only| column(only.0)))
        .fetch_all(&mut *self.db().await)
        .await?;
        rows.iter().map(facts).collect()
    }

    /// Lists the newest status of each context of a commit, with who said it.
    pub async fn said_statuses(&self, sha: &Sha) -> Result<Vec<SaidStatus>, LocalError> {
        let rows = sqlx::query("SELECT * FROM status WHERE sha = ? ORDER BY id DESC")
            .bind(sha.as_str())
            .fetch_all(&mut *self.db().await)
            .await?;
        let said = |row: &SqliteRow| {
            Ok(SaidStatus {
                id: whole(row.try_get("id")?)?,
                status: status(row)?,
                target_url: row.try_get("target_url")?,
                author: account(row.try_get("author")?, row.try_get("author_kind")?)?,
                at: from_micros(row.try_get("at")?)?,
            })
        };
        rows.iter().map(said).collect()
    }

    /// Lists everybody who may do something, with what.
    pub async fn members(&self) -> Result<Vec<(Login, Permission)>, LocalError> {
        let rows = sqlx::query("SELECT login, permission FROM collaborator ORDER BY login")
            .fetch_all(&mut *self.db().await)
            .await?;
        let member = |row: &SqliteRow| {
            Ok((
                Login::new(row.try_get("login")?)?,
                from_word(row.try_get("permission")?)?,
            ))
        };
        rows.iter().map(member).collect()
    }
}

pub(crate) async fn read_remark(
    db: &mut SqliteConnection,
    id: CommentId,
) -> Result<Remark, LocalError> {
    let row = sqlx::query("SELECT * FROM comment WHERE id = ?")
        .bind(column(id.0))
        .fetch_optional(db)
        .await?;
    let row = row.ok_or_else(|| LocalError::not_found(format!("the comment {}", id.0)))?;
    remark(&row)
}

fn remark(row: &SqliteRow) -> Result<Remark, LocalError> {
    Ok(Remark {
        comment: comment(row, number(row.try_get("thread")?)?)?,
        updated_at: from_micros(row.try_get("updated_at")?)?,
    })
}

fn facts(row: &SqliteRow) -> Result<ThreadFacts, LocalError> {
    let closed_at: Option<i64> = row.try_get("closed_at")?;
    Ok(ThreadFacts {
        number: number(row.try_get("number")?)?,
        is_pull: row.try_get("is_pull")?,
        created_at: from_micros(row.try_get("created_at")?)?,
        closed_at: closed_at.map(from_micros).transpose()?,
        close_reason: row.try_get("close_reason")?,
        comments: whole(row.try_get("comments")?)?,
    })
}
