//! Writing pull requests: opening them, moving their head, and what follows from a merge.

use lightsout_forge::{BranchName, EventKind, Number, Sha};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::LocalError;
use crate::codec::{column, micros};
use crate::keywords::closed_by;
use crate::log::{Deed, Happened, record};
use crate::read::is_pull;
use crate::refs::synchronized;
use crate::threads::{insert_thread, rewrite, set_open, touch};

/// Opens a pull request.
pub(crate) async fn open_pull(
    tx: &mut SqliteConnection,
    deed: &Deed,
    (head, head_sha): (&BranchName, &Sha),
    base: &BranchName,
    (title, body): (&str, &str),
) -> Result<Number, LocalError> {
    let pull = insert_thread(tx, deed, true, title, body).await?;
    sqlx::query("INSERT INTO pull (number, head, head_sha, base) VALUES (?, ?, ?, ?)")
        .bind(column(pull.0))
        .bind(head.as_str())
        .bind(head_sha.as_str())
        .bind(base.as_str())
        .execute(&mut *tx)
        .await?;
    record(
        tx,
        deed,
        Happened::event(EventKind::PullOpened { pull }, pull, title),
    )
    .await?;
    Ok(pull)
}

/// Replaces a pull request's title and body.
pub(crate) async fn edit_pull(
    tx: &mut SqliteConnection,
    deed: &Deed,
    pull: Number,
    base: &BranchName,
    (title, body): (&str, &str),
) -> Result<(), LocalError> {
    rewrite(tx, pull, (title, body)).await?;
    sqlx::query("UPDATE pull SET base = ? WHERE number = ?")
        .bind(base.as_str())
        .bind(column(pull.0))
        .execute(&mut *tx)
        .await?;
    touch(tx, deed, pull).await?;
    record(tx, deed, Happened::note("pull_edited", pull, title)).await
}

/// Writes that a pull request's head is elsewhere, unless that is known.
pub(crate) async fn pull_moved(
    tx: &mut SqliteConnection,
    deed: &Deed,
    pull: Number,
    head: &Sha,
) -> Result<(), LocalError> {
    let before: Option<String> = sqlx::query_scalar("SELECT head_sha FROM pull WHERE number = ?")
        .bind(column(pull.0))
        .fetch_optional(&mut *tx)
        .await?;
    let changed = sqlx::query("UPDATE pull SET head_sha = ?1 WHERE number = ?2 AND head_sha <> ?1")
        .bind(head.as_str())
        .bind(column(pull.0))
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 1 {
        touch(tx, deed, pull).await?;
        let moved = synchronized(pull, head).about(json!({ "before": before }));
        record(tx, deed, moved).await?;
    }
    Ok(())
}

/// Writes that a pull request was merged as `commit`, and closes the issues its text says it closes.
pub(crate) async fn merged(
    tx: &mut SqliteConnection,
    deed: &Deed,
    pull: Number,
    head: &Sha,
    commit: &Sha,
) -> Result<(), LocalError> {
    let changed = sqlx::query(
        "UPDATE thread SET state = 'merged', updated_at = ?1, closed_at = ?1 WHERE number = ?2 AND state <> 'merged'",
    )
    .bind(micros(deed.at))
    .bind(column(pull.0))
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query("UPDATE pull SET merge_sha = ?, head_sha = ? WHERE number = ?")
        .bind(commit.as_str())
        .bind(head.as_str())
        .bind(column(pull.0))
        .execute(&mut *tx)
        .await?;
    let kind = EventKind::PullClosed { pull, merged: true };
    record(tx, deed, Happened::event(kind, pull, commit.short())).await?;
    let body: String = sqlx::query_scalar("SELECT body FROM thread WHERE number = ?")
        .bind(column(pull.0))
        .fetch_one(&mut *tx)
        .await?;
    for issue in closed_by(&body) {
        // A number that was never given, or a pull request's, is just text.
        if matches!(is_pull(tx, issue).await, Ok(false)) {
            set_open(tx, deed, issue, false, &format!("closed by {pull}")).await?;
        }
    }
    Ok(())
}
