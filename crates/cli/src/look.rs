//! Looking at a factory on this machine, and doing nothing.

use chrono::Utc;
use lightsout_engine::Silent;
use lightsout_forge::{Event, EventId, EventKind, Forge, Number};
use lightsout_lifecycle::Snapshot;
use lightsout_local::Local;

use crate::factory::{settings, with_engine};
use crate::failure::Mendable;

/// Reads what a decision about a request would look at now: about one of its comments, or about whatever is left to do.
pub(crate) async fn at(
    local: &Local,
    issue: Number,
    comment: Option<u64>,
) -> anyhow::Result<(Event, Snapshot)> {
    let event = event(local, issue, comment).await?;
    let settings = settings(local).await?;
    let seen = with_engine(local, settings, &Silent, async |engine| {
        Ok(engine.look(&event).await?)
    });
    match seen.await? {
        Some(snapshot) => Ok((event, snapshot)),
        None => Err(no_request(issue)),
    }
}

/// The event that a comment on a request was, or a look at whatever is left to do for it.
pub(crate) async fn event(
    forge: &dyn Forge,
    issue: Number,
    comment: Option<u64>,
) -> anyhow::Result<Event> {
    match comment {
        Some(comment) => commented(forge, issue, comment).await,
        None => Ok(Event {
            id: EventId("explain".to_owned()),
            at: Utc::now(),
            actor: asked(forge.issue(issue).await, issue)?.author,
            kind: EventKind::Sweep { issue },
        }),
    }
}

/// The event that a comment was.
async fn commented(forge: &dyn Forge, issue: Number, comment: u64) -> anyhow::Result<Event> {
    let comments = asked(forge.comments(issue).await, issue)?;
    let found = comments.into_iter().find(|one| one.id.0 == comment);
    let Some(found) = found else {
        return Err(Mendable::error(
            format!("{issue} has no comment {comment}"),
            format!(
                "`lightsout local show {} --format json` lists them with their `id`",
                issue.0
            ),
        ));
    };
    Ok(Event {
        id: EventId("explain".to_owned()),
        at: found.created_at,
        actor: found.author,
        kind: EventKind::CommentCreated {
            on: issue,
            on_pull_request: forge.issue(issue).await.is_err(),
            comment: found.id,
        },
    })
}

fn asked<T>(answer: Result<T, lightsout_forge::ForgeError>, issue: Number) -> anyhow::Result<T> {
    match answer {
        Err(lightsout_forge::ForgeError::NotFound { .. }) => Err(no_request(issue)),
        other => Ok(other?),
    }
}

fn no_request(issue: Number) -> anyhow::Error {
    Mendable::error(
        format!("there is no request {issue}"),
        "`lightsout local list` lists them",
    )
}
