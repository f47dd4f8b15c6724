//! Workflow runs and deployments, as whoever does them tells.

use chrono::{DateTime, Utc};
use lightsout_forge::{
    Account, BranchName, Conclusion, DeploymentState, EventKind, Sha, WorkflowRun,
};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::codec::{account, column, from_micros, from_word, micros, whole, word};
use crate::ensure::begin;
use crate::log::{Happened, record};
use crate::{Acting, Local, LocalError};

/// The largest archive of logs, in bytes.
const LOGS_LIMIT: u64 = 25 << 20;

/// A workflow run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRun {
    /// In the port's words; the number is 0 for one that is not kept yet.
    pub run: WorkflowRun,
    /// The workflow's file, such as `.github/workflows/ci.yml`.
    pub path: String,
    /// The event it ran for, such as `pull_request`.
    pub event: String,
    /// How it ended.
    pub conclusion: Conclusion,
    /// Who told.
    pub by: Account,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// Something that was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// Its number.
    pub id: u64,
    /// The commit.
    pub sha: Sha,
    /// The branch or commit as it was asked for.
    pub on: String,
    /// Where to, such as `Preview`.
    pub environment: String,
    /// Who made it.
    pub by: Account,
    /// When.
    pub at: DateTime<Utc>,
}

/// How far a deployment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedStatus {
    /// Its number.
    pub id: u64,
    /// The deployment.
    pub deployment: u64,
    /// How far it is.
    pub state: DeploymentState,
    /// One line for people.
    pub description: String,
    /// Where it can be looked at.
    pub url: Option<String>,
    /// Who said so.
    pub by: Account,
    /// When.
    pub at: DateTime<Utc>,
}

