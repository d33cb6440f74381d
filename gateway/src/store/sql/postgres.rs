//! PostgreSQL as it has to be set up: every commit on the disk, no statement without an end.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::PgPoolOptions;

use super::connection::Database;
use crate::store::StoreError;

/// How long a call may wait for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Whatever the server, the database or the role have as their default.
const SETTINGS: &str = "
    SET synchronous_commit = on;
    SET default_transaction_isolation = 'read committed';
    SET lock_timeout = '5s';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '30s'";

pub(super) async fn connect(url: &str, max_connections: u32) -> Result<Database, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute(SETTINGS).await.map(drop) })
        })
        .connect(url)
        .await?;
    sqlx::migrate!("migrations/postgres").run(&pool).await?;
    Ok(Database::Postgres(pool))
}
