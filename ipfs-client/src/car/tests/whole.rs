//! Only the whole object, in its order, is the whole object.

use bytes::Bytes;

use crate::block::Block;
use crate::car::{Whole, WholeError, header, prefix};
use crate::conformance::{edge_sizes, pattern};
use crate::dag::{DagParams, blocks_of};
use crate::revision::Revision;
use crate::testing::{all_params, params};

fn object(params: DagParams, len: u64) -> (Whole, Vec<Block>) {
    let mut blocks = blocks_of(params, &pattern(len, len));
    let content = blocks.last().unwrap().cid();
    let total_len = blocks.iter().map(|block| block.data().len() as u64).sum();
    let members = [("b", Bytes::from_static(b"one")), ("object.jwt", Bytes::from_static(b"two"))];
    let revision = Revision::new(content, total_len, &members).unwrap();
    blocks.extend_from_slice(revision.blocks());
    (Whole { params, content, content_len: len }, blocks)
}

fn car(blocks: &[Block]) -> Vec<u8> {
    let root = blocks.last().unwrap().cid();
    let mut car = header(&root).to_vec();
    for block in blocks {
        car.extend_from_slice(&prefix(&block.cid(), block.data().len() as u64));
        car.extend_from_slice(block.data());
    }
    car
}

#[tokio::test]
async fn an_object_of_every_edge_size_is_whole() {
    for params in all_params() {
        for len in edge_sizes(params, 20_000) {
            let (whole, blocks) = object(params, len);
            let bytes = car(&blocks);
            let checked = whole.check(&bytes[..]).await.unwrap();
            assert_eq!((checked.blocks, checked.len), (blocks.len() as u64, bytes.len() as u64));
            assert_eq!(checked.root, blocks.last().unwrap().cid());
            let names: Vec<_> = checked.members.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["b", "object.jwt"]);
        }
    }
}

#[tokio::test]
async fn a_cut_anywhere_is_noticed() {
    let (whole, blocks) = object(params(16, 2), 75);
    let bytes = car(&blocks);
    for len in 0..bytes.len() {
        let checked = whole.check(&bytes[..len]).await;
        assert!(matches!(checked, Err(WholeError::Car(_) | WholeError::Missing)), "{len}");
    }
}

#[tokio::test]
async fn blocks_left_out_repeated_or_swapped_are_noticed() {
    let (whole, blocks) = object(params(16, 2), 75);
    let root = |blocks: &[Block]| blocks.last().unwrap().cid();
    for i in 0..blocks.len() - 1 {
        let mut without = blocks.clone();
        without.remove(i);
        let mut twice = blocks.clone();
        twice.insert(i, blocks[i].clone());
        let mut swapped = blocks.clone();
        swapped.swap(i, i + 1);
        for (what, changed) in [("without", without), ("twice", twice), ("swapped", swapped)] {
            let mut bytes = header(&root(&blocks)).to_vec();
            bytes.extend_from_slice(&car(&changed)[header(&root(&changed)).len()..]);
            let checked = whole.check(&bytes[..]).await;
            assert!(checked.is_err(), "{what} block {i}: {checked:?}");
        }
    }
    let behind = [car(&blocks), car(&blocks)[header(&root(&blocks)).len()..].to_vec()].concat();
    assert!(matches!(whole.check(&behind[..]).await, Err(WholeError::Unexpected { .. })));
}

#[tokio::test]
async fn every_changed_bit_is_noticed() {
    let (whole, blocks) = object(params(16, 2), 40);
    let bytes = car(&blocks);
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(whole.check(&changed[..]).await.is_err(), "bit {bit}");
    }
}

#[tokio::test]
async fn another_object_is_not_this_one() {
    let (whole, _) = object(params(16, 2), 75);
    for (len, fan_out) in [(76, 2), (75, 3), (0, 2)] {
        let (_, others) = object(params(16, fan_out), len);
        assert!(whole.check(&car(&others)[..]).await.is_err(), "{len} {fan_out}");
    }
    let mut longer = whole;
    longer.content_len = u64::MAX;
    let (_, blocks) = object(params(16, 2), 75);
    assert!(matches!(longer.check(&car(&blocks)[..]).await, Err(WholeError::Layout(_))));
}

#[tokio::test]
async fn a_directory_that_lies_is_noticed() {
    let params = params(16, 2);
    let (whole, blocks) = object(params, 75);
    let content_blocks = &blocks[..blocks.len() - 3];
    let members = [("a", Bytes::from_static(b"one"))];
    let other = blocks_of(params, &pattern(9, 75)).last().unwrap().cid();
    let total_len: u64 = content_blocks.iter().map(|block| block.data().len() as u64).sum();
    for (content, total_len) in [(other, total_len), (whole.content, total_len + 1)] {
        let revision = Revision::new(content, total_len, &members).unwrap();
        let blocks = [content_blocks, revision.blocks()].concat();
        let checked = whole.check(&car(&blocks)[..]).await;
        assert!(matches!(checked, Err(WholeError::OtherContent { .. })), "{checked:?}");
    }
    let revision = Revision::new(whole.content, total_len, &members).unwrap();
    let directory = revision.blocks().last().unwrap().clone();
    let foreign = Block::raw(Bytes::from_static(b"foreign"));
    for between in [vec![], vec![foreign.clone()], vec![revision.blocks()[0].clone(), foreign]] {
        let blocks = [content_blocks, &between, std::slice::from_ref(&directory)].concat();
        let checked = whole.check(&car(&blocks)[..]).await;
        assert!(matches!(checked, Err(WholeError::Members)), "{checked:?}");
    }
}
