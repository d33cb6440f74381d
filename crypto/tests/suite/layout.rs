use cidlock_crypto::chunked::{CHUNK_LEN, HEADER_LEN, Layout, LayoutError, MAX_PLAINTEXT_LEN};
use proptest::prelude::*;

use crate::support::{INTERESTING_LENS, plaintext, seal};

#[test]
fn lengths_at_every_edge_are_as_the_format_says() {
    for (plaintext_len, ciphertext_len) in [
        (0, 72),
        (1, 73),
        (16_383, 16_455),
        (16_384, 16_472),
        (16_385, 16_473),
        (32_767, 32_855),
        (32_768, 32_872),
        (32_769, 32_873),
        (1 << 30, 56 + (1 << 30) + 16 * 65_537),
        (MAX_PLAINTEXT_LEN, 56 + ((1 << 38) - 1) * 16_400 + 16_399),
    ] {
        let layout = Layout::from_plaintext_len(plaintext_len).unwrap();
        assert_eq!(layout.ciphertext_len(), ciphertext_len, "{plaintext_len}");
        assert_eq!(Layout::from_ciphertext_len(ciphertext_len), Ok(layout), "{plaintext_len}");
    }
}

#[test]
fn a_length_that_no_message_has_is_a_cut_one() {
    let full_chunks = [0, 1, 2, 3, 65_536, (1 << 38) - 1];
    for end_of_chunk in full_chunks.map(|count: u64| 56 + count * 16_400) {
        for cut_tag in 0..16 {
            let len = end_of_chunk + cut_tag;
            assert_eq!(Layout::from_ciphertext_len(len), Err(LayoutError::Truncated), "{len}");
        }
        let empty_last_chunk = Layout::from_ciphertext_len(end_of_chunk + 16).unwrap();
        assert_eq!(empty_last_chunk.plaintext_len() % 16_384, 0);
    }
    for len in 0..56 {
        assert_eq!(Layout::from_ciphertext_len(len), Err(LayoutError::Truncated), "{len}");
    }
}

#[test]
fn beyond_the_longest_message_is_too_long_up_to_the_largest_number() {
    let longest = Layout::from_plaintext_len(MAX_PLAINTEXT_LEN).unwrap().ciphertext_len();
    // The chunk after the last possible one begins where that would be full.
    assert_eq!(Layout::from_ciphertext_len(longest + 1), Err(LayoutError::Truncated));
    assert_eq!(Layout::from_ciphertext_len(longest + 17), Err(LayoutError::TooLong));
    for len in [MAX_PLAINTEXT_LEN + 1, 1 << 53, u64::MAX - 1, u64::MAX] {
        assert_eq!(Layout::from_plaintext_len(len), Err(LayoutError::TooLong), "{len}");
    }
    for len in u64::MAX - 16_400..=u64::MAX {
        assert!(Layout::from_ciphertext_len(len).is_err(), "{len}");
    }
}

#[test]
fn what_is_sealed_has_the_length_of_its_layout() {
    for len in INTERESTING_LENS {
        let message = seal(&plaintext(len));
        let layout = Layout::from_plaintext_len(len as u64).unwrap();
        assert_eq!(message.ciphertext.len() as u64, layout.ciphertext_len(), "{len}");
        assert_eq!(message.sealed.ciphertext_len(), layout.ciphertext_len(), "{len}");
        assert_eq!(message.sealed.plaintext_len(), len as u64);
    }
}

#[test]
fn the_span_of_a_range_is_whole_chunks() {
    let sealed_chunk = |number: u64| 56 + number * 16_400;
    let chunk = CHUNK_LEN as u64;
    let message = seal(&plaintext(3 * CHUNK_LEN + 10));
    let (last, end) = (sealed_chunk(3), message.ciphertext.len() as u64);
    let empty_end = seal(&plaintext(2 * CHUNK_LEN));
    for (message, plaintext, span) in [
        (&message, 0..1, HEADER_LEN as u64..sealed_chunk(1)),
        (&message, 0..chunk, sealed_chunk(0)..sealed_chunk(1)),
        (&message, 0..chunk + 1, sealed_chunk(0)..sealed_chunk(2)),
        (&message, chunk - 1..chunk + 1, sealed_chunk(0)..sealed_chunk(2)),
        (&message, chunk..2 * chunk, sealed_chunk(1)..sealed_chunk(2)),
        (&message, 3 * chunk..3 * chunk + 1, last..end),
        (&message, 0..3 * chunk + 10, sealed_chunk(0)..end),
        // Nothing at all still checks a chunk: at the start, in the middle, at the end.
        (&message, 0..0, sealed_chunk(0)..sealed_chunk(1)),
        (&message, chunk..chunk, sealed_chunk(1)..sealed_chunk(2)),
        (&message, 3 * chunk + 10..3 * chunk + 10, last..end),
        // What ends with the plaintext ends with the chunk that proves its end.
        (&empty_end, chunk..2 * chunk, sealed_chunk(1)..sealed_chunk(2) + 16),
        (&empty_end, chunk..2 * chunk - 1, sealed_chunk(1)..sealed_chunk(2)),
        (&empty_end, 2 * chunk..2 * chunk, sealed_chunk(2)..sealed_chunk(2) + 16),
    ] {
        let range = message.opener().range(plaintext.clone()).unwrap();
        assert_eq!(range.ciphertext(), span, "{plaintext:?}");
    }
}

proptest! {
    #[test]
    fn a_layout_survives_the_way_there_and_back(len in 0..=MAX_PLAINTEXT_LEN) {
        let layout = Layout::from_plaintext_len(len).unwrap();
        prop_assert_eq!(Layout::from_ciphertext_len(layout.ciphertext_len()), Ok(layout));
    }

    #[test]
    fn a_valid_ciphertext_length_is_the_length_of_its_layout(len in any::<u64>()) {
        for len in [len, len >> 11, len >> 40, len >> 48] {
            if let Ok(layout) = Layout::from_ciphertext_len(len) {
                prop_assert_eq!(layout.ciphertext_len(), len);
            }
        }
    }
}
