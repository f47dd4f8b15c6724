//! The log of everything that happened, and the inbox, which is a part of it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_forge::{Account, Credential, Event, EventId, EventKind, ForgeError, Inbox, Number};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::codec::{
    account, column, from_json, from_micros, from_word, json, micros, number, whole, word,
};
use crate::{Local, LocalError};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Activity {
    /// Its place; later lines have larger ones.
    pub seq: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Account,
    /// With which credential; nothing for people.
    pub credential: Option<Credential>,
    /// What happened: an event's name, or one that no event has, such as `issue_unlabeled`.
    pub what: String,
    /// The issue or pull request it happened to.
    pub on: Option<Number>,
    /// One line for people: the label, the title, the commit.
    pub detail: String,
    /// Whether it raised an event.
    pub raised: bool,
}

/// A line of the log with all that is known of what happened, for whoever delivers events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The line.
    pub line: Activity,
    /// What happened, where the port has a word for it.
    pub event: Option<EventKind>,
    /// What is told besides.
    pub about: Option<Value>,
}

/// Who does something, as what, and when.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) actor: Account,
    pub(crate) credential: Option<Credential>,
    pub(crate) at: DateTime<Utc>,
}

impl Deed {
    /// Whether it raises events: everything does but what the workflow's token does.
    fn raises(&self) -> bool {
        self.credential != Some(Credential::Workflow)
    }
}

/// What happened, for the log.
pub(crate) struct Happened {
    what: &'static str,
    on: Option<Number>,
    detail: String,
    event: Option<EventKind>,
    about: Option<Value>,
}

impl Happened {
    /// Something the factory listens to.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over whatever can be shown"
    )]
    pub(crate) fn event(
        kind: EventKind,
        on: impl Into<Option<Number>>,
        detail: impl ToString,
    ) -> Self {
        Self {
            what: kind.name(),
            on: on.into(),
            detail: detail.to_string(),
            event: Some(kind),
            about: None,
        }
    }

    /// Something no event tells of.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over whatever can be shown"
    )]
    pub(crate) fn note(
        what: &'static str,
        on: impl Into<Option<Number>>,
        detail: impl ToString,
    ) -> Self {
        Self {
            what,
            on: on.into(),
            detail: detail.to_string(),
            event: None,
            about: None,
        }
    }

    /// With what whoever delivers events tells besides.
    pub(crate) fn about(mut self, about: Value) -> Self {
        self.about = Some(about);
        self
    }
}

/// Writes a line, inside the transaction of the change it tells of.
pub(crate) async fn record(
    tx: &mut SqliteConnection,
    deed: &Deed,
    happened: Happened,
) -> Result<(), LocalError> {
    let event = happened.event.as_ref().map(json).transpose()?;
    let raised = event.is_some() && deed.raises();
    let detail: String = happened
        .detail
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect();
    sqlx::query(
        "INSERT INTO activity (at, actor, actor_kind, credential, what, thread, detail, event, raised, about)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(micros(deed.at))
    .bind(deed.actor.login.as_str())
    .bind(word(&deed.actor.kind)?)
    .bind(deed.credential.as_ref().map(word).transpose()?)
    .bind(happened.what)
    .bind(happened.on.map(|n| column(n.0)))
    .bind(detail)
    .bind(event)
    .bind(raised)
    .bind(happened.about.as_ref().map(json).transpose()?)
    .execute(tx)
    .await?;
    Ok(())
}

impl Local {
    /// Reads the whole log, the oldest line first.
    pub async fn activity(&self) -> Result<Vec<Activity>, LocalError> {
        let mut db = self.db().await;
        let rows = sqlx::query("SELECT * FROM activity ORDER BY seq")
            .fetch_all(&mut *db)
            .await?;
        rows.iter().map(activity).collect()
    }

    /// Reads at most `most` lines of the log after a place, the oldest first.
    pub async fn happenings(&self, after: u64, most: u32) -> Result<Vec<Happening>, LocalError> {
        let mut db = self.db().await;
        let rows = sqlx::query("SELECT * FROM activity WHERE seq > ? ORDER BY seq LIMIT ?")
            .bind(column(after))
            .bind(most)
            .fetch_all(&mut *db)
            .await?;
        let happening = |row: &SqliteRow| {
            let (event, about): (Option<String>, Option<String>) =
                (row.try_get("event")?, row.try_get("about")?);
            Ok(Happening {
                line: activity(row)?,
                event: event.as_deref().map(from_json).transpose()?,
                about: about.as_deref().map(from_json).transpose()?,
            })
        };
        rows.iter().map(happening).collect()
    }
}

#[async_trait]
impl Inbox for Local {
    async fn next(&self) -> Result<Option<Event>, ForgeError> {
        let mut db = self.db().await;
        self.notice_pushes(&mut db).await?;
        let row = sqlx::query(
            "SELECT * FROM activity WHERE raised = 1 AND done_at IS NULL ORDER BY seq LIMIT 1",
        )
        .fetch_optional(&mut *db)
        .await
        .map_err(LocalError::from)?;
        Ok(row.as_ref().map(event).transpose()?)
    }

    async fn done(&self, id: &EventId) -> Result<(), ForgeError> {
        let unknown = || LocalError::not_found(format!("the event `{}`", id.0));
        let seq: i64 =
            id.0.strip_prefix(EVENT_PREFIX)
                .and_then(|s| s.parse().ok())
                .ok_or_else(unknown)?;
        let mut db = self.db().await;
        let done = sqlx::query(
            "UPDATE activity SET done_at = coalesce(done_at, ?) WHERE seq = ? AND raised = 1",
        )
        .bind(micros(self.now()))
        .bind(seq)
        .execute(&mut *db)
        .await
        .map_err(LocalError::from)?;
        if done.rows_affected() == 0 {
            return Err(unknown().into());
        }
        Ok(())
    }
}

const EVENT_PREFIX: &str = "local-";

fn event(row: &SqliteRow) -> Result<Event, LocalError> {
    let line = activity(row)?;
    Ok(Event {
        id: EventId(format!("{EVENT_PREFIX}{}", line.seq)),
        at: line.at,
        actor: line.actor,
        kind: from_json(row.try_get("event")?)?,
    })
}

fn activity(row: &SqliteRow) -> Result<Activity, LocalError> {
    let credential: Option<String> = row.try_get("credential")?;
    let on: Option<i64> = row.try_get("thread")?;
    Ok(Activity {
        seq: whole(row.try_get("seq")?)?,
        at: from_micros(row.try_get("at")?)?,
        actor: account(row.try_get("actor")?, row.try_get("actor_kind")?)?,
        credential: credential.map(from_word).transpose()?,
        what: row.try_get("what")?,
        on: on.map(number).transpose()?,
        detail: row.try_get("detail")?,
        raised: row.try_get("raised")?,
    })
}
