//! What can be wrong with a CAR.

use std::io;

use crate::block::BlockError;

/// Why a CAR cannot be read (on).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CarError {
    /// The header is no canonical DAG-CBOR `{"roots": [...], "version": ...}`, or too long.
    #[error("the CAR's header is malformed")]
    Header,
    /// A version other than 1.
    #[error("CAR version {0} is not supported")]
    Version(u64),
    /// One root is wanted.
    #[error("the CAR has {0} roots where one is expected")]
    Roots(usize),
    /// A length that is not a minimal varint or does not fit.
    #[error("a section's length is not a minimal varint")]
    Varint,
    /// A section longer than any block, or too short for a CID.
    #[error("a section of {0} bytes holds no block of ours")]
    SectionLen(u64),
    /// No CID where one must be.
    #[error("a section does not begin with a CID of ours")]
    Cid,
    /// The block is not what its CID says.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The CAR ends inside its header or a section.
    #[error("the CAR ends inside its header or a section")]
    Truncated,
    /// The source failed.
    #[error("cannot read the CAR")]
    Io(#[source] io::Error),
}
