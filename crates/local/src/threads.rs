//! Writing issues, labels and comments, for people and for the factory alike.
//!
//! Every function here runs inside a transaction of its caller, and writes its line into the log there.

use lightsout_forge::{CommentId, EventKind, Label, Number};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::LocalError;
use crate::codec::{column, micros, number, whole, word};
use crate::log::{Deed, Happened, record};
use crate::read::is_pull;

/// What GitHub takes.
const TITLE_LIMIT: usize = 256;
const BODY_LIMIT: usize = 65_536;
const LABEL_LIMIT: u64 = 100;

/// Opens a thread and gives its number. The caller writes the log, after the labels are there.
pub(crate) async fn insert_thread(
    tx: &mut SqliteConnection,
    deed: &Deed,
    is_pull: bool,
    title: &str,
    body: &str,
) -> Result<Number, LocalError> {
    check_title(title)?;
    check_body(body, 0)?;
    let inserted = sqlx::query(
        "INSERT INTO thread (is_pull, title, body, author, author_kind, state, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, 'open', ?6, ?6)",
    )
    .bind(is_pull)
    .bind(title)
    .bind(body)
    .bind(deed.actor.login.as_str())
    .bind(word(&deed.actor.kind)?)
    .bind(micros(deed.at))
    .execute(tx)
    .await?;
    number(inserted.last_insert_rowid())
}

/// Opens an issue: one event for opening it, and one for each label.
pub(crate) async fn open_issue(
    tx: &mut SqliteConnection,
    deed: &Deed,
    (title, body): (&str, &str),
    labels: &[Label],
) -> Result<Number, LocalError> {
    let issue = insert_thread(tx, deed, false, title, body).await?;
    let mut new = Vec::new();
    for label in labels {
        if insert_label(tx, issue, label).await? {
            new.push(label);
        }
    }
    let opened = EventKind::IssueOpened { issue };
    record(tx, deed, Happened::event(opened, issue, title)).await?;
    for label in new {
        record(tx, deed, labeled(issue, label, false)).await?;
    }
    Ok(issue)
}

