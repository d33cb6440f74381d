//! What the reader gives, and what it refuses.

use bytes::Bytes;
use cid::Cid;
use proptest::prelude::*;
use tokio_util::io::StreamReader;

use crate::block::{Block, BlockError, MAX_BLOCK_LEN};
use crate::car::{CarError, CarReader, MAX_HEADER_LEN, header, header_without_roots, prefix};
use crate::conformance::pattern;
use crate::testing::{Bench, params};

/// Reads a CAR to its end.
async fn read(car: &[u8]) -> Result<(Vec<Cid>, Vec<Block>), CarError> {
    let mut reader = CarReader::open(car).await?;
    let mut blocks = Vec::new();
    while let Some(block) = reader.next_block().await? {
        blocks.push(block);
    }
    assert_eq!(reader.position(), car.len() as u64);
    Ok((reader.roots().to_vec(), blocks))
}

/// A small object: three leaves, two levels of parents, two members, the directory.
async fn an_object() -> (Vec<u8>, Cid) {
    let bench = Bench::new(params(16, 2)).await;
    let car = bench.stage("object", &pattern(1, 40)).await;
    (std::fs::read(car.path()).unwrap(), car.root())
}

/// A header and one section of which `frame` is the varint and `rest` what follows.
fn section(frame: &[u8], rest: &[u8]) -> Vec<u8> {
    [&header(&leaf().cid())[..], frame, rest].concat()
}

fn leaf() -> Block {
    Block::raw(Bytes::from_static(b"a leaf"))
}

/// The section of [`leaf`] without its varint, which would be 42.
fn leaf_section() -> Vec<u8> {
    [leaf().cid().to_bytes(), leaf().data().to_vec()].concat()
}

/// A header with its length in front.
fn framed(body: &[u8]) -> Vec<u8> {
    let mut buffer = unsigned_varint::encode::usize_buffer();
    [unsigned_varint::encode::usize(body.len(), &mut buffer), body].concat()
}

#[tokio::test]
async fn an_object_reads_as_its_blocks_with_the_root_last() {
    let (car, root) = an_object().await;
    let (roots, blocks) = read(&car).await.unwrap();
    assert_eq!(roots, [root]);
    assert_eq!(blocks.len(), 9);
    assert_eq!(blocks.last().unwrap().cid(), root);
}

#[tokio::test]
async fn an_object_reads_the_same_byte_by_byte() {
    let (car, _) = an_object().await;
    let bytes = car.iter().map(|byte| Ok::<_, std::io::Error>(Bytes::copy_from_slice(&[*byte])));
    let mut reader =
        CarReader::open(StreamReader::new(futures::stream::iter(bytes))).await.unwrap();
    let mut blocks = Vec::new();
    while let Some(block) = reader.next_block().await.unwrap() {
        blocks.push(block);
    }
    assert_eq!(blocks, read(&car).await.unwrap().1);
}

#[tokio::test]
async fn a_car_cut_anywhere_is_truncated_or_ends_without_its_root() {
    let (car, root) = an_object().await;
    let mut between_sections = 0;
    for len in 0..car.len() {
        match read(&car[..len]).await {
            Err(CarError::Truncated) => {}
            Ok((_, blocks)) => {
                between_sections += 1;
                assert_ne!(blocks.last().map(Block::cid), Some(root), "cut at {len}");
            }
            Err(other) => panic!("cut at {len}: {other}"),
        }
    }
    assert_eq!(between_sections, 9, "once in front of each section");
}

#[tokio::test]
async fn no_bit_can_change_but_for_another_root() {
    let (car, root) = an_object().await;
    let mut other_root = 0;
    for bit in 0..car.len() * 8 {
        let mut flipped = car.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok((roots, _)) = read(&flipped).await {
            assert_ne!(roots, [root], "bit {bit}");
            other_root += 1;
        }
    }
    assert!(other_root >= 256, "every bit of the digest makes another root");
}

#[tokio::test]
async fn a_section_longer_than_a_block_is_refused_before_it_is_read() {
    let longest = (MAX_BLOCK_LEN + 36) as u64;
    for len in [longest + 1, u64::from(u32::MAX), u64::MAX] {
        let mut buffer = unsigned_varint::encode::u64_buffer();
        let frame = unsigned_varint::encode::u64(len, &mut buffer);
        let refused = read(&section(frame, &leaf_section())).await;
        assert!(matches!(refused, Err(CarError::SectionLen(l)) if l == len), "{refused:?}");
    }
    let block = Block::raw(vec![7; MAX_BLOCK_LEN].into());
    let frame = prefix(&block.cid(), MAX_BLOCK_LEN as u64);
    let car = [&header(&block.cid())[..], &frame, block.data()].concat();
    assert_eq!(read(&car).await.unwrap().1, [block]);
}

