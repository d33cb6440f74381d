//! The header: DAG-CBOR `{"roots": [CID], "version": 1}` behind its length.

use bytes::Bytes;
use cid::Cid;
use serde::{Deserialize, Serialize};

use super::CarError;
use crate::block::is_supported;

/// Length of the header of a CAR with exactly one root: what every object's file begins with.
pub const HEADER_LEN: usize = 59;
/// The longest header that is read, in bytes without its length.
pub const MAX_HEADER_LEN: usize = 4096;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    roots: Vec<Cid>,
    version: u64,
}

/// The header of a CAR whose one root is `root`, of a kind that objects are made of.
pub fn header(root: &Cid) -> [u8; HEADER_LEN] {
    let encoded = encode(vec![*root]);
    encoded.try_into().expect("a header with one supported root has a fixed length")
}

/// The header of a CAR without roots: for blocks that go to a node before their root is known.
pub fn header_without_roots() -> Bytes {
    encode(Vec::new()).into()
}

fn encode(roots: Vec<Cid>) -> Vec<u8> {
    let body = serde_ipld_dagcbor::to_vec(&Header { roots, version: 1 })
        .expect("a header always has an encoding");
    let mut length = unsigned_varint::encode::usize_buffer();
    [unsigned_varint::encode::usize(body.len(), &mut length), &body].concat()
}

/// The roots named by a header without its length.
pub(super) fn decode(body: &[u8]) -> Result<Vec<Cid>, CarError> {
    let header: Header = serde_ipld_dagcbor::from_slice(body).map_err(|_| CarError::Header)?;
    if header.version != 1 {
        return Err(CarError::Version(header.version));
    }
    if serde_ipld_dagcbor::to_vec(&header).is_ok_and(|again| again == body) {
        Ok(header.roots)
    } else {
        Err(CarError::Header)
    }
}

/// The root named by the first bytes of an object's file.
pub(crate) fn root_of_header(bytes: &[u8; HEADER_LEN]) -> Result<Cid, CarError> {
    if usize::from(bytes[0]) != HEADER_LEN - 1 {
        return Err(CarError::Header);
    }
    match decode(&bytes[1..])?[..] {
        [root] if is_supported(&root) => Ok(root),
        [_] => Err(CarError::Header),
        ref roots => Err(CarError::Roots(roots.len())),
    }
}
