//! The id of an object.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{Uuid, Variant, Version};

use crate::EntropyError;
use crate::entropy::random;

/// The id of an object: a UUID version 7 (RFC 9562), whose first 48 bits are the millisecond of
/// its creation, so that ids sort by age.
///
/// It names the pin, the statement's `jti` and the catalog's row. It grants nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Uuid);

/// An object's id is not a version 7 UUID in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object's id is a version 7 UUID in lower case with hyphens")]
pub struct InvalidObjectId;

impl ObjectId {
    /// A new id for an object that begins at this many milliseconds after 1970.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system gives no random bytes.
    pub fn generate(now_unix_ms: u64) -> Result<Self, EntropyError> {
        let random = random()?;
        Ok(Self(uuid::Builder::from_unix_timestamp_millis(now_unix_ms, &random).into_uuid()))
    }

    /// Reads the one accepted form: 36 characters, lower case, hyphens.
    ///
    /// # Errors
    /// [`InvalidObjectId`] for every other text, also for other spellings of the same UUID, so
    /// that one object has one name.
    pub fn parse(text: &str) -> Result<Self, InvalidObjectId> {
        let uuid = Uuid::try_parse(text).map_err(|_| InvalidObjectId)?;
        let id = Self(uuid);
        let is_v7 = uuid.get_version() == Some(Version::SortRand);
        if is_v7 && uuid.get_variant() == Variant::RFC4122 && id.to_string() == text {
            Ok(id)
        } else {
            Err(InvalidObjectId)
        }
    }

    /// The 16 bytes of the UUID.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_reads_back_and_sorts_by_its_millisecond() {
        let older = ObjectId::generate(1_700_000_000_000).unwrap();
        let newer = ObjectId::generate(1_700_000_000_001).unwrap();
        assert!(older < newer);
        assert_eq!(ObjectId::parse(&newer.to_string()), Ok(newer));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = "0190163d-8694-739b-aea5-966c26f8ad91";
        assert!(ObjectId::parse(id).is_ok());
        for bad in [
            "",
            "0190163D-8694-739B-AEA5-966C26F8AD91",
            "0190163d8694739baea5966c26f8ad91",
            "{0190163d-8694-739b-aea5-966c26f8ad91}",
            "urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91",
            "0190163d-8694-439b-aea5-966c26f8ad91",
            "0190163d-8694-739b-cea5-966c26f8ad91",
            "../../../../../../../../../etc/passwd",
        ] {
            assert_eq!(ObjectId::parse(bad), Err(InvalidObjectId), "{bad}");
        }
    }
}
