//! Tokens: JSON Web Tokens (RFC 7519) that say who may do what until when, and their verifier.
//!
//! | type | `typ` | claims |
//! |---|---|---|
//! | access | `at+jwt` (RFC 9068) | `iss sub aud client_id iat nbf exp jti scope roles`, `sid` optional |
//! | share | `share+jwt` | `iss sub aud iat nbf exp jti cid permissions`; `allow_ips max_downloads only_user parents` optional |
//!
//! Verification follows RFC 8725 and happens in one order: size, three parts, exact `typ`, no
//! `crit`, the key from that type's keys, the algorithm pinned to it, the signature, then every
//! claim. Each claim is required and exactly typed; a claim that is not understood is refused,
//! because it might be a restriction.
//!
//! What the verifier cannot know is left to its caller: whether the token was revoked, whether
//! its user still exists, what it is bound to. [`Unverified`] becomes [`Verified`] here; only
//! the caller can make a grant of that.

mod access;
mod claims;
mod ip_range;
mod mint;
mod share;
mod verify;

use std::fmt;

use zeroize::Zeroizing;

pub use access::{AccessClaims, MAX_ROLES};
pub use mint::MintError;
pub use share::{MAX_ALLOW_IPS, MAX_PARENTS, Restriction, ShareClaims};
pub use verify::{TokenError, TokenLimits, Unverified, Verified, Verifier};

/// The longest token, in bytes.
pub const MAX_LEN: usize = 8 * 1024;

/// The types of tokens, each with a `typ` and keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An access token: who its bearer is.
    Access,
    /// A share token: what its bearer may do with one object.
    Share,
}

impl TokenKind {
    /// The `typ` of the header, compared exactly.
    #[must_use]
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Share => "share+jwt",
        }
    }

    fn of_typ(typ: &str) -> Option<Self> {
        [Self::Access, Self::Share].into_iter().find(|kind| kind.typ() == typ)
    }
}

/// A minted token: a secret, erased when dropped and never printed.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The token itself, to be handed to its bearer.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
