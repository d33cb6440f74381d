//! Where the parts of a content lie in its object's file, without reading the file.
//!
//! Leaves have a fixed length, full nodes of a level too, and each parent lies directly after its
//! last child. So in front of leaf `i` lie the header, `i` full leaves, and of each level `k` the
//! `i / fan_out^k` full nodes: what comes later does not move what was written.

use std::ops::Range;

use super::{HEADER_LEN, prefix_len, section_len};
use crate::dag::{DagParams, Shape};

/// The arithmetic of one content's sections.
#[derive(Clone, Debug)]
pub struct Layout {
    params: DagParams,
    content_len: u64,
    /// Section lengths of full nodes; level 0 are the leaves.
    full_sections: Vec<u64>,
    content_end: u64,
    total_len: u64,
}

impl Layout {
    /// The longest content: 1 PiB. Far below it the arithmetic cannot overflow.
    pub const MAX_CONTENT_LEN: u64 = 1 << 50;

    /// The layout of a content of `content_len` bytes.
    pub fn new(params: DagParams, content_len: u64) -> Result<Layout, LayoutError> {
        if content_len > Self::MAX_CONTENT_LEN {
            return Err(LayoutError::TooLong(content_len));
        }
        let (leaf_len, fan_out) = (params.leaf_len() as u64, params.fan_out() as u64);
        let leaves = content_len.div_ceil(leaf_len).max(1);
        let mut full = Shape::leaf(leaf_len);
        let mut last = Shape::leaf(content_len - (leaves - 1) * leaf_len);
        let mut full_sections = vec![section_len(full.block_len)];
        let mut content_end = HEADER_LEN as u64;
        let mut nodes = leaves;
        loop {
            content_end += (nodes - 1) * section_len(full.block_len) + section_len(last.block_len);
            if nodes == 1 {
                break;
            }
            let parents = nodes.div_ceil(fan_out);
            let full_siblings_of_last = nodes - (parents - 1) * fan_out - 1;
            last = Shape::parent(full_siblings_of_last, full, last);
            full = Shape::parent(fan_out - 1, full, full);
            full_sections.push(section_len(full.block_len));
            nodes = parents;
        }
        Ok(Layout { params, content_len, full_sections, content_end, total_len: last.total_len })
    }

    /// Bytes of content.
    pub fn content_len(&self) -> u64 {
        self.content_len
    }

    /// Bytes of all blocks of the content, repeated ones counted again (dag-pb `Tsize`).
    pub fn total_len(&self) -> u64 {
        self.total_len
    }

    /// Leaves of the content; even an empty one has one.
    pub fn leaves(&self) -> u64 {
        self.content_len.div_ceil(self.leaf_len()).max(1)
    }

    /// Which leaf holds the content's byte `offset`, and at which place in the leaf.
    pub fn leaf_at(&self, offset: u64) -> (u64, u64) {
        (offset / self.leaf_len(), offset % self.leaf_len())
    }

    /// Bytes of the `leaf`-th leaf.
    pub fn len_of_leaf(&self, leaf: u64) -> u64 {
        self.leaf_len().min(self.content_len.saturating_sub(leaf * self.leaf_len()))
    }

    /// Where in the file the section of the `leaf`-th leaf begins.
    pub fn section_of_leaf(&self, leaf: u64) -> u64 {
        let mut offset = HEADER_LEN as u64;
        let mut nodes = leaf;
        for section in &self.full_sections {
            offset += nodes * section;
            nodes /= self.params.fan_out() as u64;
        }
        offset
    }

    /// Where in the file the bytes of the `leaf`-th leaf are.
    pub fn bytes_of_leaf(&self, leaf: u64) -> Range<u64> {
        let len = self.len_of_leaf(leaf);
        let start = self.section_of_leaf(leaf) + prefix_len(len);
        start..start + len
    }

    /// Where in the file the content's last block ends and the members begin.
    pub fn content_end(&self) -> u64 {
        self.content_end
    }

    fn leaf_len(&self) -> u64 {
        self.params.leaf_len() as u64
    }
}

/// Why there is no layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// More than [`Layout::MAX_CONTENT_LEN`].
    #[error("a content has at most {max} bytes, not {0}", max = Layout::MAX_CONTENT_LEN)]
    TooLong(u64),
}