#[tokio::test]
async fn a_section_too_short_for_a_cid_is_refused() {
    for len in [0, 1, 35] {
        let refused = read(&section(&[len], &leaf_section())).await;
        assert!(matches!(refused, Err(CarError::SectionLen(l)) if l == u64::from(len)));
    }
}

#[tokio::test]
async fn lengths_that_are_no_minimal_varints_are_refused() {
    assert_eq!(read(&section(&[42], &leaf_section())).await.unwrap().1, [leaf()]);
    for frame in [&[0xaa, 0x00][..], &[0xaa, 0x80, 0x00], &[0xff; 10], &[0xff; 11], &[0x80; 20]] {
        let refused = read(&section(frame, &leaf_section())).await;
        assert!(matches!(refused, Err(CarError::Varint)), "{frame:?}: {refused:?}");
    }
    let header = [&[0xba, 0x00][..], &header(&leaf().cid())[1..]].concat();
    assert!(matches!(read(&header).await, Err(CarError::Varint)));
}

#[tokio::test]
async fn foreign_blocks_are_refused() {
    let other = [leaf().cid().to_bytes(), b"b leaf".to_vec()].concat();
    let refused = read(&section(&[42], &other)).await;
    assert!(matches!(refused, Err(CarError::Block(BlockError::Mismatch(_)))), "{refused:?}");

    for (at, value) in [(0, 0), (0, 2), (1, 0x71), (2, 0x13), (3, 31), (3, 33)] {
        let mut foreign = leaf_section();
        foreign[at] = value;
        let refused = read(&section(&[42], &foreign)).await;
        assert!(matches!(refused, Err(CarError::Cid)), "byte {at} = {value}: {refused:?}");
    }
}

#[tokio::test]
async fn headers_that_are_none_are_refused() {
    let without_version = b"\xa1\x65roots\x80";
    let with_more = b"\xa3\x65roots\x80\x67version\x01\x61x\x00";
    let misordered = b"\xa2\x67version\x01\x65roots\x80";
    let indefinite = b"\xbf\x65roots\x80\x67version\x01\xff";
    let wide_number = b"\xa2\x65roots\x80\x67version\x18\x01";
    let trailing = b"\xa2\x65roots\x80\x67version\x01\x00";
    let text_for_roots = b"\xa2\x65roots\x61x\x67version\x01";
    for body in [
        &[][..],
        &[0xff],
        without_version,
        with_more,
        misordered,
        indefinite,
        wide_number,
        trailing,
        text_for_roots,
    ] {
        let refused = read(&framed(body)).await;
        assert!(matches!(refused, Err(CarError::Header)), "{body:?}: {refused:?}");
    }
    let too_long = framed(&vec![0; MAX_HEADER_LEN + 1]);
    assert!(matches!(read(&too_long).await, Err(CarError::Header)));
}

#[tokio::test]
async fn other_versions_are_refused() {
    for version in [0, 2, 23] {
        let body = [&b"\xa2\x65roots\x80\x67version"[..], &[version]].concat();
        let refused = read(&framed(&body)).await;
        assert!(matches!(refused, Err(CarError::Version(v)) if v == u64::from(version)));
    }
    // A CARv2 begins with a pragma that is a CARv1 header of version 2 without roots.
    let refused = read(b"\x0a\xa1\x67version\x02").await;
    assert!(matches!(refused, Err(CarError::Header)), "{refused:?}");
}

#[tokio::test]
async fn one_root_is_one_root() {
    let root = leaf().cid();
    let none = header_without_roots();
    let reader = CarReader::open(&none[..]).await.unwrap();
    assert!(matches!(reader.root(), Err(CarError::Roots(0))));

    let one = header(&root);
    assert_eq!(CarReader::open(&one[..]).await.unwrap().root().unwrap(), root);

    let tagged = &one[9..one.len() - 9];
    let body = [b"\xa2\x65roots\x82", tagged, tagged, b"\x67version\x01"].concat();
    let two = framed(&body);
    let reader = CarReader::open(&two[..]).await.unwrap();
    assert_eq!(reader.roots(), [root, root]);
    assert!(matches!(reader.root(), Err(CarError::Roots(2))));
}

#[tokio::test]
async fn nothing_comes_after_an_error() {
    let bad = section(&[42], &[0; 42]);
    let car = [bad, framed(&leaf_section())].concat();
    let mut reader = CarReader::open(&car[..]).await.unwrap();
    assert!(matches!(reader.next_block().await, Err(CarError::Cid)));
    assert!(matches!(reader.next_block().await, Ok(None)));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let behind_a_header = [&header(&leaf().cid())[..], &bytes].concat();
        let _ = runtime.block_on(read(&bytes));
        let _ = runtime.block_on(read(&behind_a_header));
    }
}
