//! What an object is called where it is kept.
//!
//! The engine knows an object by the name of its pin, its root and the CID of its content; the
//! catalog by its id. This is the one place where the two meet.

use cidlock_crypto::ObjectId;
use cidlock_ipfs_client::engine::ObjectRef;
use cidlock_ipfs_client::pin::{Pin, PinName};

use crate::store::FileRow;

/// The member of an object's directory that states what it is.
pub const STATEMENT_MEMBER: &str = "object.jwt";

/// The name of an object's pin: its id.
#[must_use]
pub fn pin_name(id: ObjectId) -> PinName {
    PinName::parse(&id.to_string()).expect("a UUID is a pin name")
}

/// What the engine is asked for when a file is read.
#[must_use]
pub fn object_ref(file: &FileRow) -> ObjectRef {
    ObjectRef {
        pin: Pin { name: pin_name(file.id), root: file.root },
        content: file.cid,
        content_len: file.content_len,
    }
}