impl Acting<'_> {
    /// Tells of a workflow run that ended, and gives its number. It raises an event whoever tells: a run that ends is
    /// nobody's doing.
    pub async fn tell_run(&self, told: &EndedRun, logs: Option<&[u8]>) -> Result<u64, LocalError> {
        let size = logs.map_or(0, |logs| logs.len() as u64);
        if size > LOGS_LIMIT {
            return Err(LocalError::Size {
                what: "an archive of logs",
                least: 0,
                most: LOGS_LIMIT,
                unit: "bytes",
                found: size,
            });
        }
        let mut db = self.local().db().await;
        self.must_write(&mut db, "tell of runs").await?;
        let mut tx = begin(&mut db).await?;
        let deed = self.deed();
        let written = sqlx::query(
            "INSERT INTO workflow_run (name, path, event, branch, sha, conclusion, author, author_kind, at, logs)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&told.run.workflow)
        .bind(&told.path)
        .bind(&told.event)
        .bind(told.run.branch.as_str())
        .bind(told.run.sha.as_str())
        .bind(word(&told.conclusion)?)
        .bind(deed.actor.login.as_str())
        .bind(word(&deed.actor.kind)?)
        .bind(micros(deed.at))
        .bind(logs)
        .execute(&mut *tx)
        .await?;
        let run = whole(written.last_insert_rowid())?;
        let kind = EventKind::WorkflowCompleted {
            run,
            sha: told.run.sha.clone(),
            conclusion: told.conclusion,
        };
        let detail = format!("{}: {}", told.run.workflow, word(&told.conclusion)?);
        record(&mut tx, &deed, Happened::event(kind, None, detail)).await?;
        tx.commit().await?;
        Ok(run)
    }

    /// Makes a deployment and gives its number.
    pub async fn deploy(&self, new: &Deployed) -> Result<u64, LocalError> {
        let mut db = self.local().db().await;
        self.must_write(&mut db, "deploy").await?;
        let mut tx = begin(&mut db).await?;
        let deed = self.deed();
        let written = sqlx::query(
            "INSERT INTO deployment (sha, ref, environment, author, author_kind, at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(new.sha.as_str())
        .bind(&new.on)
        .bind(&new.environment)
        .bind(deed.actor.login.as_str())
        .bind(word(&deed.actor.kind)?)
        .bind(micros(deed.at))
        .execute(&mut *tx)
        .await?;
        let id = whole(written.last_insert_rowid())?;
        let detail = format!("{} to {}", new.sha.short(), new.environment);
        let note = Happened::note("deployment", None, detail);
        let note = note.about(serde_json::json!({ "id": id }));
        record(&mut tx, &deed, note).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Says how far a deployment is.
    pub async fn say_deployment(&self, said: &DeployedStatus) -> Result<u64, LocalError> {
        let of = self.local().deployment(said.deployment).await?;
        let mut db = self.local().db().await;
        self.must_write(&mut db, "deploy").await?;
        let mut tx = begin(&mut db).await?;
        let deed = self.deed();
        let written = sqlx::query(
            "INSERT INTO deployment_status (deployment, state, description, url, author, author_kind, at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(column(said.deployment))
        .bind(word(&said.state)?)
        .bind(&said.description)
        .bind(&said.url)
        .bind(deed.actor.login.as_str())
        .bind(word(&deed.actor.kind)?)
        .bind(micros(deed.at))
        .execute(&mut *tx)
        .await?;
        let id = whole(written.last_insert_rowid())?;
        let kind = EventKind::DeploymentStatus {
            deployment: said.deployment,
            sha: of.sha,
            state: said.state,
        };
        let detail = format!("{}: {}", said.deployment, word(&said.state)?);
        let happened = Happened::event(kind, None, detail);
        let happened = happened.about(serde_json::json!({ "id": id }));
        record(&mut tx, &deed, happened).await?;
        tx.commit().await?;
        Ok(id)
    }
}

impl Local {
    /// Lists the workflow runs, the newest first; without their logs.
    pub async fn ended_runs(&self) -> Result<Vec<EndedRun>, LocalError> {
        let rows = sqlx::query(
            "SELECT id, name, path, event, branch, sha, conclusion, author, author_kind, at
             FROM workflow_run ORDER BY id DESC",
        )
        .fetch_all(&mut *self.db().await)
        .await?;
        rows.iter().map(ended_run).collect()
    }

    /// Reads the archive of a run's logs.
    pub async fn logs_of_run(&self, id: u64) -> Result<Vec<u8>, LocalError> {
        let found: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("SELECT logs FROM workflow_run WHERE id = ?")
                .bind(column(id))
                .fetch_optional(&mut *self.db().await)
                .await?;
        let missing = || LocalError::not_found(format!("the logs of the run {id}"));
        found.flatten().ok_or_else(missing)
    }

    /// Lists the deployments, the newest first.
    pub async fn deployments(&self) -> Result<Vec<Deployed>, LocalError> {
        let rows = sqlx::query("SELECT * FROM deployment ORDER BY id DESC")
            .fetch_all(&mut *self.db().await)
            .await?;
        rows.iter().map(deployed).collect()
    }

    /// Reads one deployment.
    pub async fn deployment(&self, id: u64) -> Result<Deployed, LocalError> {
        let found = self
            .deployments()
            .await?
            .into_iter()
            .find(|one| one.id == id);
        found.ok_or_else(|| LocalError::not_found(format!("the deployment {id}")))
    }

    /// Lists what was said of a deployment, the newest first.
    pub async fn deployment_statuses(&self, of: u64) -> Result<Vec<DeployedStatus>, LocalError> {
        let rows =
            sqlx::query("SELECT * FROM deployment_status WHERE deployment = ? ORDER BY id DESC")
                .bind(column(of))
                .fetch_all(&mut *self.db().await)
                .await?;
        rows.iter().map(deployed_status).collect()
    }
}

fn by(row: &SqliteRow) -> Result<Account, LocalError> {
    account(row.try_get("author")?, row.try_get("author_kind")?)
}

fn ended_run(row: &SqliteRow) -> Result<EndedRun, LocalError> {
    Ok(EndedRun {
        run: WorkflowRun {
            id: whole(row.try_get("id")?)?,
            workflow: row.try_get("name")?,
            branch: BranchName::new(row.try_get("branch")?)?,
            sha: Sha::new(row.try_get("sha")?)?,
            from_fork: false,
        },
        path: row.try_get("path")?,
        event: row.try_get("event")?,
        conclusion: from_word(row.try_get("conclusion")?)?,
        by: by(row)?,
        at: from_micros(row.try_get("at")?)?,
    })
}

fn deployed(row: &SqliteRow) -> Result<Deployed, LocalError> {
    Ok(Deployed {
        id: whole(row.try_get("id")?)?,
        sha: Sha::new(row.try_get("sha")?)?,
        on: row.try_get("ref")?,
        environment: row.try_get("environment")?,
        by: by(row)?,
        at: from_micros(row.try_get("at")?)?,
    })
}

fn deployed_status(row: &SqliteRow) -> Result<DeployedStatus, LocalError> {
    Ok(DeployedStatus {
        id: whole(row.try_get("id")?)?,
        deployment: whole(row.try_get("deployment")?)?,
        state: from_word(row.try_get("state")?)?,
        description: row.try_get("description")?,
        url: row.try_get("url")?,
        by: by(row)?,
        at: from_micros(row.try_get("at")?)?,
    })
}
