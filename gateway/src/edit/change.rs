//! What is to be said of a file instead.

use std::collections::BTreeMap;

use cidlock_crypto::UnixTime;
use cidlock_crypto::statement::Statement;

use super::EditError;
use crate::upload::{FileName, MediaType};

/// The most remarks that a file has.
pub const MAX_META_KEYS: usize = 64;
/// The most bytes of UTF-8 that all remarks of a file have together, their names included.
pub const MAX_META_BYTES: usize = 8 * 1024;

/// A change of a file's description. What is `None` or not named stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<FileName>,
    /// Another media type.
    pub media_type: Option<MediaType>,
    /// Another end of its retention; `Some(None)` keeps it until it is deleted.
    pub expires_at: Option<Option<UnixTime>>,
    /// The longest retention, in seconds from now.
    pub max_retention_s: u64,
    /// Remarks to be set, or, without a value, removed.
    pub meta: BTreeMap<String, Option<String>>,
}

impl Change {
    pub(super) fn apply(&self, statement: &mut Statement, now: UnixTime) -> Result<(), EditError> {
        if let Some(name) = &self.name {
            statement.name = name.clone().into();
        }
        if let Some(media_type) = &self.media_type {
            statement.media_type = media_type.clone().into();
        }
        if let Some(expires_at) = self.expires_at {
            let latest = UnixTime(now.0.saturating_add(self.max_retention_s));
            if expires_at.is_some_and(|end| end <= now || end > latest) {
                return Err(EditError::Retention { max_s: self.max_retention_s });
            }
            statement.expires_at = expires_at;
        }
        for (key, value) in &self.meta {
            match value {
                Some(value) => statement.meta.insert(key.clone(), value.clone()),
                None => statement.meta.remove(key),
            };
        }
        let bytes: usize = statement.meta.iter().map(|(key, value)| key.len() + value.len()).sum();
        let empty = statement.meta.contains_key("");
        if statement.meta.len() > MAX_META_KEYS || bytes > MAX_META_BYTES || empty {
            return Err(EditError::Meta);
        }
        Ok(())
    }
}
