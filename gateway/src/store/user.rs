//! Who may log in.

use std::fmt;

use cidlock_crypto::UnixTime;
use zeroize::Zeroizing;

use super::UserId;

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
    /// When.
    pub created_at: UnixTime,
}

/// A user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// What the user types to log in.
    pub name: String,
    /// Verifies the password.
    pub password_hash: PasswordHash,
    /// Names of roles, as in the claim `roles` (RFC 9068, 2.2.3.1).
    pub roles: Vec<String>,
    /// Whether the user may do anything at all.
    pub status: UserStatus,
    /// When the user was added.
    pub created_at: UnixTime,
    /// No token of the user issued before this time is honoured.
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

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
