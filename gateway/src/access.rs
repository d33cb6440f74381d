//! Authority: from what a request carries to what its handler may do.
//!
//! A flow that touches an object takes a [`Grant`]; one that acts for a person takes a [`Caller`];
//! one that sees to links takes a [`Party`]. All are made here alone, out of a verified token, after
//! the rules that need state: the token was not revoked, its user is active and has not invalidated
//! it, it is bound to this object, and it gives this permission. There is no other way to an object.
//!
//! What a token must look like is decided by `cidlock-crypto`; this module never parses one.
//! Passwords and refresh tokens end here as well: [`Access::login`] and [`Access::refresh`] turn
//! them into access tokens.

mod caller;
mod error;
mod grant;
mod link;
mod password;
mod revocations;
mod session;
mod users;

use std::sync::Arc;

use cidlock_crypto::UnixTime;
use cidlock_crypto::token::{AccessClaims, TokenKind, Unverified, Verified};

pub use caller::{ADMIN_ROLE, Caller, Scope};
pub use error::AccessError;
pub use grant::{Delete, Edit, Ended, Grant, Read, Right, Share, Stat, Validity};
pub use link::{LinkHolder, Party};
pub use password::NewPassword;
pub use revocations::Revocations;
pub use session::{RefreshToken, SessionTokens};

use crate::clock::Clock;
use crate::config::{LimitsConfig, TokensConfig};
use crate::keyring::Keyring;
use crate::store::{Revoked, SessionId, Store, User, UserId, UserStatus};
use password::Passwords;

/// The one door. Cheap to clone.
#[derive(Clone)]
pub struct Access {
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    revocations: Arc<Revocations>,
    passwords: Passwords,
    lifetimes: TokensConfig,
}

impl Access {
    /// Puts the door together.
    #[must_use]
    pub fn new(
        keyring: Arc<Keyring>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        revocations: Arc<Revocations>,
        lifetimes: TokensConfig,
        limits: &LimitsConfig,
    ) -> Self {
        let passwords = Passwords::new(limits.max_password_checks, limits.max_waiting_logins);
        Self { keyring, store, clock, revocations, passwords, lifetimes }
    }

    /// What was taken back, for whoever takes more back.
    #[must_use]
    pub fn revocations(&self) -> Arc<Revocations> {
        self.revocations.clone()
    }

    /// Who presents the access token `bearer`, if it carries `scope`.
    ///
    /// # Errors
    /// Every rule of tokens; [`AccessError::InsufficientScope`].
    pub async fn caller(&self, bearer: &str, scope: Scope) -> Result<Caller, AccessError> {
        let token = Unverified::parse(bearer)?;
        if token.kind() != TokenKind::Access {
            return Err(AccessError::WrongKind);
        }
        let claims = self.keyring.verifier().verify_access(&token, self.clock.now())?;
        self.caller_from(&claims, scope).await
    }

    async fn caller_from(
        &self,
        claims: &Verified<AccessClaims>,
        scope: Scope,
    ) -> Result<Caller, AccessError> {
        let session = claims.session.as_deref().map(str::parse::<SessionId>).transpose();
        let session = session.map_err(|_| AccessError::UnknownSubject)?;
        if session.is_some_and(|id| self.revocations.contains(Revoked::Session(id))) {
            return Err(AccessError::Revoked);
        }
        let user = self.subject(&claims.subject, claims.issued_at).await?;
        // A role can have been taken away since the token was made.
        let lacks_role = scope == Scope::Admin && !caller::is_admin(&user.roles);
        if lacks_role || !scope.is_in(&claims.scope) {
            return Err(AccessError::InsufficientScope(scope));
        }
        let revocable = session.map(Revoked::Session).into_iter().collect();
        Ok(Caller { user: user.id, validity: self.validity(revocable, None) })
    }

    /// The active user whom a token issued at `issued_at` speaks for.
    async fn subject(&self, subject: &str, issued_at: UnixTime) -> Result<User, AccessError> {
        let id: UserId = subject.parse().map_err(|_| AccessError::UnknownSubject)?;
        let user = self.store.user(id).await?.ok_or(AccessError::UnknownSubject)?;
        if user.status != UserStatus::Active {
            return Err(AccessError::UnknownSubject);
        }
        let valid_from = user.tokens_valid_from.max(self.store.tokens_valid_from().await?);
        if issued_at < valid_from { Err(AccessError::Superseded) } else { Ok(user) }
    }
}
