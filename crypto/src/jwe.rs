//! JSON Web Encryption in the compact form (RFC 7516), one profile of it.
//!
//! ```text
//! protected header . wrapped CEK . nonce . ciphertext . tag
//! header      = {"alg":"A256KW","enc":"A256GCM","kid":<id of the KEK>}
//! wrapped CEK = AES-KW[KEK](CEK),  CEK fresh and random
//! ciphertext, tag = AES-256-GCM(CEK, nonce, plaintext, aad = ASCII of the encoded header)
//! ```
//!
//! Nothing else is understood: no other algorithm, no compression, no further header member.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::aead::{Aead, KEY_LEN, NONCE_LEN, RustCrypto, SealFailure, TAG_LEN};
use crate::entropy::random;
use crate::key_set::{Identified, Keyring, SymmetricKey};
use crate::secret::Secret;
use crate::{EntropyError, JsonError, base64url, json, key_wrap};

/// Why an envelope was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JweError {
    /// Not five parts.
    #[error("the envelope does not have five parts")]
    PartCount,
    /// A part is not base64url, or has an impossible length.
    #[error("a part of the envelope is not base64url of the right length")]
    Encoding,
    /// The header is not one this profile knows.
    #[error("the envelope's header is not understood: {0}")]
    Header(JsonError),
    /// It names other algorithms than A256KW and A256GCM.
    #[error("the envelope names another algorithm")]
    Algorithm,
    /// It names a key-encryption key that is not in the key set.
    #[error("the envelope's key is not in the key set")]
    UnknownKey,
    /// Altered, or not wrapped under the key it names.
    #[error("the envelope is not authentic")]
    NotAuthentic,
}

/// Why an envelope was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JweSealError {
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    #[error(transparent)]
    Cipher(#[from] SealFailure),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    kid: String,
}

const ALG: &str = "A256KW";
const ENC: &str = "A256GCM";

/// Seals under the active key-encryption key.
pub(crate) fn seal(keks: &Keyring<SymmetricKey>, plaintext: &[u8]) -> Result<String, JweSealError> {
    let kek = keks.active();
    let header = serde_json::json!({ "alg": ALG, "enc": ENC, "kid": kek.kid() }).to_string();
    let header = base64url::encode(header.as_bytes());

    let cek = Secret::generate()?;
    let wrapped = key_wrap::wrap(kek.secret(), cek.expose()).map_err(|_| SealFailure)?;
    let nonce = random::<NONCE_LEN>()?;
    let mut buffer = Zeroizing::new(plaintext.to_vec());
    let cipher = RustCrypto::new(cek.expose());
    let tag = cipher.seal_in_place(&nonce, header.as_bytes(), &mut buffer)?;

    let parts = [wrapped.as_slice(), &nonce, &buffer, &tag].map(base64url::encode);
    Ok(format!("{header}.{}", parts.join(".")))
}

/// Opens under whichever key-encryption key the header names, retired ones included.
pub(crate) fn open(
    keks: &Keyring<SymmetricKey>,
    compact: &str,
) -> Result<Zeroizing<Vec<u8>>, JweError> {
    let parts: Vec<&str> = compact.split('.').take(6).collect();
    let [protected, wrapped, nonce, ciphertext, tag] = parts[..] else {
        return Err(JweError::PartCount);
    };
    let decode = |part| base64url::decode(part).map_err(|_| JweError::Encoding);

    let header: Header = json::from_slice(&decode(protected)?).map_err(JweError::Header)?;
    if header.alg != ALG || header.enc != ENC {
        return Err(JweError::Algorithm);
    }
    let kek = keks.find(&header.kid).ok_or(JweError::UnknownKey)?;
    let nonce: [u8; NONCE_LEN] = base64url::decode_array(nonce).map_err(|_| JweError::Encoding)?;
    let tag: [u8; TAG_LEN] = base64url::decode_array(tag).map_err(|_| JweError::Encoding)?;

    let cek = key_wrap::unwrap(kek.secret(), &decode(wrapped)?);
    let cek = cek.map_err(|_| JweError::NotAuthentic)?;
    let cek: &[u8; KEY_LEN] = cek.as_slice().try_into().map_err(|_| JweError::NotAuthentic)?;
    let mut buffer = decode(ciphertext)?;
    RustCrypto::new(cek)
        .open_in_place(&nonce, protected.as_bytes(), &mut buffer, &tag)
        .map_err(|_| JweError::NotAuthentic)?;
    Ok(buffer)
}
