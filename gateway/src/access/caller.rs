//! A person (or an app) that acts in their own name.

use std::fmt;

use super::Validity;
use crate::store::UserId;

/// Who is calling, established from a verified access token.
#[derive(Clone)]
pub struct Caller {
    pub(super) user: UserId,
    pub(super) validity: Validity,
}

impl Caller {
    /// The user's id: `sub` of the token.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whether the session or API token behind the call still stands; its access token is looked
    /// at once, when the call begins.
    #[must_use]
    pub fn validity(&self) -> &Validity {
        &self.validity
    }
}

/// What an access token may be used for: one word of its `scope` (RFC 6749, section 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// See and read one's own files.
    FilesRead,
    /// Store files.
    FilesWrite,
    /// Make, list and revoke links to one's own files.
    Links,
    /// Look after the realm; only for users who are its admins.
    Admin,
}

impl Scope {
    /// All that a person who has logged in may do.
    pub const ALL: [Self; 3] = [Self::FilesRead, Self::FilesWrite, Self::Links];

    /// The word in a token's `scope`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FilesRead => "files:read",
            Self::FilesWrite => "files:write",
            Self::Links => "links",
            Self::Admin => "admin",
        }
    }

    /// Whether `scope`, words separated by spaces, has this one.
    #[must_use]
    pub fn is_in(self, scope: &str) -> bool {
        scope.split(' ').any(|word| word == self.as_str())
    }

    /// All that a user with these roles may do.
    pub(super) fn of(roles: &[String]) -> String {
        let admin = is_admin(roles).then_some(Self::Admin);
        let words: Vec<_> = Self::ALL.into_iter().chain(admin).map(Self::as_str).collect();
        words.join(" ")
    }
}

/// The role of a user who may look after the realm.
pub const ADMIN_ROLE: &str = "admin";

/// Whether one of a user's roles is that of an admin.
pub(super) fn is_admin(roles: &[String]) -> bool {
    roles.iter().any(|role| role == ADMIN_ROLE)
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_whole_word() {
        assert!(Scope::Links.is_in("files:read links"));
        assert!(!Scope::Links.is_in("links:all hyperlinks"));
        assert!(Scope::ALL.into_iter().all(|scope| scope.is_in(&Scope::of(&[]))));
    }
}
