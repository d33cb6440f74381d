//! Minting tokens.

use serde_json::json;
use zeroize::Zeroizing;

use super::claims::{ClaimSet, Claims};
use super::{AccessClaims, MAX_LEN, ShareClaims, Token, TokenError};
use crate::jws;
use crate::key_set::{KeySet, Keyring, SigningKey};

/// Why a token was not minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// No verifier would accept it.
    #[error("no such token would be valid: {0}")]
    Invalid(TokenError),
    /// It would be longer than [`MAX_LEN`].
    #[error("the token would be longer than {MAX_LEN} bytes")]
    TooLong,
    /// The signer refused.
    #[error("the token could not be signed")]
    Signing,
}

impl KeySet {
    /// Mints an access token.
    ///
    /// # Errors
    /// [`MintError::Invalid`] if the claims break a rule that every verifier checks.
    pub fn mint_access(&self, claims: &AccessClaims) -> Result<Token, MintError> {
        self.mint(self.access_keys(), claims)
    }

    /// Mints a share token.
    ///
    /// # Errors
    /// [`MintError::Invalid`] if the claims break a rule that every verifier checks.
    pub fn mint_share(&self, claims: &ShareClaims) -> Result<Token, MintError> {
        self.mint(self.share_keys(), claims)
    }

    fn mint<C: ClaimSet>(
        &self,
        keys: &Keyring<SigningKey>,
        claims: &C,
    ) -> Result<Token, MintError> {
        let mut members = claims.to_members();
        // What is minted is read as a verifier will read it, so that the two cannot disagree.
        C::take(&mut Claims::new(members.clone())).map_err(MintError::Invalid)?;
        claims.times().ensure_ever_valid().map_err(MintError::Invalid)?;

        members.insert("iss".to_owned(), json!(self.realm()));
        members.insert("aud".to_owned(), json!(self.realm()));
        let token = jws::sign(keys, C::KIND.typ(), &members).map_err(|_| MintError::Signing)?;
        let token = Token(Zeroizing::new(token));
        if token.expose().len() > MAX_LEN {
            return Err(MintError::TooLong);
        }
        Ok(token)
    }
}
