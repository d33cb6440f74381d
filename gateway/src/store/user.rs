//! Who may log in.

use std::fmt;

use cidlock_crypto::UnixTime;
use sqlx::FromRow;
use thiserror::Error;
use zeroize::Zeroizing;

use super::UserId;
use super::sql::column::Time;

/// A user to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// What the user types to log in.
    pub name: String,
    /// Verifies the password.
    pub password_hash: PasswordHash,
    /// Names of roles, as in the claim `roles` (RFC 9068, 2.2.3.1).
    pub roles: Vec<String>,
    /// Whether it may do anything at all.
    pub status: UserStatus,
    /// When.
    pub created_at: UnixTime,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// What the user types to log in.
    pub name: String,
    /// Verifies the password.
    #[sqlx(try_from = "String")]
    pub password_hash: PasswordHash,
    /// Names of roles, as in the claim `roles` (RFC 9068, 2.2.3.1).
    #[sqlx(json)]
    pub roles: Vec<String>,
    /// Whether the user may do anything at all.
    #[sqlx(try_from = "String")]
    pub status: UserStatus,
    /// When the user was added.
    #[sqlx(try_from = "Time")]
    pub created_at: UnixTime,
    /// No token of the user issued before this time is honoured.
    #[sqlx(try_from = "Time")]
    pub tokens_valid_from: UnixTime,
}

/// Whether a user may do anything at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// The user may log in.
    Active,
    /// Neither the password nor any token of the user is honoured.
    Disabled,
}

impl UserStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl TryFrom<String> for UserStatus {
    type Error = UnknownStatus;

    fn try_from(status: String) -> Result<Self, UnknownStatus> {
        match status.as_str() {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            _ => Err(UnknownStatus),
        }
    }
}

/// A user's status is neither of those that this version knows.
#[derive(Debug, Error)]
#[error("unknown user status")]
pub struct UnknownStatus;

/// A password hash in PHC string format (`$argon2id$...`). It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Zeroizing<String>);

impl PasswordHash {
    /// Takes a PHC string; what it says is for the verifier to judge.
    #[must_use]
    pub fn new(phc: String) -> Self {
        Self(Zeroizing::new(phc))
    }

    /// The PHC string.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for PasswordHash {
    fn from(phc: String) -> Self {
        Self::new(phc)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_hash_is_not_printed() {
        let hash = PasswordHash::new("$argon2id$v=19$secret".to_owned());
        assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
    }
}
