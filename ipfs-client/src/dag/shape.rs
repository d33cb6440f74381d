//! The lengths of a file's nodes without the nodes.
//!
//! All full nodes of a level have the same lengths, since lengths depend only on lengths. That
//! makes the place of every leaf in a file arithmetic.

use crate::block::CID_LEN;

/// What a node's parent and its place in a file depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bytes of the node's own block.
    pub(crate) block_len: u64,
    /// Bytes of content below it.
    pub(crate) content_len: u64,
    /// Bytes of all blocks below it and its own (`Tsize`).
    pub(crate) total_len: u64,
}

impl Shape {
    /// A raw leaf.
    pub(crate) fn leaf(len: u64) -> Shape {
        Shape { block_len: len, content_len: len, total_len: len }
    }

    /// The parent of `count` nodes of shape `full` and, after them, one of shape `last`.
    pub(crate) fn parent(count: u64, full: Shape, last: Shape) -> Shape {
        let content_len = count * full.content_len + last.content_len;
        // Field 1 (type) and the tags of field 3 (filesize) and field 4 (blocksizes): 1 byte each.
        let size_len = |child: Shape| 1 + varint_len(child.content_len);
        let unixfs_len = 2 + 1 + varint_len(content_len) + count * size_len(full) + size_len(last);
        let links_len = count * link_len(full) + link_len(last);
        let block_len = links_len + 1 + varint_len(unixfs_len) + unixfs_len;
        let total_len = count * full.total_len + last.total_len + block_len;
        Shape { block_len, content_len, total_len }
    }
}

/// A link to `child` inside its parent, with tag and length.
fn link_len(child: Shape) -> u64 {
    // hash: tag, length, CID; name: tag, length 0; Tsize: tag, number.
    let inner = 2 + CID_LEN as u64 + 2 + 1 + varint_len(child.total_len);
    1 + varint_len(inner) + inner
}

/// Bytes that `number` takes as a varint.
pub(crate) fn varint_len(number: u64) -> u64 {
    u64::from((64 - (number | 1).leading_zeros()).div_ceil(7))
}
