//! Chunked encryption of content: C2SP chunked-encryption, instantiation Cobblestone-256
//! (<https://c2sp.org/chunked-encryption>).
//!
//! ```text
//! key[32] || base_nonce[12] || commitment[32] =
//!     HKDF-Expand-SHA512(prk = data key, info = "c2sp.org/chunked-encryption@v1+" ||
//!                        "AEAD_AES_256_GCM" || 0x00 || salt[24] || "cidlock/v1")
//! message  = salt[24] || commitment[32] || chunk 0 || chunk 1 || … || last chunk
//! chunk k  = AES-256-GCM(key, nonce = base_nonce XOR k, plaintext[16384 k ..][.. 16384])
//! ```
//!
//! Every chunk holds 16384 bytes of plaintext except the last, which always holds fewer, possibly
//! none: that marks the end, so that a cut message cannot pass for a whole one.
//!
//! [`Sealer`] seals a stream in one pass, [`Opener`] opens any range of it, and [`Layout`] is the
//! arithmetic between the two lengths.
//!
//! What this module does not do: fetch, buffer more than one chunk, or keep keys. One fresh
//! [`DataKey`] per object is the caller's duty; a sealer cannot be resumed, so that no chunk
//! number is ever sealed twice under one salt.
//!
//! Invariants: the commitment is checked before any chunk; no plaintext is given out before the
//! tag of its chunk was checked; a [`Sealed`] exists only where a stream was sealed to its end.

mod data_key;
mod derive;
mod layout;
mod open;
mod seal;

pub use data_key::DataKey;
pub use layout::{Layout, LayoutError};
pub use open::{OpenError, Opener, RangeOpener};
pub use seal::{SealError, Sealed, Sealer};

/// Length of salt and commitment before the first chunk, in bytes.
pub const HEADER_LEN: usize = 56;
/// Plaintext in every chunk but the last, in bytes.
pub const CHUNK_LEN: usize = 16384;
/// A chunk of [`CHUNK_LEN`] with its tag, in bytes.
pub const SEALED_CHUNK_LEN: usize = CHUNK_LEN + crate::aead::TAG_LEN;
/// The longest message: 2^38 chunks, of which the last is short. In bytes.
pub const MAX_PLAINTEXT_LEN: u64 = (1 << 52) - 1;

/// Binds derived keys to this use of a data key.
const CONTEXT: &[u8] = b"cidlock/v1";
/// The context is bound by the derivation, so chunks have no additional data.
const NO_AAD: &[u8] = b"";
