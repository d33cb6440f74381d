//! Sessions: families of refresh tokens, each used once (RFC 9700, 4.14.2).

use std::fmt;

use cidlock_crypto::UnixTime;
use sqlx::FromRow;

use super::sql::column::{MaybeTime, Time};
use super::{Revocation, SessionId, UserId};

/// A session to be started.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The client that it was started with, as in the claim `client_id`.
    pub client_id: String,
    /// When.
    pub created_at: UnixTime,
    /// When it ends, however often it is refreshed. No token that names the session may live
    /// longer.
    pub expires_at: UnixTime,
    /// The first refresh token.
    pub first_refresh: RefreshHash,
    /// When the first refresh token expires, unused.
    pub refresh_expires_at: UnixTime,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    #[sqlx(rename = "user_id")]
    pub user: UserId,
    /// The client that it was started with, as in the claim `client_id`.
    pub client_id: String,
    /// When it was started.
    #[sqlx(try_from = "Time")]
    pub created_at: UnixTime,
    /// When it was last refreshed (or started).
    #[sqlx(try_from = "Time")]
    pub refreshed_at: UnixTime,
    /// When it ends, however often it is refreshed.
    #[sqlx(try_from = "Time")]
    pub expires_at: UnixTime,
    /// When it was ended, if it was: by its user, an admin, or the reuse of a refresh token.
    #[sqlx(try_from = "MaybeTime")]
    pub ended_at: Option<UnixTime>,
}

/// What came of presenting a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rotation {
    /// The presented token is used up, the next one is in force.
    Rotated(Session),
    /// The presented token had been used before, so one of its two holders is a thief. The session
    /// was ended by this call.
    Reused(Revocation),
    /// The presented token or its session has expired.
    Expired,
    /// The session was ended before.
    Revoked,
    /// There is no such token.
    Unknown,
}

/// SHA-256 of a refresh token; the token itself is 32 random bytes and is stored nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RefreshHash(pub [u8; 32]);

impl fmt::Debug for RefreshHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshHash(..)")
    }
}
