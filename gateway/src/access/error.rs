//! Why somebody may not.

use cidlock_crypto::Permission;
use cidlock_crypto::token::{MintError, Restriction, TokenError};

use super::Scope;
use crate::store::StoreError;

/// Why a credential does not open what was asked for. No message holds any part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The token breaks a rule of its own.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A token of another kind was presented, such as a link's where a login's is due.
    #[error("this call takes another kind of token")]
    WrongKind,
    /// The token, or the session that it comes from, was revoked.
    #[error("the token was revoked")]
    Revoked,
    /// Its user's tokens, or all of the realm's, were invalidated since it was issued.
    #[error("the token was invalidated after it was issued")]
    Superseded,
    /// Nobody active stands behind it.
    #[error("the token speaks for nobody")]
    UnknownSubject,
    /// It restricts its use in a way that this gateway cannot enforce, so it opens nothing.
    #[error("the token restricts its use by {0}, which this gateway does not enforce")]
    Restricted(Restriction),
    /// The access token's scope lacks a word.
    #[error("the token lacks the scope {0}")]
    InsufficientScope(Scope),
    /// The share token is bound to another object.
    #[error("the token is bound to another CID")]
    OtherObject,
    /// A link was presented where the owner's login is due.
    #[error("only the owner of the file may do that")]
    OwnerAlone,
    /// The token does not give what the call needs.
    #[error("the token does not give the permission {0}")]
    Permission(Permission),
    /// There is no such object, or it is somebody else's: the two look the same.
    #[error("no such file")]
    NotFound,
    /// User name and password do not belong together.
    #[error("the user name or the password is wrong")]
    BadCredentials,
    /// The refresh token is unknown, expired, used or revoked.
    #[error("the refresh token is not valid")]
    BadRefreshToken,
    /// The store could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A token could not be minted.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
    /// Too many logins wait already.
    #[error("too many logins at once")]
    Busy,
    /// The gateway is going down.
    #[error("interrupted")]
    Interrupted,
    /// A password could not be hashed or checked.
    #[error("the password check failed: {0}")]
    Hashing(String),
}
