//! The ledger's lines, in the same file as everything else.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use lightsout_ledger::{
    Ask, Bill, Books, Caps, Entry, LedgerError, LedgerStore, Reservation, fold, lacking,
};
use sqlx::{Connection, SqliteConnection};

use crate::codec::{column, from_json, json};
use crate::{Local, LocalError};

#[async_trait]
impl LedgerStore for Local {
    async fn entries(&self, issue: Option<u64>) -> Result<Vec<Entry>, LedgerError> {
        let mut db = self.db().await;
        read(&mut db, issue).await.map_err(failed("read"))
    }

    async fn reserve(&self, ask: &Ask, caps: &Caps) -> Result<Reservation, LedgerError> {
        self.append(|books| books.reserve(ask, caps)).await
    }

    async fn settle(
        &self,
        reservation: &Reservation,
        bill: &Bill,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.append(|books| Ok(((), books.settle(reservation, bill, at)?)))
            .await
    }

    async fn add(&self, lines: &[Entry]) -> Result<usize, LedgerError> {
        let written = failed("written");
        let mut db = self.db().await;
        let begun = db.begin_with("BEGIN IMMEDIATE").await;
        let mut tx = begun.map_err(|e| failed("written")(e.into()))?;
        let new = lacking(&read(&mut tx, None).await.map_err(failed("read"))?, lines);
        for line in &new {
            write(&mut tx, line).await.map_err(failed("written"))?;
        }
        tx.commit().await.map_err(|e| written(e.into()))?;
        Ok(new.len())
    }

    async fn release(
        &self,
        reservation: &Reservation,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        self.append(|books| Ok(((), books.release(reservation, at)?)))
            .await
    }
}

impl Local {
    /// Reads the books, lets `decide` decide, and appends the line it gives, in one transaction.
    async fn append<T: Send>(
        &self,
        decide: impl FnOnce(&Books) -> Result<(T, Option<Entry>), LedgerError> + Send,
    ) -> Result<T, LedgerError> {
        let written = failed("written");
        let mut db = self.db().await;
        let begun = db.begin_with("BEGIN IMMEDIATE").await;
        let mut tx = begun.map_err(|e| failed("written")(e.into()))?;
        let entries = read(&mut tx, None).await.map_err(failed("read"))?;
        let (result, line) = decide(&fold(&entries))?;
        if let Some(line) = line {
            write(&mut tx, &line).await.map_err(failed("written"))?;
        }
        tx.commit().await.map_err(|e| written(e.into()))?;
        Ok(result)
    }
}

async fn read(db: &mut SqliteConnection, issue: Option<u64>) -> Result<Vec<Entry>, LocalError> {
    let lines: Vec<String> =
        sqlx::query_scalar("SELECT entry FROM ledger WHERE ?1 IS NULL OR issue = ?1 ORDER BY seq")
            .bind(issue.map(column))
            .fetch_all(db)
            .await?;
    lines.iter().map(|line| from_json(line)).collect()
}

async fn write(tx: &mut SqliteConnection, line: &Entry) -> Result<(), LocalError> {
    sqlx::query("INSERT INTO ledger (id, issue, entry) VALUES (?, ?, ?)")
        .bind(line.id.as_str())
        .bind(column(line.issue))
        .bind(json(line)?)
        .execute(tx)
        .await?;
    Ok(())
}

fn failed(doing: &'static str) -> impl FnOnce(LocalError) -> LedgerError {
    move |source| LedgerError::Store {
        doing,
        source: Box::new(source),
    }
}
