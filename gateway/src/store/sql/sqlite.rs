//! SQLite as it has to be set up: write-ahead log, one writer, every commit on the disk.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::connection::Database;
use crate::store::StoreError;

const READERS: u32 = 4;
/// How long a call may wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a statement may wait for another process, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn open(path: &Path) -> Result<Database, StoreError> {
    create_private(path).await?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);

    let writer = pool.clone().max_connections(1).connect_with(options.clone()).await?;
    sqlx::migrate!("migrations/sqlite").run(&writer).await?;
    let readers = pool.max_connections(READERS).connect_with(options.read_only(true)).await?;
    Ok(Database::Sqlite { writer, readers })
}

/// SQLite gives its other files the mode of the first one.
async fn create_private(path: &Path) -> Result<(), StoreError> {
    tokio::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .await
        .map(drop)
        .map_err(|error| StoreError::Unavailable(error.into()))
}
