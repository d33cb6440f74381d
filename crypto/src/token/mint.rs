//! Minting tokens.

use super::{AccessClaims, ShareClaims, Token, TokenError};
use crate::key_set::KeySet;

/// Why a token was not minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// No verifier would accept it.
    #[error("no such token would be valid: {0}")]
    Invalid(TokenError),
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
        let _ = claims;
        todo!()
    }

    /// Mints a share token.
    ///
    /// # Errors
    /// [`MintError::Invalid`] if the claims break a rule that every verifier checks.
    pub fn mint_share(&self, claims: &ShareClaims) -> Result<Token, MintError> {
        let _ = claims;
        todo!()
    }
}
