//! AES-256-GCM behind one small trait.
//!
//! Two implementations, held to the same test vectors: [`AwsLc`] carries the bulk (about a
//! quarter of the processor time), [`RustCrypto`] is the reference and seals everything small.
//! Which one content is sealed and opened with is said here, by the name [`Bulk`], and nowhere
//! else.

mod aws_lc;
mod rust_crypto;

pub use aws_lc::AwsLc;
pub use aws_lc::AwsLc as Bulk;
pub use rust_crypto::RustCrypto;

/// Length of a key, in bytes.
pub const KEY_LEN: usize = 32;
/// Length of a nonce, in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of an authentication tag, in bytes.
pub const TAG_LEN: usize = 16;

/// AES-256-GCM (NIST SP 800-38D) in place, with 96-bit nonces and 128-bit tags.
///
/// The caller's duty: one nonce seals one buffer under one key.
pub trait Aead: Send + Sync {
    /// Expands a key.
    fn new(key: &[u8; KEY_LEN]) -> Self;

    /// Encrypts `buffer` where it lies and returns its tag, which covers `aad`, too.
    ///
    /// # Errors
    /// [`SealFailure`] if the implementation refuses; then `buffer` holds nothing of use.
    fn seal_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealFailure>;

    /// Checks the tag and decrypts `buffer` where it lies.
    ///
    /// # Errors
    /// [`TagMismatch`] if key, nonce, additional data, ciphertext and tag do not belong together;
    /// then what `buffer` holds must not be used.
    fn open_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), TagMismatch>;
}

/// The cipher refused to encrypt, which it does for no length that is used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cipher refused to encrypt")]
pub struct SealFailure;

/// Ciphertext and tag do not belong together, or not under this key and nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the authentication tag does not match")]
pub struct TagMismatch;
