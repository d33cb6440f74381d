//! Receipts: what the realm signs when an object was deleted.
//!
//! ```text
//! receipt = JWS(typ = receipt+jwt, claims {iss, aud, iat, sub, cid, deleted_at, reason, nodes})
//! ```
//!
//! A receipt says what the gateway knows of its own nodes, and no more: that nobody else has a copy
//! cannot be said. It grants nothing; its type, audience and keys are its own, and the public
//! half of the keys is published with those of tokens.

use serde::{Deserialize, Serialize};

use crate::jws::{SigningFailure, UnverifiedJws};
use crate::key_set::{KeySet, Keyring, SigningKey};
use crate::{JsonError, JwsError, ObjectId, Realm, UnixTime, json, jws};

/// The `typ` of a receipt's header.
const TYP: &str = "receipt+jwt";
/// The audience of every receipt.
const AUDIENCE: &str = "urn:cidlock:receipt";
/// The longest receipt that is read, in bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The object: `sub`.
    pub id: ObjectId,
    /// The CID of its content.
    pub cid: String,
    /// When it was deleted.
    pub deleted_at: UnixTime,
    /// Why, one lower-case word.
    pub reason: String,
    /// When this receipt was signed: `iat`.
    pub issued_at: UnixTime,
    /// How far each node is.
    pub nodes: Vec<NodeReceipt>,
}

/// How far one node is with a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeReceipt {
    /// The kind of engine.
    pub engine: String,
    /// The node within it.
    pub node: String,
    /// One lower-case word.
    pub status: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: Realm,
    aud: String,
    iat: UnixTime,
    sub: ObjectId,
    cid: String,
    deleted_at: UnixTime,
    reason: String,
    nodes: Vec<NodeReceipt>,
}

/// Why a receipt was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignReceiptError {
    /// The key set is of before there were receipts: it is to be completed first.
    #[error("the key set has no key for receipts")]
    NoKey,
    /// The signer refused.
    #[error("the receipt could not be signed")]
    Signing,
}

/// Why a receipt was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The signature or its form.
    #[error("the receipt is not signed as it must be: {0}")]
    Jws(#[from] JwsError),
    /// The claims are not as they must be.
    #[error("the receipt's claims are malformed: {0}")]
    Claims(JsonError),
    /// It is of another realm.
    #[error("the receipt is of another realm")]
    Issuer,
    /// It is for another audience than readers of receipts.
    #[error("the receipt is for another audience")]
    Audience,
}

impl KeySet {
    /// Signs a receipt, as a compact JWS.
    ///
    /// # Errors
    /// [`SignReceiptError::NoKey`] before [`KeySet::complete`].
    pub fn sign_receipt(&self, receipt: &Receipt) -> Result<String, SignReceiptError> {
        let keys = self.receipt_keys().ok_or(SignReceiptError::NoKey)?;
        let claims = Claims {
            iss: self.realm().clone(),
            aud: AUDIENCE.to_owned(),
            iat: receipt.issued_at,
            sub: receipt.id,
            cid: receipt.cid.clone(),
            deleted_at: receipt.deleted_at,
            reason: receipt.reason.clone(),
            nodes: receipt.nodes.clone(),
        };
        jws::sign(keys, TYP, &claims).map_err(|SigningFailure| SignReceiptError::Signing)
    }

    /// Verifies a receipt of this realm; retired keys verify, too.
    ///
    /// # Errors
    /// [`ReceiptError`], one variant for each rule.
    pub fn open_receipt(&self, compact: &str) -> Result<Receipt, ReceiptError> {
        let jws = UnverifiedJws::parse(compact, MAX_LEN)?;
        if jws.typ() != TYP {
            return Err(JwsError::Type.into());
        }
        let keys = self.receipt_keys().into_iter().flat_map(Keyring::iter);
        let payload = jws.verify(keys.map(SigningKey::verifying))?;
        let claims: Claims = json::from_slice(&payload).map_err(ReceiptError::Claims)?;
        if claims.iss != *self.realm() {
            return Err(ReceiptError::Issuer);
        }
        if claims.aud != AUDIENCE {
            return Err(ReceiptError::Audience);
        }
        Ok(Receipt {
            id: claims.sub,
            cid: claims.cid,
            deleted_at: claims.deleted_at,
            reason: claims.reason,
            issued_at: claims.iat,
            nodes: claims.nodes,
        })
    }
}
