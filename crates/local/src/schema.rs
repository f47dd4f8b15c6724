//! The database: its tables, how it is opened, how it is brought up to date.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::LocalError;

/// Each script brings the database from the version before to the next, which it writes down itself.
const MIGRATIONS: [&str; 3] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
];

/// Opens the database and brings it up to date.
pub(crate) async fn open(file: &Path) -> Result<SqliteConnection, LocalError> {
    let mut db = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .connect()
        .await?;
    migrate(&mut db).await?;
    Ok(db)
}

async fn migrate(db: &mut SqliteConnection) -> Result<(), LocalError> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *db)
        .await?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let Some(missing) = usize::try_from(found)
        .ok()
        .and_then(|done| MIGRATIONS.get(done..))
    else {
        return Err(LocalError::Newer { found, known });
    };
    for script in missing {
        let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::raw_sql(*script).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(())
}
