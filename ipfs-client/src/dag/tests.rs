//! The tree against Kubo, and nodes against everything that is not one.

mod kubo;
mod nodes;

use bytes::Bytes;

/// `len` bytes 0, 1, …, 250, 0, 1, …
fn counting(len: usize) -> Bytes {
    (0..len).map(|i| (i % 251) as u8).collect()
}
