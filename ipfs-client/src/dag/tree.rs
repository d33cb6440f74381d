//! The balanced tree over a file's leaves, built while they arrive.

use bytes::Bytes;

use super::file_node::FileNode;
use super::{DagParams, Link};
use crate::block::Block;

/// Takes leaves in order and gives back each parent directly after its last child.
///
/// Holds the links of one path, at most `fan_out` of them for each level.
pub struct TreeBuilder {
    params: DagParams,
    /// Nodes that wait for their parent; the leaves first.
    levels: Vec<Vec<Link>>,
}

/// A finished tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The file.
    pub root: Link,
    /// The blocks that were still to come, children before parents.
    pub blocks: Vec<Block>,
}

impl TreeBuilder {
    /// A tree without leaves.
    pub fn new(params: DagParams) -> TreeBuilder {
        TreeBuilder { params, levels: Vec::new() }
    }

    /// Adds the next leaf; returns the parents that it completes, children first.
    pub fn push_leaf(&mut self, leaf: Link) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let siblings = &mut self.levels[level];
            siblings.push(node);
            if siblings.len() < self.params.fan_out() {
                break;
            }
            let (block, link) = FileNode::new(std::mem::take(siblings)).to_block();
            blocks.push(block);
            node = link;
        }
        blocks
    }

    /// Ends the file: joins what waits, level by level, so that all leaves stay equally deep. A
    /// single leaf is itself the file; without any leaf the file is one empty leaf.
    pub fn finish(self) -> Finished {
        let mut blocks = Vec::new();
        let mut below: Option<Link> = None;
        let top = self.levels.len().saturating_sub(1);
        for (level, mut siblings) in self.levels.into_iter().enumerate() {
            siblings.extend(below.take());
            below = match siblings[..] {
                [] => None,
                [only] if level == top => Some(only),
                _ => {
                    let (block, link) = FileNode::new(siblings).to_block();
                    blocks.push(block);
                    Some(link)
                }
            };
        }
        let root = below.unwrap_or_else(|| {
            let leaf = Block::raw(Bytes::new());
            let link = Link { cid: leaf.cid(), content_len: 0, total_len: 0 };
            blocks.push(leaf);
            link
        });
        Finished { root, blocks }
    }
}
