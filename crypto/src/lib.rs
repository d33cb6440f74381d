//! Formats, keys and tokens of cidlock.
//!
//! Everything here is synchronous and without I/O: bytes and the current time come in, bytes and
//! typed errors go out. The crate knows no network, no file, no clock and no database, and a CID
//! is an opaque string to it.
//!
//! Read in the order in which an object comes to life:
//!
//! 1. [`key_set`]: the keys of a realm, as a JSON Web Key Set;
//! 2. [`chunked`]: the encryption of content, streamed in and read back at any offset;
//! 3. [`statement`]: the signed statement that is stored beside the ciphertext and from which,
//!    with the key set, the object can be recovered;
//! 4. [`token`]: what says who may do what with which object until when;
//! 5. [`receipt`]: what is signed when an object is deleted.
//!
//! What holds throughout:
//!
//! - Keys are erased from memory when dropped, compared in constant time and never printed.
//! - No input makes this crate panic; each rule that input can break has an error of its own.
//! - No error text holds key material, plaintext or a token.
//! - JSON that is signed, sealed or a key is read strictly: a repeated member, at any depth, an
//!   unknown member or a value of the wrong type is refused.

pub mod aead;
pub mod chunked;
pub mod key_set;
pub mod receipt;
pub mod statement;
pub mod token;

mod base64url;
mod cid_text;
mod entropy;
mod hkdf;
mod json;
mod jwe;
mod jws;
mod key_wrap;
mod object_id;
mod permissions;
mod realm;
mod secret;
mod time;
#[cfg(test)]
mod vectors;

pub use entropy::EntropyError;
pub use json::JsonError;
pub use jwe::JweError;
pub use jws::JwsError;
pub use object_id::{InvalidObjectId, ObjectId};
pub use permissions::{Permission, Permissions};
pub use realm::{InvalidRealm, Realm};
pub use time::UnixTime;
