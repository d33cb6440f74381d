//! The arithmetic against the files that are written.

use proptest::prelude::*;
use tokio::fs::File;

use crate::block::RAW;
use crate::car::{CarReader, HEADER_LEN, Layout, LayoutError, header, header_without_roots};
use crate::conformance::{edge_sizes, pattern};
use crate::dag::{DagParams, Shape, blocks_of, cid_of};
use crate::testing::{Bench, all_params};

/// Reads the whole file of a content of `len` bytes and compares each place with the arithmetic.
async fn check(bench: &Bench, len: u64) {
    let content = pattern(len, len);
    let layout = Layout::new(bench.staging.params(), len).unwrap();
    let car = bench.stage("object", &content).await;
    let mut reader = CarReader::open(File::open(car.path()).await.unwrap()).await.unwrap();
    let (mut leaf, mut offset) = (0, 0);
    loop {
        let section_at = reader.position();
        let block = reader.next_block().await.unwrap().unwrap();
        if block.cid().codec() == RAW {
            let place = section_at..reader.position();
            assert_eq!(layout.section_of_leaf(leaf), place.start, "leaf {leaf} of {len}");
            assert_eq!(layout.bytes_of_leaf(leaf).end, place.end, "leaf {leaf} of {len}");
            assert_eq!(layout.len_of_leaf(leaf), block.data().len() as u64);
            assert!(content[offset..].starts_with(block.data()));
            if len > 0 {
                assert_eq!(layout.leaf_at(offset as u64), (leaf, 0));
            }
            offset += block.data().len();
            leaf += 1;
        }
        if block.cid() == car.content() {
            break;
        }
    }
    assert_eq!((offset as u64, leaf), (len, layout.leaves()));
    assert_eq!(layout.content_end(), reader.position(), "the content of {len} bytes ends");
}

#[tokio::test]
async fn the_layout_is_that_of_the_written_file() {
    for params in all_params() {
        let bench = Bench::new(params).await;
        for len in edge_sizes(params, 1024 * 1024) {
            check(&bench, len).await;
        }
    }
}

#[tokio::test]
async fn the_layout_is_that_of_every_small_file() {
    for params in all_params().into_iter().filter(|params| params.leaf_len() <= 16) {
        let bench = Bench::new(params).await;
        for leaves in 0..40 {
            check(&bench, leaves * params.leaf_len() as u64 + leaves % 2).await;
        }
    }
}

#[test]
fn a_content_has_a_limit_far_below_overflow() {
    for params in all_params().into_iter().chain([DagParams::default()]) {
        let most = Layout::new(params, Layout::MAX_CONTENT_LEN).unwrap();
        assert!(most.bytes_of_leaf(most.leaves() - 1).end <= most.content_end());
        assert!(most.content_end() < u64::MAX / 16);
        let more = Layout::MAX_CONTENT_LEN + 1;
        assert_eq!(Layout::new(params, more).err(), Some(LayoutError::TooLong(more)));
    }
}

#[test]
fn headers_have_the_lengths_that_are_promised() {
    let root = cid_of(DagParams::default(), &pattern(1, 10));
    assert_eq!(header(&root)[0] as usize, HEADER_LEN - 1);
    // {"roots": [], "version": 1}
    assert_eq!(header_without_roots(), &b"\x11\xa2\x65roots\x80\x67version\x01"[..]);
}

proptest! {
    #[test]
    fn shapes_have_the_lengths_of_nodes(leaf in 1u32..300, fan_out in 2u32..9, len in 0u64..4000) {
        let params = DagParams::new(leaf, fan_out).unwrap();
        let blocks = blocks_of(params, &pattern(len, len));
        let section = |len: usize| crate::car::section_len(len as u64);
        let sum: u64 = blocks.iter().map(|block| section(block.data().len())).sum();
        let layout = Layout::new(params, len).unwrap();
        prop_assert_eq!(layout.content_end(), HEADER_LEN as u64 + sum);
    }

    #[test]
    fn totals_of_shapes_are_sums(leaf in 1u64..1_048_577, count in 1u64..1024, last in 1u64..1_048_577) {
        let (full, last) = (Shape::leaf(leaf), Shape::leaf(last));
        let parent = Shape::parent(count, full, last);
        prop_assert_eq!(parent.content_len, count * leaf + last.content_len);
        prop_assert_eq!(parent.total_len, parent.content_len + parent.block_len);
    }
}
