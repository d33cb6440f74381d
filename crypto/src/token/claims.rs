//! Claims, read one by one and exactly typed.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{TokenError, TokenKind};
use crate::{UnixTime, json};

/// The longest name or id in a claim, in bytes.
const MAX_TEXT_LEN: usize = 256;

/// What the tokens of one type say.
pub(super) trait ClaimSet: Sized {
    const KIND: TokenKind;

    /// Takes the claims of this type, all but `iss` and `aud`.
    fn take(claims: &mut Claims) -> Result<Self, TokenError>;

    /// The same claims as JSON.
    fn to_members(&self) -> Map<String, Value>;

    fn times(&self) -> Times;
}

/// The claims of a token that have not been taken yet.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn parse(payload: &[u8]) -> Result<Self, TokenError> {
        json::from_slice(payload).map(Self).map_err(TokenError::Claims)
    }

    pub(super) fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// Takes a claim that must be there.
    pub(super) fn required<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<T, TokenError> {
        self.optional(name)?.ok_or(TokenError::MissingClaim(name))
    }

    /// Takes a claim that may be missing, but not `null`.
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, TokenError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(value) => match serde_json::from_value(value) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(TokenError::MistypedClaim(name)),
            },
        }
    }

    /// Takes a name or an id that must be there.
    pub(super) fn text(&mut self, name: &'static str) -> Result<String, TokenError> {
        let text: String = self.required(name)?;
        ensure(is_text(&text), name)?;
        Ok(text)
    }

    /// All claims have been taken.
    pub(super) fn finish(self) -> Result<(), TokenError> {
        if self.0.is_empty() { Ok(()) } else { Err(TokenError::UnknownClaim) }
    }
}

/// A name or an id: not empty, of bounded length.
pub(super) fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT_LEN).contains(&text.len())
}

/// A claim can have this value.
pub(super) fn ensure(holds: bool, name: &'static str) -> Result<(), TokenError> {
    if holds { Ok(()) } else { Err(TokenError::MistypedClaim(name)) }
}

/// When a token is valid.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) issued_at: UnixTime,
    pub(super) not_before: UnixTime,
    pub(super) expires_at: UnixTime,
}

impl Times {
    pub(super) fn take(claims: &mut Claims) -> Result<Self, TokenError> {
        Ok(Self {
            issued_at: claims.required("iat")?,
            not_before: claims.required("nbf")?,
            expires_at: claims.required("exp")?,
        })
    }

    pub(super) fn to_members(self) -> [(String, Value); 3] {
        [("iat", self.issued_at), ("nbf", self.not_before), ("exp", self.expires_at)]
            .map(|(name, time)| (name.to_owned(), time.0.into()))
    }

    /// There is a time at which the token is valid.
    pub(super) fn ensure_ever_valid(self) -> Result<(), TokenError> {
        if self.expires_at > self.issued_at && self.expires_at > self.not_before {
            Ok(())
        } else {
            Err(TokenError::NeverValid)
        }
    }
}
