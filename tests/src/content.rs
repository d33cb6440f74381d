//! Contents that cost nothing to make and are different everywhere, and the sizes at which formats
//! go wrong.

use bytes::Bytes;

/// The first `len` bytes of an endless content: byte `i` depends on `i` alone, no block of it
/// repeats another, and `seed` chooses which content it is.
#[must_use]
pub fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len.next_multiple_of(8));
    for word in 0..len.div_ceil(8) as u64 {
        out.extend_from_slice(&mixed(seed, word).to_le_bytes());
    }
    out.truncate(len);
    out
}

/// The same content in pieces of at most `piece` bytes, which is a multiple of eight.
pub fn pieces(seed: u64, len: u64, piece: usize) -> impl Iterator<Item = Bytes> {
    assert!(piece.is_multiple_of(8) && piece > 0, "a piece is whole words");
    (0..len).step_by(piece).map(move |start| {
        let take = (len - start).min(piece as u64);
        let mut out = Vec::with_capacity(piece);
        for word in start / 8..(start + take).div_ceil(8) {
            out.extend_from_slice(&mixed(seed, word).to_le_bytes());
        }
        out.truncate(usize::try_from(take).expect("a piece fits into memory"));
        Bytes::from(out)
    })
}

/// One less, exactly, and one more than each of `edges`, without what would be below zero.
#[must_use]
pub fn around(edges: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut sizes: Vec<u64> = edges
        .into_iter()
        .flat_map(|edge| [edge.checked_sub(1), Some(edge), Some(edge + 1)])
        .flatten()
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// SplitMix64: one multiplication short of nothing, and good enough that no two blocks are alike.
pub(crate) fn mixed(seed: u64, word: u64) -> u64 {
    let mut z = seed.wrapping_add(word.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::{around, bytes, pieces};

    #[test]
    fn pieces_add_up_to_the_whole() {
        for len in around([0, 8, 64, 1000]) {
            let whole: Vec<u8> = pieces(7, len, 64).flatten().collect();
            assert_eq!(whole, bytes(7, len as usize), "{len}");
        }
    }

    #[test]
    fn a_longer_content_begins_like_a_shorter_one() {
        assert_eq!(bytes(1, 1000)[..77], bytes(1, 77));
        assert_ne!(bytes(1, 77), bytes(2, 77));
    }
}
