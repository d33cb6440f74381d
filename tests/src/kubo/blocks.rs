//! Blocks as they lie on a node's disk, and what may become of them there.
//!
//! Of a repository that keeps each block in a file of its own. A running node is not told.

use std::collections::BTreeSet;
use std::path::PathBuf;

use cid::Cid;
use cid::multibase::{self, Base};
use cid::multihash::Multihash;

use super::Repo;
use crate::gateway::files_below;

/// The codec of raw blocks.
const RAW: u64 = 0x55;

impl Repo {
    /// The file in which a block is, or would be: blocks are found by their hashes alone.
    #[must_use]
    pub fn block_file(&self, cid: &Cid) -> PathBuf {
        let key = multibase::encode(Base::Base32Upper, cid.hash().to_bytes()).split_off(1);
        // Sharded by the next to last two characters.
        let shard = &key[key.len() - 3..key.len() - 1];
        self.path().join("blocks").join(shard).join(format!("{key}.data"))
    }

    /// Whether there is a file of this block.
    #[must_use]
    pub fn has_block(&self, cid: &Cid) -> bool {
        self.block_file(cid).exists()
    }

    /// All blocks that have a file, as CIDs of raw blocks: what they are in, the files do not say.
    /// Not those that wait in `.temp` for others to come: of an import that was cut off, a few may
    /// stay there until the node is started again.
    ///
    /// # Panics
    /// If a file is named otherwise than after a hash.
    #[must_use]
    pub fn blocks(&self) -> BTreeSet<Cid> {
        let directory = self.path().join("blocks");
        let waiting = directory.join(".temp");
        let mut files = files_below(&directory);
        files.retain(|path| !path.starts_with(&waiting));
        let blocks = files.iter().filter(|path| path.extension().is_some_and(|ext| ext == "data"));
        let cid = |path: &PathBuf| {
            let key = path.file_stem().and_then(|key| key.to_str()).expect("an ASCII name");
            let (_, hash) = multibase::decode(format!("B{key}")).expect("a name in base 32");
            Cid::new_v1(RAW, Multihash::from_bytes(&hash).expect("a name that is a hash"))
        };
        blocks.map(cid).collect()
    }

    /// The same block as a raw one, as [`blocks`](Repo::blocks) lists it.
    #[must_use]
    pub fn listed(cid: &Cid) -> Cid {
        Cid::new_v1(RAW, *cid.hash())
    }

    /// Flips one bit in the middle of a block.
    ///
    /// # Panics
    /// If there is no such block, or it is empty.
    pub fn flip_block(&self, cid: &Cid) {
        let path = self.block_file(cid);
        let mut bytes = std::fs::read(&path).expect("the node has the block");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("a block can be written over");
    }

    /// Leaves nothing in the file of a block, as a power failure may.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn empty_block(&self, cid: &Cid) {
        assert!(self.has_block(cid), "the node has the block");
        std::fs::write(self.block_file(cid), "").expect("a block can be written over");
    }

    /// Removes the file of a block.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn remove_block(&self, cid: &Cid) {
        std::fs::remove_file(self.block_file(cid)).expect("the node has the block");
    }
}
