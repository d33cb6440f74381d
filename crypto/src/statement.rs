//! The statement of an object: what is stored beside its ciphertext, as `object.jwt`.
//!
//! ```text
//! object.jwt = JWS(typ = object+jwt, outer claims, among them `sealed`)
//! sealed     = JWE(KEK, inner claims, among them the data key)
//! ```
//!
//! With the key set, a statement is all that is needed to open an object's content. The outer
//! claims tell every gateway what the object is; name, type, hash and owner are sealed.
//!
//! A statement grants nothing: its type, audience and keys differ from those of every token. What
//! the outer claims say is repeated inside and must be equal, so that an envelope cannot be moved
//! under another statement, not even by who holds the signing key alone.

mod claims;

use std::collections::BTreeMap;
use std::fmt;

use claims::{AUDIENCE, FORMAT, InnerClaims, OuterClaims};
use zeroize::Zeroizing;

use crate::chunked::{DataKey, Layout, LayoutError};
use crate::jwe::JweSealError;
use crate::jws::{SigningFailure, UnverifiedJws};
use crate::key_set::{KeySet, SigningKey};
use crate::{
    EntropyError, JsonError, JweError, JwsError, ObjectId, Permissions, UnixTime, cid_text, json,
    jwe, jws,
};

/// The `typ` of a statement's header.
const TYP: &str = "object+jwt";
/// The longest statement, in bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// What a statement says.
///
/// `Debug` tells only what the outer claims tell anyway.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    /// The object.
    pub id: ObjectId,
    /// Grows with each new statement about the object; the highest wins.
    pub rev: u32,
    /// The CID of the ciphertext: 1 to 128 ASCII letters and digits.
    pub cid: String,
    /// Length of the plaintext, in bytes.
    pub size: u64,
    /// What may ever be granted for the object.
    pub permissions: Permissions,
    /// The end of its retention.
    pub expires_at: Option<UnixTime>,
    /// When this statement was signed.
    pub issued_at: UnixTime,
    /// Opens the content. Sealed.
    pub data_key: DataKey,
    /// File name. Sealed.
    pub name: String,
    /// Media type. Sealed.
    pub media_type: String,
    /// SHA-256 of the plaintext. Sealed.
    pub sha256: [u8; 32],
    /// Id of the user it belongs to. Sealed.
    pub owner: String,
    /// When the object was made. Sealed.
    pub created: UnixTime,
    /// The owner's own remarks. Sealed.
    pub meta: BTreeMap<String, String>,
}

/// Why a statement was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The signature or its form.
    #[error("the statement is not signed as it must be: {0}")]
    Jws(#[from] JwsError),
    /// The outer claims are not as they must be.
    #[error("the statement's claims are malformed: {0}")]
    Claims(JsonError),
    /// It was issued for another realm.
    #[error("the statement is of another realm")]
    Issuer,
    /// It is for another audience than readers of statements.
    #[error("the statement is for another audience")]
    Audience,
    /// Its content has a format that is not known here.
    #[error("the content's format is not known")]
    Format,
    /// No content has the length it states.
    #[error("the stated size is impossible: {0}")]
    Size(#[from] LayoutError),
    /// The CID is not 1 to 128 ASCII letters and digits.
    #[error("the CID is malformed")]
    Cid,
    /// The envelope.
    #[error(transparent)]
    Envelope(#[from] JweError),
    /// The sealed claims are not as they must be.
    #[error("the sealed claims are malformed: {0}")]
    Sealed(JsonError),
    /// A claim says one thing outside and another inside the envelope.
    #[error("the claim \"{0}\" differs from what is sealed")]
    Differs(&'static str),
}

/// Why a statement was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignStatementError {
    /// No key or nonce could be made.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// It would be longer than [`MAX_LEN`].
    #[error("the statement would be longer than {MAX_LEN} bytes")]
    TooLong,
    /// No content has the length it states.
    #[error("the stated size is impossible: {0}")]
    Size(#[from] LayoutError),
    /// The CID is not 1 to 128 ASCII letters and digits.
    #[error("the CID is malformed")]
    Cid,
    /// The signer or the cipher refused.
    #[error("the statement could not be signed or sealed")]
    Signing,
}

impl KeySet {
    /// Seals and signs a statement, as a compact JWS.
    ///
    /// # Errors
    /// [`SignStatementError`] if it states something impossible or becomes too long.
    pub fn sign_statement(&self, statement: &Statement) -> Result<String, SignStatementError> {
        Layout::from_plaintext_len(statement.size)?;
        if !cid_text::is_plausible(&statement.cid) {
            return Err(SignStatementError::Cid);
        }
        let inner = InnerClaims::of(statement);
        // Room enough that the buffer with the data key does not move while it grows.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(MAX_LEN));
        serde_json::to_writer(&mut *plaintext, &inner).map_err(|_| SignStatementError::Signing)?;
        if plaintext.len() > MAX_LEN {
            return Err(SignStatementError::TooLong);
        }
        let sealed = jwe::seal(self.keks(), &plaintext)?;
        let outer = OuterClaims::of(statement, self.realm(), sealed);
        let compact = jws::sign(self.object_keys(), TYP, &outer)?;
        if compact.len() > MAX_LEN {
            return Err(SignStatementError::TooLong);
        }
        Ok(compact)
    }

    /// Verifies a compact JWS, opens its envelope and compares the two.
    ///
    /// Retired keys verify and open, too. Retention is reported, not enforced: an object that
    /// has expired can still be recovered.
    ///
    /// # Errors
    /// [`StatementError`], one variant for each rule.
    pub fn open_statement(&self, compact: &str) -> Result<Statement, StatementError> {
        let jws = UnverifiedJws::parse(compact, MAX_LEN)?;
        if jws.typ() != TYP {
            return Err(JwsError::Type.into());
        }
        let payload = jws.verify(self.object_keys().iter().map(SigningKey::verifying))?;
        let outer: OuterClaims = json::from_slice(&payload).map_err(StatementError::Claims)?;
        if outer.iss != *self.realm() {
            return Err(StatementError::Issuer);
        }
        if outer.aud != AUDIENCE {
            return Err(StatementError::Audience);
        }
        if outer.fmt != FORMAT {
            return Err(StatementError::Format);
        }
        Layout::from_plaintext_len(outer.size)?;
        if !cid_text::is_plausible(&outer.cid) {
            return Err(StatementError::Cid);
        }
        let sealed = jwe::open(self.keks(), &outer.sealed)?;
        let inner: InnerClaims = json::from_slice(&sealed).map_err(StatementError::Sealed)?;
        match outer.differs_from(&inner) {
            Some(claim) => Err(StatementError::Differs(claim)),
            None => Ok(inner.into_statement(outer.iat)),
        }
    }
}

impl From<JweSealError> for SignStatementError {
    fn from(error: JweSealError) -> Self {
        match error {
            JweSealError::Entropy(error) => Self::Entropy(error),
            JweSealError::Cipher(_) => Self::Signing,
        }
    }
}

impl From<SigningFailure> for SignStatementError {
    fn from(_: SigningFailure) -> Self {
        Self::Signing
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement")
            .field("id", &self.id)
            .field("rev", &self.rev)
            .field("cid", &self.cid)
            .field("size", &self.size)
            .field("permissions", &self.permissions)
            .field("expires_at", &self.expires_at)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}
