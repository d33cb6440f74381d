use std::ops::Range;
use std::sync::LazyLock;

use cidlock_crypto::chunked::{CHUNK_LEN, DataKey, Layout, OpenError, Opener};
use proptest::prelude::*;

use crate::support::{INTERESTING_LENS, Message, plaintext, seal};

/// Feeds a range its span in frames that end at these offsets, and more if there is more.
fn open_in_frames(message: &Message, range: Range<u64>, frame_len: usize) -> Vec<u8> {
    let mut range = message.opener().range(range).unwrap();
    let span = range.ciphertext();
    let mut out = Vec::new();
    for frame in message.ciphertext[span.start as usize..span.end as usize].chunks(frame_len) {
        range.open(frame, &mut out).unwrap();
    }
    range.finish().unwrap();
    out
}

#[test]
fn every_range_between_edges_opens_to_the_slice() {
    for len in INTERESTING_LENS {
        let plaintext = plaintext(len);
        let message = seal(&plaintext);
        let edges = INTERESTING_LENS.into_iter().filter(|edge| *edge <= len);
        for start in edges.clone() {
            for end in edges.clone().filter(|end| start <= *end) {
                let out = open_in_frames(&message, start as u64..end as u64, 16_400);
                assert!(out == plaintext[start..end], "{start}..{end} of {len}");
            }
        }
    }
}

static MESSAGE: LazyLock<(Vec<u8>, Message)> = LazyLock::new(|| {
    let plaintext = plaintext(5 * CHUNK_LEN + 1234);
    let message = seal(&plaintext);
    (plaintext, message)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_range_in_frames_of_any_length_opens_to_the_slice(
        ends in (0..=5 * CHUNK_LEN + 1234, 0..=5 * CHUNK_LEN + 1234),
        frame_lens in prop::collection::vec(1..40_000usize, 1..6),
    ) {
        let (plaintext, message) = &*MESSAGE;
        let (start, end) = (ends.0.min(ends.1), ends.0.max(ends.1));
        let mut range = message.opener().range(start as u64..end as u64).unwrap();
        let span = range.ciphertext();
        let mut left = &message.ciphertext[span.start as usize..span.end as usize];
        let mut out = b"kept".to_vec();
        for len in frame_lens.iter().cycle() {
            let (frame, rest) = left.split_at((*len).min(left.len()));
            range.open(frame, &mut out).unwrap();
            left = rest;
            if left.is_empty() {
                break;
            }
        }
        range.finish().unwrap();
        prop_assert_eq!(&out[..4], b"kept");
        prop_assert!(out[4..] == plaintext[start..end]);
    }
}

#[test]
fn single_bytes_at_a_time_open_like_everything_at_once() {
    let plaintext = plaintext(CHUNK_LEN + 3);
    let message = seal(&plaintext);
    assert!(open_in_frames(&message, 0..plaintext.len() as u64, 1) == plaintext);
}

#[test]
fn a_range_beyond_the_plaintext_or_reversed_is_refused() {
    let message = seal(&plaintext(10));
    let opener = message.opener();
    for range in
        [0..11, 11..11, 10..11, 0..u64::MAX, u64::MAX..u64::MAX, Range { start: 5, end: 4 }]
    {
        assert_eq!(opener.range(range.clone()).err(), Some(OpenError::Range), "{range:?}");
    }
    let nothing = seal(&[]);
    assert_eq!(nothing.opener().range(0..1).err(), Some(OpenError::Range));
    assert!(open_in_frames(&nothing, 0..0, 100).is_empty());
}

#[test]
fn another_data_key_does_not_open_the_header() {
    let message = seal(&plaintext(10));
    let header = message.ciphertext.first_chunk().unwrap();
    let opened = Opener::new(&DataKey::generate().unwrap(), header, message.layout());
    assert_eq!(opened.err(), Some(OpenError::Commitment));
}

#[test]
fn too_little_ciphertext_is_noticed_at_the_end() {
    let message = seal(&plaintext(2 * CHUNK_LEN));
    for missing in [1, 15, 16, 17, 16_400, 32_815, 32_816] {
        let mut range = message.opener().range(0..2 * CHUNK_LEN as u64).unwrap();
        let given = &message.ciphertext[56..message.ciphertext.len() - missing];
        range.open(given, &mut Vec::new()).unwrap();
        assert_eq!(range.finish(), Err(OpenError::Truncated), "{missing} missing");
    }
}

#[test]
fn too_much_ciphertext_is_refused_and_adds_nothing() {
    let message = seal(&plaintext(CHUNK_LEN + 5));
    let mut range = message.opener().range(0..10).unwrap();
    let mut out = Vec::new();
    let span = range.ciphertext();
    range.open(&message.ciphertext[56..span.end as usize], &mut out).unwrap();
    let more = &message.ciphertext[span.end as usize..];
    assert_eq!(range.open(more, &mut out), Err(OpenError::TooLong));
    assert_eq!(out.len(), 10);
    assert_eq!(range.finish(), Err(OpenError::Failed));
}

#[test]
fn an_opener_that_failed_stays_failed() {
    let message = seal(&plaintext(2 * CHUNK_LEN));
    let mut range = message.opener().range(0..2 * CHUNK_LEN as u64).unwrap();
    let mut out = Vec::new();
    let mut broken = message.ciphertext[56..].to_vec();
    broken[16_400] ^= 1;
    assert_eq!(range.open(&broken, &mut out), Err(OpenError::Chunk { chunk: 1 }));
    assert!(out == plaintext(2 * CHUNK_LEN)[..CHUNK_LEN], "the chunk before the broken one");
    assert_eq!(range.open(&message.ciphertext[56 + 16_400..], &mut out), Err(OpenError::Failed));
    assert_eq!(out.len(), CHUNK_LEN);
    assert_eq!(range.finish(), Err(OpenError::Failed));
}

#[test]
fn a_length_that_is_a_lie_does_not_pass_at_the_end() {
    let message = seal(&plaintext(2 * CHUNK_LEN));
    for claimed in [0, 5, CHUNK_LEN, CHUNK_LEN + 5, 2 * CHUNK_LEN - 1, 2 * CHUNK_LEN + 1] {
        let layout = Layout::from_plaintext_len(claimed as u64).unwrap();
        let opener = Opener::new(&message.key, message.ciphertext.first_chunk().unwrap(), layout);
        let mut range = opener.unwrap().range(0..claimed as u64).unwrap();
        let span = range.ciphertext();
        let end = (span.end as usize).min(message.ciphertext.len());
        let opened = range.open(&message.ciphertext[56..end], &mut Vec::new());
        assert!(opened.and_then(|()| range.finish()).is_err(), "{claimed}");
    }
}