/// Replaces the title and the body of an issue or a pull request.
pub(crate) async fn rewrite(
    tx: &mut SqliteConnection,
    number: Number,
    (title, body): (&str, &str),
) -> Result<(), LocalError> {
    check_title(title)?;
    check_body(body, 0)?;
    sqlx::query("UPDATE thread SET title = ?, body = ? WHERE number = ?")
        .bind(title)
        .bind(body)
        .bind(column(number.0))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Replaces an issue's title and body.
pub(crate) async fn edit_issue(
    tx: &mut SqliteConnection,
    deed: &Deed,
    issue: Number,
    (title, body): (&str, &str),
) -> Result<(), LocalError> {
    rewrite(tx, issue, (title, body)).await?;
    touch(tx, deed, issue).await?;
    record(tx, deed, Happened::note("issue_edited", issue, title)).await
}

/// Adds a label without a line in the log; says whether it was missing.
pub(crate) async fn insert_label(
    tx: &mut SqliteConnection,
    on: Number,
    label: &Label,
) -> Result<bool, LocalError> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM label WHERE thread = ? AND name <> ?")
            .bind(column(on.0))
            .bind(label.as_str())
            .fetch_one(&mut *tx)
            .await?;
    if whole(count)? >= LABEL_LIMIT {
        return Err(LocalError::Size {
            what: "a thread",
            least: 0,
            most: LABEL_LIMIT,
            unit: "labels",
            found: LABEL_LIMIT + 1,
        });
    }
    let inserted =
        sqlx::query("INSERT INTO label (thread, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(column(on.0))
            .bind(label.as_str())
            .execute(tx)
            .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Adds a label; says whether it was missing.
pub(crate) async fn add_label(
    tx: &mut SqliteConnection,
    deed: &Deed,
    on: Number,
    label: &Label,
) -> Result<bool, LocalError> {
    let pull = is_pull(tx, on).await?;
    if !insert_label(tx, on, label).await? {
        return Ok(false);
    }
    touch(tx, deed, on).await?;
    record(tx, deed, labeled(on, label, pull)).await?;
    Ok(true)
}

pub(crate) fn labeled(on: Number, label: &Label, is_pull: bool) -> Happened {
    let label = label.clone();
    let detail = label.to_string();
    let kind = if is_pull {
        EventKind::PullLabeled { pull: on, label }
    } else {
        EventKind::IssueLabeled { issue: on, label }
    };
    Happened::event(kind, on, detail)
}

/// Removes a label; says whether it was there.
pub(crate) async fn remove_label(
    tx: &mut SqliteConnection,
    deed: &Deed,
    on: Number,
    label: &Label,
) -> Result<bool, LocalError> {
    let pull = is_pull(tx, on).await?;
    let deleted = sqlx::query("DELETE FROM label WHERE thread = ? AND name = ?")
        .bind(column(on.0))
        .bind(label.as_str())
        .execute(&mut *tx)
        .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    touch(tx, deed, on).await?;
    let what = if pull {
        "pull_unlabeled"
    } else {
        "issue_unlabeled"
    };
    let about = json!({ "label": label });
    record(tx, deed, Happened::note(what, on, label).about(about)).await?;
    Ok(true)
}

/// Writes a comment.
pub(crate) async fn add_comment(
    tx: &mut SqliteConnection,
    deed: &Deed,
    on: Number,
    body: &str,
) -> Result<CommentId, LocalError> {
    check_body(body, 1)?;
    let on_pull_request = is_pull(tx, on).await?;
    let inserted = sqlx::query(
        "INSERT INTO comment (thread, author, author_kind, body, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?5, ?5)",
    )
    .bind(column(on.0))
    .bind(deed.actor.login.as_str())
    .bind(word(&deed.actor.kind)?)
    .bind(body)
    .bind(micros(deed.at))
    .execute(&mut *tx)
    .await?;
    let comment = CommentId(whole(inserted.last_insert_rowid())?);
    touch(tx, deed, on).await?;
    let kind = EventKind::CommentCreated {
        on,
        on_pull_request,
        comment,
    };
    // A marker is for machines; the first line after it says more.
    let shown = body
        .lines()
        .find(|line| !line.starts_with("<!--") && !line.trim().is_empty());
    record(
        tx,
        deed,
        Happened::event(kind, on, shown.unwrap_or_default()),
    )
    .await?;
    Ok(comment)
}

/// Replaces a comment's text.
pub(crate) async fn edit_comment(
    tx: &mut SqliteConnection,
    deed: &Deed,
    on: Number,
    comment: CommentId,
    body: &str,
) -> Result<(), LocalError> {
    check_body(body, 1)?;
    let before: String = sqlx::query_scalar("SELECT body FROM comment WHERE id = ?")
        .bind(column(comment.0))
        .fetch_one(&mut *tx)
        .await?;
    sqlx::query("UPDATE comment SET body = ?, updated_at = ? WHERE id = ?")
        .bind(body)
        .bind(micros(deed.at))
        .bind(column(comment.0))
        .execute(&mut *tx)
        .await?;
    touch(tx, deed, on).await?;
    record(
        tx,
        deed,
        Happened::note("comment_edited", on, format!("comment {}", comment.0))
            .about(json!({ "comment": comment, "from": before })),
    )
    .await
}

/// Closes or reopens an issue or a pull request; says whether it was otherwise.
pub(crate) async fn set_open(
    tx: &mut SqliteConnection,
    deed: &Deed,
    on: Number,
    open: bool,
    detail: &str,
) -> Result<bool, LocalError> {
    let pull = is_pull(tx, on).await?;
    let changed = sqlx::query(
        "UPDATE thread SET state = ?1, closed_at = CASE ?1 WHEN 'closed' THEN ?3 END, close_reason = NULL
         WHERE number = ?2 AND state IN ('open', 'closed') AND state <> ?1",
    )
        .bind(if open { "open" } else { "closed" })
        .bind(column(on.0))
        .bind(micros(deed.at))
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    touch(tx, deed, on).await?;
    let happened = match (pull, open) {
        (false, true) => Happened::event(EventKind::IssueReopened { issue: on }, on, detail),
        (false, false) => Happened::event(EventKind::IssueClosed { issue: on }, on, detail),
        (true, true) => Happened::note("pull_reopened", on, detail),
        (true, false) => {
            let kind = EventKind::PullClosed {
                pull: on,
                merged: false,
            };
            Happened::event(kind, on, detail)
        }
    };
    record(tx, deed, happened).await?;
    Ok(true)
}

/// Notes that something on the thread changed.
pub(crate) async fn touch(
    tx: &mut SqliteConnection,
    deed: &Deed,
    on: Number,
) -> Result<(), LocalError> {
    sqlx::query("UPDATE thread SET updated_at = max(updated_at, ?) WHERE number = ?")
        .bind(micros(deed.at))
        .bind(column(on.0))
        .execute(tx)
        .await?;
    Ok(())
}

fn check_title(title: &str) -> Result<(), LocalError> {
    let blank = title.trim().is_empty();
    check_size("a title", if blank { "" } else { title }, 1, TITLE_LIMIT)
}

fn check_body(body: &str, least: usize) -> Result<(), LocalError> {
    let blank = body.trim().is_empty();
    check_size("a text", if blank { "" } else { body }, least, BODY_LIMIT)
}

fn check_size(what: &'static str, text: &str, least: usize, most: usize) -> Result<(), LocalError> {
    let found = text.chars().count();
    if (least..=most).contains(&found) {
        return Ok(());
    }
    Err(LocalError::Size {
        what,
        least: least as u64,
        most: most as u64,
        unit: "characters",
        found: found as u64,
    })
}
