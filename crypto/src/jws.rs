//! JSON Web Signatures in the compact form (RFC 7515), one profile of it.
//!
//! ```text
//! header . payload . signature,  header = {"typ":…,"alg":"EdDSA","kid":…}
//! ```
//!
//! `typ`, `alg` and `kid` are required and nothing else is understood; in particular no `crit`,
//! and no header that brings a key along. What a signature means is told by its `typ`, and each
//! `typ` has keys of its own: see [`crate::token`] and [`crate::statement`].

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::key_set::{Identified, Keyring, SigningKey, VerifyingKey};
use crate::{JsonError, base64url, json};

/// Why a compact JWS was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Longer than what is looked at.
    #[error("longer than {max} bytes")]
    TooLong {
        /// The limit, in bytes.
        max: usize,
    },
    /// Not three parts.
    #[error("not three parts")]
    PartCount,
    /// A part is not base64url without padding.
    #[error("a part is not base64url without padding")]
    Encoding,
    /// The header is not JSON, or repeats a member.
    #[error("the header is malformed: {0}")]
    Header(JsonError),
    /// The header has a member that is not understood.
    #[error("the header has a member that is not understood")]
    HeaderMember,
    /// The header demands an extension that is not understood.
    #[error("the header has critical extensions")]
    Critical,
    /// `typ` is missing or not one that is known here.
    #[error("the type is missing or unknown")]
    Type,
    /// `alg` is missing or not EdDSA, which every key is pinned to.
    #[error("the algorithm is not the key's")]
    Algorithm,
    /// `kid` is missing or no string.
    #[error("the key id is missing or malformed")]
    KeyId,
    /// `kid` names no key for this type.
    #[error("the key is not in the key set for this type")]
    UnknownKey,
    /// The signature does not match.
    #[error("the signature does not match")]
    Signature,
}

/// A compact JWS that was taken apart; nothing of it is known to be true.
pub(crate) struct UnverifiedJws<'a> {
    typ: String,
    kid: String,
    signing_input: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> UnverifiedJws<'a> {
    pub(crate) fn parse(compact: &'a str, max: usize) -> Result<Self, JwsError> {
        if compact.len() > max {
            return Err(JwsError::TooLong { max });
        }
        let parts: Vec<&str> = compact.split('.').take(4).collect();
        let [header, payload, signature] = parts[..] else {
            return Err(JwsError::PartCount);
        };
        let header = base64url::decode(header).map_err(|_| JwsError::Encoding)?;
        let (typ, kid) = read_header(json::from_slice(&header).map_err(JwsError::Header)?)?;
        let signing_input = &compact[..compact.len() - signature.len() - 1];
        Ok(Self { typ, kid, signing_input, payload, signature })
    }

    pub(crate) fn typ(&self) -> &str {
        &self.typ
    }

    /// Checks the signature by the key that the header names and gives out the payload.
    pub(crate) fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifyingKey>,
    ) -> Result<Zeroizing<Vec<u8>>, JwsError> {
        let mut keys = keys.into_iter();
        let key = keys.find(|key| key.kid() == self.kid).ok_or(JwsError::UnknownKey)?;
        verify_signature(key.bytes(), self.signing_input.as_bytes(), self.signature)?;
        base64url::decode(self.payload).map_err(|_| JwsError::Encoding)
    }
}

/// Without payload and signature, which together are the token.
impl fmt::Debug for UnverifiedJws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedJws")
            .field("typ", &self.typ)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

fn read_header(members: Map<String, Value>) -> Result<(String, String), JwsError> {
    if members.contains_key("crit") {
        return Err(JwsError::Critical);
    }
    let (mut typ, mut alg, mut kid) = (None, None, None);
    for (name, value) in members {
        match (name.as_str(), value) {
            ("typ", Value::String(value)) => typ = Some(value),
            ("alg", Value::String(value)) => alg = Some(value),
            ("kid", Value::String(value)) => kid = Some(value),
            ("typ", _) => return Err(JwsError::Type),
            ("alg", _) => return Err(JwsError::Algorithm),
            ("kid", _) => return Err(JwsError::KeyId),
            _ => return Err(JwsError::HeaderMember),
        }
    }
    let typ = typ.ok_or(JwsError::Type)?;
    if alg.as_deref() != Some("EdDSA") {
        return Err(JwsError::Algorithm);
    }
    Ok((typ, kid.ok_or(JwsError::KeyId)?))
}

/// Checks an Ed25519 signature that is given as base64url.
pub(crate) fn verify_signature(
    public: &[u8; 32],
    message: &[u8],
    signature: &str,
) -> Result<(), JwsError> {
    let key = DecodingKey::from_ed_der(public);
    match jsonwebtoken::crypto::verify(signature, message, &key, Algorithm::EdDSA) {
        Ok(true) => Ok(()),
        Ok(false) => Err(JwsError::Signature),
        Err(_) => Err(JwsError::Encoding),
    }
}

/// Signs claims with the active key.
pub(crate) fn sign(
    keys: &Keyring<SigningKey>,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, SigningFailure> {
    let key = keys.active();
    let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
    header.typ = Some(typ.to_owned());
    header.kid = Some(key.kid().to_owned());
    let encoding_key = EncodingKey::from_ed_der(key.pkcs8().as_slice());
    jsonwebtoken::encode(&header, claims, &encoding_key).map_err(|_| SigningFailure)
}

/// The signer refused, which it does for no key of a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claims could not be signed")]
pub(crate) struct SigningFailure;
