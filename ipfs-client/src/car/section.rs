//! The frame of one block.

use bytes::Bytes;
use cid::Cid;

use crate::block::CID_LEN;
use crate::dag::varint_len;

/// Bytes in front of a block of `block_len` bytes: its length and its CID.
pub fn prefix_len(block_len: u64) -> u64 {
    varint_len(CID_LEN as u64 + block_len) + CID_LEN as u64
}

/// Bytes of the whole section of a block of `block_len` bytes.
pub fn section_len(block_len: u64) -> u64 {
    prefix_len(block_len) + block_len
}

/// What stands in front of a block of `block_len` bytes named `cid`.
pub fn prefix(cid: &Cid, block_len: u64) -> Bytes {
    let mut number = unsigned_varint::encode::u64_buffer();
    let number = unsigned_varint::encode::u64(CID_LEN as u64 + block_len, &mut number);
    let mut out = Vec::with_capacity(number.len() + CID_LEN);
    out.extend_from_slice(number);
    out.extend_from_slice(&cid.to_bytes());
    out.into()
}
