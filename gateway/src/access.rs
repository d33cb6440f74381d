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

use cid::Cid;
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
use crate::store::{FileRow, Revoked, SessionId, Standing, Store, UserId, UserStatus};
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
        self.caller_from(&claims, scope, None).await.map(|(caller, _)| caller)
    }

    /// The caller, and the file that the request names, whosever it is.
    async fn caller_from(
        &self,
        claims: &Verified<AccessClaims>,
        scope: Scope,
        cid: Option<&Cid>,
    ) -> Result<(Caller, Option<FileRow>), AccessError> {
        let session = claims.session.as_deref().map(str::parse::<SessionId>).transpose();
        let session = session.map_err(|_| AccessError::UnknownSubject)?;
        if session.is_some_and(|id| self.revocations.contains(Revoked::Session(id))) {
            return Err(AccessError::Revoked);
        }
        let (user, standing) = self.subject(&claims.subject, claims.issued_at, cid).await?;
        // A role can have been taken away since the token was made.
        let lacks_role = scope == Scope::Admin && !caller::is_admin(&standing.roles);
        if lacks_role || !scope.is_in(&claims.scope) {
            return Err(AccessError::InsufficientScope(scope));
        }
        let revocable = session.map(Revoked::Session).into_iter().collect();
        let caller = Caller { user, validity: self.validity(revocable, None) };
        Ok((caller, standing.into_file()))
    }

    /// The active user whom a token issued at `issued_at` speaks for, with the file that the request
    /// names.
    async fn subject(
        &self,
        subject: &str,
        issued_at: UnixTime,
        cid: Option<&Cid>,
    ) -> Result<(UserId, Standing), AccessError> {
        let user: UserId = subject.parse().map_err(|_| AccessError::UnknownSubject)?;
        let standing = self.store.standing(user, cid.copied()).await?;
        let standing = standing.ok_or(AccessError::UnknownSubject)?;
        if standing.status != UserStatus::Active {
            return Err(AccessError::UnknownSubject);
        }
        if issued_at < standing.tokens_valid_from {
            return Err(AccessError::Superseded);
        }
        Ok((user, standing))
    }
}
