//! Leaves, hashed as their bytes pass.

use cid::Cid;
use sha2::{Digest, Sha256};

use super::{DagParams, Link};
use crate::block::{RAW, cid_from_digest};

/// The hash of one leaf after another, so that nobody has to hold a whole leaf.
pub struct LeafHasher {
    params: DagParams,
    digest: Sha256,
    len: usize,
}

impl LeafHasher {
    /// Ready for the first byte of the first leaf.
    pub fn new(params: DagParams) -> LeafHasher {
        LeafHasher { params, digest: Sha256::new(), len: 0 }
    }

    /// Bytes of the current leaf so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the current leaf has no byte yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes from the front of `bytes` what belongs to the current leaf, and says how many bytes
    /// that were. The leaf is full when [`LeafHasher::is_full`] says so.
    pub fn update(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.params.leaf_len() - self.len);
        self.digest.update(&bytes[..taken]);
        self.len += taken;
        taken
    }

    /// Whether the current leaf takes no more bytes.
    pub fn is_full(&self) -> bool {
        self.len == self.params.leaf_len()
    }

    /// Ends the current leaf, full or not, and begins the next.
    pub fn next_leaf(&mut self) -> Link {
        let cid: Cid = cid_from_digest(RAW, self.digest.finalize_reset().into());
        let len = std::mem::take(&mut self.len) as u64;
        Link { cid, content_len: len, total_len: len }
    }
}
