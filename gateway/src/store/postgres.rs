//! The store that several gateways share: PostgreSQL.

use super::StoreError;

/// A [`Store`](super::Store) in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {}

impl PostgresStore {
    /// Connects with a URL (`postgres://user:password@host/database`) and brings the tables up to
    /// date. At most `max_connections` are open at a time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Migration`].
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let _ = (url, max_connections);
        Err(StoreError::Unclaimed)
    }
}
