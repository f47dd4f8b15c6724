//! Check runs: what programs say of a commit, besides statuses.

use chrono::{DateTime, Utc};
use lightsout_forge::{CheckState, Sha, Status};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::codec::{column, from_micros, micros, whole};
use crate::{Local, LocalError};

/// A check run of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    /// Its number; 0 for one that is not kept yet.
    pub id: u64,
    /// The commit.
    pub sha: Sha,
    /// Its name, as people see it among the checks.
    pub name: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// How it ended, in GitHub's words; nothing before that.
    pub conclusion: Option<String>,
    /// One line for people.
    pub title: Option<String>,
    /// More for people.
    pub summary: Option<String>,
    /// Where people find more.
    pub details_url: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
}

impl CheckRun {
    /// What it says of its commit.
    pub(crate) fn as_status(&self) -> Status {
        let conclusion = self.conclusion.clone().unwrap_or_default();
        let state = match (self.status.as_str(), conclusion.as_str()) {
            ("completed", "success" | "neutral" | "skipped") => CheckState::Success,
            ("completed", "failure" | "timed_out" | "cancelled" | "action_required") => {
                CheckState::Failure
            }
            ("completed", _) => CheckState::Error,
            _ => CheckState::Pending,
        };
        Status {
            context: self.name.clone(),
            state,
            description: self.title.clone().unwrap_or(conclusion),
        }
    }
}

impl Local {
    /// Lists the newest check run of each name of a commit.
    pub async fn check_runs(&self, sha: &Sha) -> Result<Vec<CheckRun>, LocalError> {
        check_runs(&mut *self.db().await, sha).await
    }

    /// Reads one check run.
    pub async fn check_run(&self, id: u64) -> Result<CheckRun, LocalError> {
        let row = sqlx::query("SELECT * FROM check_run WHERE id = ?")
            .bind(column(id))
            .fetch_optional(&mut *self.db().await)
            .await?;
        let row = row.ok_or_else(|| LocalError::not_found(format!("the check run {id}")))?;
        check_run(&row)
    }
}

pub(crate) async fn check_runs(
    db: &mut SqliteConnection,
    sha: &Sha,
) -> Result<Vec<CheckRun>, LocalError> {
    let rows = sqlx::query(
        "SELECT * FROM check_run WHERE id IN (SELECT max(id) FROM check_run WHERE sha = ? GROUP BY name) ORDER BY id",
    )
    .bind(sha.as_str())
    .fetch_all(db)
    .await?;
    rows.iter().map(check_run).collect()
}

/// Writes a check run, a new one or one that is there, and gives its number.
pub(crate) async fn write_check_run(
    tx: &mut SqliteConnection,
    run: &CheckRun,
) -> Result<u64, LocalError> {
    let id = (run.id > 0).then(|| column(run.id));
    let written = sqlx::query(
        "INSERT OR REPLACE INTO check_run
         (id, sha, name, status, conclusion, title, summary, details_url, started_at, completed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(run.sha.as_str())
    .bind(&run.name)
    .bind(&run.status)
    .bind(&run.conclusion)
    .bind(&run.title)
    .bind(&run.summary)
    .bind(&run.details_url)
    .bind(micros(run.started_at))
    .bind(run.completed_at.map(micros))
    .execute(tx)
    .await?;
    whole(written.last_insert_rowid())
}

fn check_run(row: &SqliteRow) -> Result<CheckRun, LocalError> {
    let completed_at: Option<i64> = row.try_get("completed_at")?;
    Ok(CheckRun {
        id: whole(row.try_get("id")?)?,
        sha: Sha::new(row.try_get("sha")?)?,
        name: row.try_get("name")?,
        status: row.try_get("status")?,
        conclusion: row.try_get("conclusion")?,
        title: row.try_get("title")?,
        summary: row.try_get("summary")?,
        details_url: row.try_get("details_url")?,
        started_at: from_micros(row.try_get("started_at")?)?,
        completed_at: completed_at.map(from_micros).transpose()?,
    })
}
