//! A block and its name.
//!
//! Only what an object is made of is a block here: CIDv1 over SHA2-256, codec raw or dag-pb. Every
//! other CID is refused, which also means that no bit of a CID can change and still be accepted.

use bytes::Bytes;
use cid::Cid;
use multihash::Multihash;
use sha2::{Digest, Sha256};

/// Multicodec of a block that is nothing but its bytes.
pub const RAW: u64 = 0x55;
/// Multicodec of a MerkleDAG node (UnixFS files' inner nodes and directories).
pub const DAG_PB: u64 = 0x70;
/// Multihash code of SHA2-256.
pub const SHA2_256: u64 = 0x12;
/// Length in bytes of every CID that this crate accepts: version, codec, hash code, hash length,
/// and 32 bytes of digest.
pub const CID_LEN: usize = 36;
/// The longest block that Kubo takes, and so the longest that is made or read here.
pub const MAX_BLOCK_LEN: usize = 2 * 1024 * 1024;

/// Bytes together with the CID that they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    cid: Cid,
    data: Bytes,
}

impl Block {
    /// A leaf: the block is `data`.
    pub fn raw(data: Bytes) -> Block {
        Block { cid: cid_of(RAW, &data), data }
    }

    /// An encoded dag-pb node.
    pub fn dag_pb(data: Bytes) -> Block {
        Block { cid: cid_of(DAG_PB, &data), data }
    }

    /// A block from elsewhere, kept only if `data` hashes to `cid`.
    pub fn checked(cid: Cid, data: Bytes) -> Result<Block, BlockError> {
        if !is_supported(&cid) {
            return Err(BlockError::Unsupported(cid));
        }
        if data.len() > MAX_BLOCK_LEN {
            return Err(BlockError::TooLong { cid, len: data.len() });
        }
        if cid_of(cid.codec(), &data) != cid {
            return Err(BlockError::Mismatch(cid));
        }
        Ok(Block { cid, data })
    }

    /// The block's name.
    pub fn cid(&self) -> Cid {
        self.cid
    }

    /// The block's bytes.
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// The block's bytes, without the name.
    pub fn into_data(self) -> Bytes {
        self.data
    }
}

/// Why bytes are not the block that they were said to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// Not CIDv1, or a hash or codec that no block of ours has.
    #[error("block {0} is not CIDv1 over SHA2-256 with codec raw or dag-pb")]
    Unsupported(Cid),
    /// Longer than [`MAX_BLOCK_LEN`].
    #[error("block {cid} has {len} bytes, more than {MAX_BLOCK_LEN}")]
    TooLong {
        /// The block's claimed name.
        cid: Cid,
        /// The length found.
        len: usize,
    },
    /// The bytes hash to something else.
    #[error("the bytes given for block {0} hash to something else")]
    Mismatch(Cid),
}

/// Whether `cid` is of the only kind that objects are made of.
pub fn is_supported(cid: &Cid) -> bool {
    cid.version() == cid::Version::V1
        && matches!(cid.codec(), RAW | DAG_PB)
        && cid.hash().code() == SHA2_256
        && cid.hash().size() == 32
}

/// The CID of `data` under `codec`.
pub(crate) fn cid_of(codec: u64, data: &[u8]) -> Cid {
    cid_from_digest(codec, Sha256::digest(data).into())
}

/// The CID with this SHA2-256 digest under `codec`.
pub(crate) fn cid_from_digest(codec: u64, digest: [u8; 32]) -> Cid {
    let hash = Multihash::wrap(SHA2_256, &digest).expect("32 bytes fit a 64-byte multihash");
    Cid::new_v1(codec, hash)
}
