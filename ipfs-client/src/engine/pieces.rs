//! A range of a content, leaf by leaf.

use std::ops::Range;

use crate::car::Layout;

/// What a range takes of one leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Which leaf.
    pub(super) leaf: u64,
    /// Which of its bytes; not none.
    pub(super) within: Range<usize>,
}

/// The pieces of a range, in order.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    pub(super) layout: Layout,
    /// What is left of it; it lies within the content.
    pub(super) range: Range<u64>,
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let wanted = self.range.end.saturating_sub(self.range.start);
        if wanted == 0 {
            return None;
        }
        let (leaf, skip) = self.layout.leaf_at(self.range.start);
        let len = wanted.min(self.layout.len_of_leaf(leaf) - skip);
        self.range.start += len;
        let end = skip + len;
        let within = |at: u64| usize::try_from(at).expect("a leaf is no longer than a block");
        Some(Piece { leaf, within: within(skip)..within(end) })
    }
}
