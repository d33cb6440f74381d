//! Revocations, numbered so that every gateway of a realm can follow them.

use std::time::Duration;

use cidlock_crypto::{ObjectId, UnixTime};
use uuid::Uuid;

use super::{LinkId, SessionId, StoreError};

/// Something that is no longer honoured although its tokens have not expired.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// Its number: from 1, ascending in the order in which revocations became visible.
    pub seq: u64,
    /// What was revoked.
    pub revoked: Revoked,
    /// When the last token that it concerns expires. It matters for [`Revocation::MARGIN`] longer, so that no leeway outlives it.
    pub expires_at: UnixTime,
}

impl Revocation {
    /// How long a revocation outlives the tokens that it concerns.
    pub const MARGIN: Duration = Duration::from_secs(60);

    /// Whether it still matters.
    #[must_use]
    pub fn is_live(&self, now: UnixTime) -> bool {
        now <= self.expires_at.saturating_add(Self::MARGIN)
    }
}

/// What was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revoked {
    /// The share token with this `jti`, and all that descend from it.
    Link(LinkId),
    /// Every access token with this `sid`.
    Session(SessionId),
    /// Whatever leads to this object: it was deleted.
    Object(ObjectId),
}

impl Revoked {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Session(_) => "session",
            Self::Object(_) => "object",
        }
    }

    pub(super) fn uuid(self) -> Uuid {
        match self {
            Self::Link(id) => id.into(),
            Self::Session(id) => id.into(),
            Self::Object(id) => Uuid::from_bytes(*id.as_bytes()),
        }
    }

    pub(super) fn from_row(kind: &str, id: Uuid) -> Result<Self, StoreError> {
        match kind {
            "link" => Ok(Self::Link(id.into())),
            "session" => Ok(Self::Session(id.into())),
            "object" => ObjectId::parse(&id.to_string())
                .map(Self::Object)
                .map_err(|error| StoreError::Corrupt(error.into())),
            // Not to be passed over: something would be honoured again.
            _ => Err(StoreError::Corrupt("a revocation of an unknown kind".into())),
        }
    }
}
