//! Sessions: a password becomes a short-lived access token and a refresh token that is used once.
//!
//! A refresh token is opaque and stored only as a hash. Presenting one a second time means that
//! two parties hold it: the whole family is revoked (RFC 9700, section 4.14).

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cidlock_crypto::UnixTime;
use cidlock_crypto::token::{AccessClaims, Token};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Access, AccessError, Scope};
use crate::store::{NewSession, RefreshHash, Rotation, Session, SessionId, User, UserStatus};

/// What a login or a refresh gives.
#[derive(Debug)]
pub struct SessionTokens {
    /// The JWT to present.
    pub access: Token,
    /// Its lifetime, in seconds.
    pub expires_in_s: u64,
    /// The words of its scope.
    pub scope: String,
    /// What the next access token is asked for with.
    pub refresh: RefreshToken,
}

/// 32 random bytes in base64url. It is shown to its client once and never printed.
pub struct RefreshToken(Zeroizing<String>);

impl RefreshToken {
    fn generate() -> Result<Self, AccessError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut()).map_err(AccessError::Randomness)?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()))))
    }

    fn hash(text: &str) -> RefreshHash {
        RefreshHash(Sha256::digest(text.as_bytes()).into())
    }

    /// The text that the client keeps.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

impl Access {
    /// Starts a session for whoever knows the password.
    ///
    /// # Errors
    /// [`AccessError::BadCredentials`], for an unknown name after the same work as for a known
    /// one.
    pub async fn login(
        &self,
        name: &str,
        password: Zeroizing<String>,
        client_id: &str,
    ) -> Result<SessionTokens, AccessError> {
        let user = self.store.user_by_name(name).await?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = self.passwords.verify(password, hash).await?;
        let user = user.filter(|user| matches && user.status == UserStatus::Active);
        let user = user.ok_or(AccessError::BadCredentials)?;

        let now = self.clock.now();
        let refresh = RefreshToken::generate()?;
        let expires_at = now.saturating_add(Duration::from_secs(self.lifetimes.session_lifetime_s));
        let session = NewSession {
            id: SessionId::generate(),
            user: user.id,
            client_id: client_id.to_owned(),
            created_at: now,
            expires_at,
            first_refresh: RefreshToken::hash(refresh.expose()),
            refresh_expires_at: now
                .saturating_add(Duration::from_secs(self.lifetimes.refresh_lifetime_s))
                .min(expires_at),
        };
        let session = self.store.start_session(session).await?;
        self.tokens(&user, &session, refresh, now)
    }

    /// Exchanges a refresh token, once.
    ///
    /// # Errors
    /// [`AccessError::BadRefreshToken`] for one that is unknown, expired, used or revoked. A used
    /// one ends its session.
    pub async fn refresh(&self, presented: &str) -> Result<SessionTokens, AccessError> {
        let now = self.clock.now();
        let next = RefreshToken::generate()?;
        let rotation = self.rotate(presented, &next, now).await?;
        let Rotation::Rotated(session) = rotation else { return Err(AccessError::BadRefreshToken) };
        let user = self.store.user(session.user).await?;
        let user = user.filter(|user| user.status == UserStatus::Active);
        let user = user.ok_or(AccessError::BadRefreshToken)?;
        self.tokens(&user, &session, next, now)
    }

    /// Rotates in the store, and has the end of a session take effect here, whether or not the
    /// client still listens.
    async fn rotate(
        &self,
        presented: &str,
        next: &RefreshToken,
        now: UnixTime,
    ) -> Result<Rotation, AccessError> {
        let (presented, next) = (RefreshToken::hash(presented), RefreshToken::hash(next.expose()));
        let next_expires_at =
            now.saturating_add(Duration::from_secs(self.lifetimes.refresh_lifetime_s));
        let (store, revocations) = (self.store.clone(), self.revocations.clone());
        let rotated = tokio::spawn(async move {
            let rotation = store.rotate_refresh(presented, next, now, next_expires_at).await?;
            if matches!(rotation, Rotation::Reused(_) | Rotation::Revoked) {
                tracing::warn!("a refresh token was presented again: its session is ended");
                revocations.catch_up(&*store).await?;
            }
            Ok(rotation)
        });
        rotated.await.map_err(|_| AccessError::Interrupted)?
    }

    fn tokens(
        &self,
        user: &User,
        session: &Session,
        refresh: RefreshToken,
        now: UnixTime,
    ) -> Result<SessionTokens, AccessError> {
        let expires_at = now
            .saturating_add(Duration::from_secs(self.lifetimes.access_lifetime_s))
            .min(session.expires_at);
        let scope = Scope::of(&user.roles);
        let access = self.keyring.keys().mint_access(&AccessClaims {
            subject: user.id.to_string(),
            client_id: session.client_id.clone(),
            issued_at: now,
            not_before: now,
            expires_at,
            id: uuid::Uuid::now_v7().to_string(),
            scope: scope.clone(),
            roles: user.roles.clone(),
            session: Some(session.id.to_string()),
        })?;
        let expires_in_s = expires_at.saturating_since(now).as_secs();
        Ok(SessionTokens { access, expires_in_s, scope, refresh })
    }
}
