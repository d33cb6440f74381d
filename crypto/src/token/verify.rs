//! The strict verifier.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::claims::{ClaimSet, Claims, Times};
use super::{AccessClaims, ShareClaims, TokenKind};
use crate::jws::UnverifiedJws;
use crate::key_set::{KeySet, SigningKey, VerifyingKey};
use crate::{JsonError, JwsError, Realm, UnixTime};

/// A token as it came in: taken apart, but nothing of it is known to be true.
#[derive(Debug)]
pub struct Unverified<'a> {
    jws: UnverifiedJws<'a>,
    kind: TokenKind,
}

/// Claims of a token that passed the [`Verifier`], which alone can make this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<C>(C);

/// How strict a [`Verifier`] is with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLimits {
    /// How far clocks may be apart; more than [`TokenLimits::MAX_LEEWAY`] is taken as that.
    pub leeway: Duration,
    /// The longest time from `iat` to `exp` of an access token.
    pub access_lifetime: Duration,
    /// The longest time from `iat` to `exp` of a share token.
    pub share_lifetime: Duration,
}

/// Verifies the tokens of one realm.
///
/// It knows public keys only, and no time: the caller gives that with each token.
#[derive(Clone)]
pub struct Verifier {
    realm: Realm,
    access: Vec<VerifyingKey>,
    share: Vec<VerifyingKey>,
    limits: TokenLimits,
}

/// Why a token was refused: one variant for each rule. No text quotes the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The signature or its form.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// It is a token of another type than this call needs.
    #[error("a token of another type is needed")]
    WrongKind,
    /// The claims are not a JSON object, or repeat a member.
    #[error("the claims are malformed: {0}")]
    Claims(JsonError),
    /// A required claim is missing.
    #[error("the claim \"{0}\" is missing")]
    MissingClaim(&'static str),
    /// A claim has the wrong type, or a value that it cannot have.
    #[error("the claim \"{0}\" is malformed")]
    MistypedClaim(&'static str),
    /// A claim is not understood, and might be a restriction.
    #[error("a claim is not understood")]
    UnknownClaim,
    /// `iss` is another realm.
    #[error("the token was issued by another realm")]
    WrongIssuer,
    /// `aud` is another realm.
    #[error("the token is for another realm")]
    WrongAudience,
    /// `iat` lies in the future.
    #[error("the token was issued in the future")]
    IssuedInFuture,
    /// `nbf` lies in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `exp` is not after `iat` and `nbf`.
    #[error("the token was never valid")]
    NeverValid,
    /// It lives longer than its type may.
    #[error("the token lives longer than is allowed")]
    LifetimeTooLong,
}

impl TokenError {
    /// Whether the token was good until its time ran out.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        matches!(self, Self::Expired)
    }
}

impl<'a> Unverified<'a> {
    /// Takes a token apart: at most [`super::MAX_LEN`] bytes, three parts, a header of a known
    /// type that is understood wholly.
    ///
    /// # Errors
    /// [`TokenError::Jws`] with the rule that was broken.
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        let jws = UnverifiedJws::parse(token, super::MAX_LEN)?;
        let kind = TokenKind::of_typ(jws.typ()).ok_or(JwsError::Type)?;
        Ok(Self { jws, kind })
    }

    /// The type it claims to be of.
    #[must_use]
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }
}

impl<C> Deref for Verified<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> Verified<C> {
    /// The claims, without the proof that they were verified.
    #[must_use]
    pub fn into_claims(self) -> C {
        self.0
    }
}

impl TokenLimits {
    /// The most that clocks may be apart.
    pub const MAX_LEEWAY: Duration = Duration::from_secs(5);
}

impl Default for TokenLimits {
    /// 5 seconds; 365 days for access tokens, which named API tokens are too; 90 for shares.
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            leeway: Self::MAX_LEEWAY,
            access_lifetime: Duration::from_secs(365 * DAY),
            share_lifetime: Duration::from_secs(90 * DAY),
        }
    }
}

impl KeySet {
    /// The verifier of this realm's tokens.
    #[must_use]
    pub fn verifier(&self, limits: TokenLimits) -> Verifier {
        Verifier {
            realm: self.realm().clone(),
            access: self.access_keys().iter().map(SigningKey::verifying).cloned().collect(),
            share: self.share_keys().iter().map(SigningKey::verifying).cloned().collect(),
            limits,
        }
    }
}

impl Verifier {
    /// Verifies an access token at this time.
    ///
    /// # Errors
    /// [`TokenError`], one variant for each rule.
    pub fn verify_access(
        &self,
        token: &Unverified<'_>,
        now: UnixTime,
    ) -> Result<Verified<AccessClaims>, TokenError> {
        self.verify(token, &self.access, self.limits.access_lifetime, now)
    }

    /// Verifies a share token at this time.
    ///
    /// # Errors
    /// [`TokenError`], one variant for each rule.
    pub fn verify_share(
        &self,
        token: &Unverified<'_>,
        now: UnixTime,
    ) -> Result<Verified<ShareClaims>, TokenError> {
        self.verify(token, &self.share, self.limits.share_lifetime, now)
    }

    fn verify<C: ClaimSet>(
        &self,
        token: &Unverified<'_>,
        keys: &[VerifyingKey],
        max_lifetime: Duration,
        now: UnixTime,
    ) -> Result<Verified<C>, TokenError> {
        if token.kind != C::KIND {
            return Err(TokenError::WrongKind);
        }
        let mut claims = Claims::parse(&token.jws.verify(keys)?)?;
        let issuer: String = claims.required("iss")?;
        let audience: String = claims.required("aud")?;
        let verified = C::take(&mut claims)?;
        claims.finish()?;

        if issuer != self.realm.as_str() {
            return Err(TokenError::WrongIssuer);
        }
        if audience != self.realm.as_str() {
            return Err(TokenError::WrongAudience);
        }
        self.check_times(verified.times(), max_lifetime, now)?;
        Ok(Verified(verified))
    }

    fn check_times(
        &self,
        times: Times,
        max_lifetime: Duration,
        now: UnixTime,
    ) -> Result<(), TokenError> {
        let leeway = self.limits.leeway.min(TokenLimits::MAX_LEEWAY);
        times.ensure_ever_valid()?;
        if times.expires_at.saturating_since(times.issued_at) > max_lifetime {
            return Err(TokenError::LifetimeTooLong);
        }
        if times.issued_at > now.saturating_add(leeway) {
            return Err(TokenError::IssuedInFuture);
        }
        if times.not_before > now.saturating_add(leeway) {
            return Err(TokenError::NotYetValid);
        }
        if times.expires_at <= now.saturating_sub(leeway) {
            return Err(TokenError::Expired);
        }
        Ok(())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("realm", &self.realm)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
