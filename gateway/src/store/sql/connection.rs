//! Two kinds of database behind one kind of connection.

use std::panic;

use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool, SqliteConnection, SqlitePool};

use crate::store::StoreError;

/// A database with its pools.
#[derive(Clone, Debug)]
pub(in crate::store) enum Database {
    /// One connection writes: SQLite has one writer anyway, and waiting for it here is fair.
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    /// Every connection does everything.
    Postgres(PgPool),
}

/// A connection to either, for as long as it is borrowed.
pub(in crate::store) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Runs one statement, written in what both dialects have in common.
///
/// `query!(connection, execute, "text", bound...)` gives the number of rows affected,
/// `query!(connection, fetch_optional::<Row>, "text", bound...)` gives rows; so do `fetch_one` and
/// `fetch_all`. The error is a [`StoreError`].
macro_rules! query {
    ($connection:expr, $how:ident $(::<$row:ty>)?, $text:expr $(, $bound:expr)* $(,)?) => {
        match $connection {
            $crate::store::sql::connection::Connection::Sqlite(connection) => {
                query!(@ connection, $how $(::<$row>)?, $text $(, $bound)*)
            }
            $crate::store::sql::connection::Connection::Postgres(connection) => {
                query!(@ connection, $how $(::<$row>)?, $text $(, $bound)*)
            }
        }
        .map_err($crate::store::StoreError::from)
    };
    (@ $connection:ident, execute, $text:expr $(, $bound:expr)*) => {
        sqlx::query($text)
            $(.bind($bound))*
            .execute(&mut **$connection)
            .await
            .map(|done| done.rows_affected())
    };
    (@ $connection:ident, $how:ident::<$row:ty>, $text:expr $(, $bound:expr)*) => {
        sqlx::query_as::<_, $row>($text)$(.bind($bound))*.$how(&mut **$connection).await
    };
}
pub(super) use query;

impl Database {
    /// Runs `work` on a connection for reading.
    pub(super) async fn read<T>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Connection<'c>) -> BoxFuture<'c, Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite { readers, .. } => {
                let mut connection = readers.acquire().await?;
                work(&mut Connection::Sqlite(&mut connection)).await
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                work(&mut Connection::Postgres(&mut connection)).await
            }
        }
    }

    /// Runs `work` as one transaction: committed if it is `Ok`, rolled back if not.
    ///
    /// It runs in a task of its own, to its end, whether or not anybody waits for it: a `BEGIN`
    /// that is dropped half-way would leave its transaction open on a pooled connection.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Connection<'c>) -> BoxFuture<'c, Result<T, StoreError>>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        let database = self.clone();
        match tokio::spawn(async move { database.transaction(work).await }).await {
            Ok(done) => done,
            Err(died) if died.is_panic() => panic::resume_unwind(died.into_panic()),
            Err(cancelled) => Err(StoreError::Unavailable(cancelled.into())),
        }
    }

    async fn transaction<T>(
        self,
        work: impl for<'c> FnOnce(&'c mut Connection<'c>) -> BoxFuture<'c, Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        // The two arms differ in types alone.
        match self {
            Self::Sqlite { writer, .. } => {
                // At once a writer, so that no later statement can fail for want of being one.
                let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
                let done = work(&mut Connection::Sqlite(&mut transaction)).await;
                match done {
                    Ok(_) => transaction.commit().await?,
                    Err(_) => transaction.rollback().await?,
                }
                done
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let done = work(&mut Connection::Postgres(&mut transaction)).await;
                match done {
                    Ok(_) => transaction.commit().await?,
                    Err(_) => transaction.rollback().await?,
                }
                done
            }
        }
    }

    /// Waits until every connection was given back, and closes them.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                // Last, so that it is the one that folds the log into the file.
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::TypeNotFound { .. } => Self::Corrupt(error.into()),
            sqlx::Error::Encode(error) => Self::OutOfRange(error),
            _ => Self::Unavailable(error.into()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(error.into())
    }
}
