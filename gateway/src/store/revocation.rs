//! Revocations, numbered so that every gateway of a realm can follow them.

use cidlock_crypto::UnixTime;

use super::{LinkId, SessionId};

/// Something that is no longer honoured although its tokens have not expired.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// Its number: from 1, ascending in the order in which revocations became visible.
    pub seq: u64,
    /// What was revoked.
    pub revoked: Revoked,
    /// When the last token that it concerns expires. It matters for [`Revocation::MARGIN_S`]
    /// longer, so that no leeway outlives it.
    pub expires_at: UnixTime,
}

impl Revocation {
    /// How many seconds a revocation outlives the tokens that it concerns.
    pub const MARGIN_S: u64 = 60;

    /// Whether it still matters.
    #[must_use]
    pub fn is_live(&self, now: UnixTime) -> bool {
        now.0 <= self.expires_at.0.saturating_add(Self::MARGIN_S)
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
}
