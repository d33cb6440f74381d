//! What the blocks of a file are: UnixFS files and directories in dag-pb.
//!
//! The layout is that of the profile `unixfs-v1-2025`: CIDv1, raw leaves, SHA2-256, a balanced tree
//! in which every leaf has the same depth, `Tsize` and UnixFS block sizes on every link. With
//! [`DagParams::UNIXFS_V1_2025`] a content has the CID that `ipfs add` gives it.
//!
//! Sans-IO: leaves' links go in, finished parents come out as soon as their last child is known.
//! It deliberately makes no trickle trees, no inlined data, no HAMT directories, no modes or times.

mod directory;
mod file_node;
mod leaf;
mod params;
mod pb;
mod shape;
#[cfg(test)]
mod tests;
mod tree;

use bytes::Bytes;
use cid::Cid;

pub use self::directory::{Directory, DirectoryError, Entry};
pub use self::file_node::{FileNode, FileNodeError};
pub use self::leaf::LeafHasher;
pub use self::params::{DagParams, DagParamsError};
pub(crate) use self::shape::{Shape, varint_len};
pub use self::tree::{Finished, TreeBuilder};
use crate::block::Block;

/// A link to a node of a file's tree, as its parent needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The node.
    pub cid: Cid,
    /// Bytes of content below the node (UnixFS `filesize`, `blocksizes`).
    pub content_len: u64,
    /// Bytes of all blocks below and including the node, repeated ones counted again (dag-pb
    /// `Tsize`).
    pub total_len: u64,
}

/// All blocks of a small content, in the order in which a CAR has them, the root last.
///
/// Holds everything in memory: for tests and small members. Uploads go through
/// [`StagingWriter`](crate::staging::StagingWriter).
pub fn blocks_of(params: DagParams, content: &Bytes) -> Vec<Block> {
    let mut tree = TreeBuilder::new(params);
    let mut blocks = Vec::new();
    let mut rest = content.clone();
    loop {
        let leaf = Block::raw(rest.split_to(rest.len().min(params.leaf_len())));
        let len = leaf.data().len() as u64;
        let link = Link { cid: leaf.cid(), content_len: len, total_len: len };
        blocks.push(leaf);
        blocks.extend(tree.push_leaf(link));
        if rest.is_empty() {
            break;
        }
    }
    blocks.extend(tree.finish().blocks);
    blocks
}

/// The CID of a small content (see [`blocks_of`]).
pub fn cid_of(params: DagParams, content: &Bytes) -> Cid {
    blocks_of(params, content).last().map(Block::cid).expect("even no content is one leaf")
}
