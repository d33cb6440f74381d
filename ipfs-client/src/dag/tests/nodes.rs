//! What is, and what is not, a node.

use bytes::Bytes;

use super::counting;
use crate::block::{Block, BlockError, DAG_PB, MAX_BLOCK_LEN, cid_of, is_supported};
use crate::dag::{
    DagParams, DagParamsError, Directory, DirectoryError, Entry, FileNode, FileNodeError, blocks_of,
};

fn a_file() -> Block {
    blocks_of(DagParams::new(16, 3).unwrap(), &counting(40)).pop().unwrap()
}

fn an_entry(name: &str) -> Entry {
    let leaf = Block::raw(Bytes::from_static(b"leaf"));
    Entry { name: name.to_owned(), cid: leaf.cid(), total_len: 4 }
}

fn a_directory() -> Block {
    Directory::new(vec![an_entry("b"), an_entry("a")]).unwrap().to_block()
}

/// Every block that is `block` with one bit changed, under its own CID.
fn one_bit_away(block: &Block) -> impl Iterator<Item = Block> {
    (0..block.data().len() * 8).map(|bit| {
        let mut bytes = block.data().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Block::dag_pb(bytes.into())
    })
}

#[test]
fn a_file_node_reads_as_its_children() {
    let node = FileNode::from_block(&a_file()).unwrap();
    let lens: Vec<_> = node.children().iter().map(|c| (c.content_len, c.total_len)).collect();
    assert_eq!(lens, [(16, 16), (16, 16), (8, 8)]);
    assert_eq!(node.to_block().0, a_file());
}

#[test]
fn a_file_node_that_is_read_has_one_encoding() {
    for block in one_bit_away(&a_file()) {
        if let Ok(node) = FileNode::from_block(&block) {
            assert_eq!(node.to_block().0, block);
        }
    }
}

#[test]
fn a_cut_or_longer_node_is_refused() {
    for block in [a_file(), a_directory()] {
        let longer = [block.data().as_ref(), &[0]].concat();
        for len in (0..block.data().len()).chain([longer.len()]) {
            let other = Block::dag_pb(Bytes::copy_from_slice(&longer[..len]));
            assert!(FileNode::from_block(&other).is_err(), "{len} bytes as a file");
            assert!(Directory::from_block(&other).is_err(), "{len} bytes as a directory");
        }
    }
}

#[test]
fn a_directory_reads_as_its_entries_in_order() {
    let directory = Directory::from_block(&a_directory()).unwrap();
    assert_eq!(directory.entries(), [an_entry("a"), an_entry("b")]);
    assert_eq!(directory.entry("b"), Some(&an_entry("b")));
    assert_eq!(directory.entry("c"), None);
}

#[test]
fn a_directory_that_is_read_has_one_encoding() {
    for block in one_bit_away(&a_directory()) {
        if let Ok(directory) = Directory::from_block(&block) {
            assert_eq!(directory.to_block(), block);
        }
    }
}

#[test]
fn a_file_is_no_directory_and_a_directory_no_file() {
    assert_eq!(Directory::from_block(&a_file()), Err(DirectoryError::NotADirectory));
    assert_eq!(FileNode::from_block(&a_directory()), Err(FileNodeError::NotAFile));
    let leaf = Block::raw(counting(16));
    assert_eq!(Directory::from_block(&leaf), Err(DirectoryError::NotCanonical));
    assert_eq!(FileNode::from_block(&leaf), Err(FileNodeError::NotCanonical));
}

#[test]
fn directories_refuse_names_that_are_none() {
    let long = "n".repeat(Directory::MAX_NAME_LEN + 1);
    for name in ["", ".", "..", "a/b", "/", long.as_str()] {
        let refused = Directory::new(vec![an_entry(name)]);
        assert_eq!(refused, Err(DirectoryError::Name(name.to_owned())));
    }
    let twice = Directory::new(vec![an_entry("a"), an_entry("b"), an_entry("a")]);
    assert_eq!(twice, Err(DirectoryError::Repeated("a".to_owned())));
}

#[test]
fn the_largest_directory_stays_below_its_limit() {
    let entries = |count: usize| {
        let name = |i: usize| format!("{i:0width$}", width = Directory::MAX_NAME_LEN);
        (0..count).map(|i| Entry { total_len: u64::MAX, ..an_entry(&name(i)) }).collect()
    };
    let most = Directory::new(entries(Directory::MAX_ENTRIES)).unwrap().to_block();
    assert!(most.data().len() <= Directory::MAX_BLOCK_LEN);
    let more = Directory::new(entries(Directory::MAX_ENTRIES + 1));
    assert_eq!(more, Err(DirectoryError::TooManyEntries(Directory::MAX_ENTRIES + 1)));
}

#[test]
fn params_outside_their_limits_are_refused() {
    for leaf in [0, DagParams::MAX_LEAF_LEN + 1] {
        assert_eq!(DagParams::new(leaf, 2), Err(DagParamsError::LeafLen(leaf)));
    }
    for fan_out in [0, 1, DagParams::MAX_FAN_OUT + 1] {
        assert_eq!(DagParams::new(1, fan_out), Err(DagParamsError::FanOut(fan_out)));
    }
}

#[test]
fn the_widest_node_stays_below_the_limit_of_a_block() {
    let params = DagParams::new(1, DagParams::MAX_FAN_OUT).unwrap();
    let blocks = blocks_of(params, &counting(params.fan_out() * 2));
    // Numbers in real nodes may each be up to 9 bytes longer, and there are two for a link.
    let longest = blocks.iter().map(|block| block.data().len() + 2 * 9 * params.fan_out()).max();
    assert!(longest.unwrap() < MAX_BLOCK_LEN);
}

#[test]
fn a_block_under_another_name_is_refused() {
    let (leaf, other) = (Block::raw(counting(16)), Block::raw(counting(17)));
    let refused = Block::checked(leaf.cid(), other.data().clone());
    assert_eq!(refused, Err(BlockError::Mismatch(leaf.cid())));
    assert_eq!(Block::checked(leaf.cid(), leaf.data().clone()), Ok(leaf.clone()));

    let cid = cid_of(0x71, leaf.data());
    assert_eq!(Block::checked(cid, leaf.data().clone()), Err(BlockError::Unsupported(cid)));
    let v0 = cid::Cid::new_v0(*cid_of(DAG_PB, leaf.data()).hash()).unwrap();
    assert!(!is_supported(&v0), "CIDv0");
    let huge = Bytes::from(vec![0; MAX_BLOCK_LEN + 1]);
    let refused = Block::checked(leaf.cid(), huge);
    assert!(matches!(refused, Err(BlockError::TooLong { .. })), "{refused:?}");
}
