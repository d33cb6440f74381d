//! The claims of a statement as JSON has them: outside and inside the envelope.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Statement;
use crate::chunked::DataKey;
use crate::secret::Secret;
use crate::{ObjectId, Permissions, Realm, UnixTime, json};

/// The audience of every statement.
pub(super) const AUDIENCE: &str = "urn:cidlock:object";
/// The format of content, see [`crate::chunked`].
pub(super) const FORMAT: &str = "cobblestone-256";

/// What is signed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OuterClaims {
    pub(super) iss: Realm,
    pub(super) aud: String,
    pub(super) iat: UnixTime,
    pub(super) fmt: String,
    pub(super) jti: ObjectId,
    pub(super) rev: u32,
    pub(super) cid: String,
    pub(super) size: u64,
    pub(super) permissions: Permissions,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub(super) exp: Option<UnixTime>,
    pub(super) sealed: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InnerClaims {
    pub(super) jti: ObjectId,
    pub(super) rev: u32,
    pub(super) cid: String,
    pub(super) size: u64,
    pub(super) permissions: Permissions,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    pub(super) exp: Option<UnixTime>,
    pub(super) dek: Secret,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) media_type: String,
    pub(super) sha256: Sha256Hex,
    pub(super) owner: String,
    pub(super) created: UnixTime,
    pub(super) meta: BTreeMap<String, String>,
}

impl OuterClaims {
    pub(super) fn of(statement: &Statement, realm: &Realm, sealed: String) -> Self {
        Self {
            iss: realm.clone(),
            aud: AUDIENCE.to_owned(),
            iat: statement.issued_at,
            fmt: FORMAT.to_owned(),
            jti: statement.id,
            rev: statement.rev,
            cid: statement.cid.clone(),
            size: statement.size,
            permissions: statement.permissions,
            exp: statement.expires_at,
            sealed,
        }
    }

    /// The first claim that is not the same inside.
    pub(super) fn differs_from(&self, inner: &InnerClaims) -> Option<&'static str> {
        [
            ("jti", self.jti == inner.jti),
            ("rev", self.rev == inner.rev),
            ("cid", self.cid == inner.cid),
            ("size", self.size == inner.size),
            ("permissions", self.permissions == inner.permissions),
            ("exp", self.exp == inner.exp),
        ]
        .into_iter()
        .find_map(|(name, equal)| (!equal).then_some(name))
    }
}

impl InnerClaims {
    pub(super) fn of(statement: &Statement) -> Self {
        Self {
            jti: statement.id,
            rev: statement.rev,
            cid: statement.cid.clone(),
            size: statement.size,
            permissions: statement.permissions,
            exp: statement.expires_at,
            dek: statement.data_key.secret().clone(),
            name: statement.name.clone(),
            media_type: statement.media_type.clone(),
            sha256: Sha256Hex(statement.sha256),
            owner: statement.owner.clone(),
            created: statement.created,
            meta: statement.meta.clone(),
        }
    }

    pub(super) fn into_statement(self, issued_at: UnixTime) -> Statement {
        Statement {
            id: self.jti,
            rev: self.rev,
            cid: self.cid,
            size: self.size,
            permissions: self.permissions,
            expires_at: self.exp,
            issued_at,
            data_key: DataKey::from_secret(self.dek),
            name: self.name,
            media_type: self.media_type,
            sha256: self.sha256.0,
            owner: self.owner,
            created: self.created,
            meta: self.meta,
        }
    }
}

/// A hash as `sha256sum` prints it: 64 digits, lower case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Sha256Hex(pub(super) [u8; 32]);

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Sha256Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let malformed = || serde::de::Error::custom("not 64 hexadecimal digits in lower case");
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut hash = [0; 32];
        if text.len() != 64 {
            return Err(malformed());
        }
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = digit(pair[0]).zip(digit(pair[1]));
            let (high, low) = digits.ok_or_else(malformed)?;
            *byte = high << 4 | low;
        }
        Ok(Self(hash))
    }
}
