//! Access tokens (RFC 9068).

use crate::UnixTime;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// `sub`: id of the user, not empty.
    pub subject: String,
    /// `client_id`: what the user acts through, not empty.
    pub client_id: String,
    /// `iat`.
    pub issued_at: UnixTime,
    /// `nbf`: not valid before.
    pub not_before: UnixTime,
    /// `exp`: not valid from then on.
    pub expires_at: UnixTime,
    /// `jti`: id of the token, not empty.
    pub id: String,
    /// `scope`: names parted by single spaces (RFC 6749 section 3.3), or nothing.
    pub scope: String,
    /// `roles` of the user.
    pub roles: Vec<String>,
    /// `sid`: the session it belongs to and ends with.
    pub session: Option<String>,
}
