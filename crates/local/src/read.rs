//! Reading issues, pull requests, comments and statuses.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use lightsout_forge::{
    BranchName, CheckState, Comment, CommentId, Issue, Label, Number, PullRequest, Sha, Status,
    Thread,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::checks::check_runs;
use crate::codec::{account, column, from_micros, from_word, micros, number, whole};
use crate::{Local, LocalError};

type Labels = BTreeMap<i64, BTreeSet<Label>>;

impl Local {
    /// Lists every issue, the oldest first.
    pub async fn issues(&self) -> Result<Vec<Issue>, LocalError> {
        issues(&mut *self.db().await, None).await
    }

    /// Lists every pull request, the oldest first.
    pub async fn pull_requests_all(&self) -> Result<Vec<PullRequest>, LocalError> {
        let mut db = self.db().await;
        self.notice_pushes(&mut db).await?;
        pulls(&mut db, None).await
    }
}

/// Reads the issues, all or one.
pub(crate) async fn issues(
    db: &mut SqliteConnection,
    only: Option<Number>,
) -> Result<Vec<Issue>, LocalError> {
    let labels = labels(db, only).await?;
    let rows = sqlx::query(
        "SELECT * FROM thread WHERE is_pull = 0 AND (?1 IS NULL OR number = ?1) ORDER BY number",
    )
    .bind(only.map(|n| column(n.0)))
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| issue(row, &labels)).collect()
}

/// Reads the pull requests, all or one.
pub(crate) async fn pulls(
    db: &mut SqliteConnection,
    only: Option<Number>,
) -> Result<Vec<PullRequest>, LocalError> {
    let labels = labels(db, only).await?;
    let rows = sqlx::query(
        "SELECT * FROM thread JOIN pull USING (number) WHERE ?1 IS NULL OR number = ?1 ORDER BY number",
    )
    .bind(only.map(|n| column(n.0)))
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| pull(row, &labels)).collect()
}

/// Reads the newest pull request of a head branch.
pub(crate) async fn pull_of(
    db: &mut SqliteConnection,
    head: &BranchName,
) -> Result<Option<PullRequest>, LocalError> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(number) FROM pull WHERE head = ?")
        .bind(head.as_str())
        .fetch_one(&mut *db)
        .await?;
    match newest {
        Some(newest) => Ok(pulls(db, Some(number(newest)?)).await?.pop()),
        None => Ok(None),
    }
}

/// Finds a thread's number, and that it exists.
pub(crate) async fn number_of(
    db: &mut SqliteConnection,
    on: &Thread,
) -> Result<Number, LocalError> {
    match on {
        Thread::Issue(number) => is_pull(db, *number).await.map(|_| *number),
        Thread::PullOf(head) => match pull_of(db, head).await? {
            Some(pull) => Ok(pull.number),
            None => Err(LocalError::not_found(on)),
        },
    }
}

/// Whether a number is a pull request's; one that was never given is not found.
pub(crate) async fn is_pull(db: &mut SqliteConnection, on: Number) -> Result<bool, LocalError> {
    let found: Option<bool> = sqlx::query_scalar("SELECT is_pull FROM thread WHERE number = ?")
        .bind(column(on.0))
        .fetch_optional(db)
        .await?;
    found.ok_or_else(|| LocalError::not_found(on))
}

/// Reads the comments of a thread, the oldest first.
pub(crate) async fn comments(
    db: &mut SqliteConnection,
    on: Number,
) -> Result<Vec<Comment>, LocalError> {
    let rows = sqlx::query("SELECT * FROM comment WHERE thread = ? ORDER BY id")
        .bind(column(on.0))
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| comment(row, on)).collect()
}

/// Reads the comments of every thread that were written or changed since then, the oldest first.
pub(crate) async fn recent_comments(
    db: &mut SqliteConnection,
    since: DateTime<Utc>,
) -> Result<Vec<Comment>, LocalError> {
    let rows = sqlx::query("SELECT * FROM comment WHERE updated_at >= ? ORDER BY id")
        .bind(micros(since))
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| comment(row, number(row.try_get("thread")?)?))
        .collect()
}

/// Reads the newest status of each context of a commit, by context.
pub(crate) async fn statuses(
    db: &mut SqliteConnection,
    sha: &Sha,
) -> Result<Vec<Status>, LocalError> {
    let rows = sqlx::query("SELECT * FROM status WHERE sha = ? ORDER BY context")
        .bind(sha.as_str())
        .fetch_all(&mut *db)
        .await?;
    let said: Result<Vec<Status>, LocalError> = rows.iter().map(status).collect();
    let mut said = said?;
    for check in check_runs(db, sha).await? {
        let check = check.as_status();
        match said.iter_mut().find(|old| old.context == check.context) {
            // Two that have one name: the worse one counts.
            Some(old) if old.state == CheckState::Success => *old = check,
            Some(_) => {}
            None => said.push(check),
        }
    }
    Ok(said)
}

pub(crate) fn status(row: &SqliteRow) -> Result<Status, LocalError> {
    Ok(Status {
        context: row.try_get("context")?,
        state: from_word(row.try_get("state")?)?,
        description: row.try_get("description")?,
    })
}

async fn labels(db: &mut SqliteConnection, only: Option<Number>) -> Result<Labels, LocalError> {
    let rows = sqlx::query("SELECT thread, name FROM label WHERE ?1 IS NULL OR thread = ?1")
        .bind(only.map(|n| column(n.0)))
        .fetch_all(db)
        .await?;
    let mut labels = Labels::new();
    for row in &rows {
        let label = Label::new(row.try_get("name")?)?;
        labels
            .entry(row.try_get("thread")?)
            .or_default()
            .insert(label);
    }
    Ok(labels)
}

fn labels_of(row: &SqliteRow, labels: &Labels) -> Result<BTreeSet<Label>, LocalError> {
    let number: i64 = row.try_get("number")?;
    Ok(labels.get(&number).cloned().unwrap_or_default())
}

fn issue(row: &SqliteRow, labels: &Labels) -> Result<Issue, LocalError> {
    Ok(Issue {
        number: number(row.try_get("number")?)?,
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        author: account(row.try_get("author")?, row.try_get("author_kind")?)?,
        labels: labels_of(row, labels)?,
        state: from_word(row.try_get("state")?)?,
        created_at: from_micros(row.try_get("created_at")?)?,
        updated_at: from_micros(row.try_get("updated_at")?)?,
    })
}

fn pull(row: &SqliteRow, labels: &Labels) -> Result<PullRequest, LocalError> {
    let merge_sha: Option<String> = row.try_get("merge_sha")?;
    Ok(PullRequest {
        number: number(row.try_get("number")?)?,
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        author: account(row.try_get("author")?, row.try_get("author_kind")?)?,
        head: BranchName::new(row.try_get("head")?)?,
        head_sha: Sha::new(row.try_get("head_sha")?)?,
        base: BranchName::new(row.try_get("base")?)?,
        labels: labels_of(row, labels)?,
        state: from_word(row.try_get("state")?)?,
        merge_sha: merge_sha.as_deref().map(Sha::new).transpose()?,
        from_fork: false,
        updated_at: from_micros(row.try_get("updated_at")?)?,
    })
}

pub(crate) fn comment(row: &SqliteRow, on: Number) -> Result<Comment, LocalError> {
    Ok(Comment {
        id: CommentId(whole(row.try_get("id")?)?),
        on,
        author: account(row.try_get("author")?, row.try_get("author_kind")?)?,
        body: row.try_get("body")?,
        created_at: from_micros(row.try_get("created_at")?)?,
    })
}
