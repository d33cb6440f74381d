//! What a staging file contains.

use bytes::Bytes;
use tokio::task::spawn_blocking;

use crate::block::Block;
use crate::car::{header, prefix};
use crate::conformance::{edge_sizes, pattern};
use crate::dag::{DagParams, Directory, DirectoryError, Entry, blocks_of, cid_of};
use crate::revision::{CONTENT, MAX_MEMBER_LEN, RevisionError};
use crate::staging::StagingError;
use crate::testing::{Bench, all_params, name, params};

/// The CAR of an object, made from blocks in memory.
fn car_of(params: DagParams, content: &Bytes, members: &[(&str, Bytes)]) -> Vec<u8> {
    let mut blocks = blocks_of(params, content);
    let total_len = blocks.iter().map(|block| block.data().len() as u64).sum();
    let cid = blocks.last().unwrap().cid();
    let mut entries = vec![Entry { name: CONTENT.to_owned(), cid, total_len }];
    for (name, data) in members {
        let block = Block::raw(data.clone());
        let total_len = data.len() as u64;
        entries.push(Entry { name: (*name).to_owned(), cid: block.cid(), total_len });
        blocks.push(block);
    }
    blocks.push(Directory::new(entries).unwrap().to_block());
    let mut car = header(&blocks.last().unwrap().cid()).to_vec();
    for block in blocks {
        car.extend_from_slice(&prefix(&block.cid(), block.data().len() as u64));
        car.extend_from_slice(block.data());
    }
    car
}

#[tokio::test]
async fn the_file_is_the_car_of_its_blocks_whatever_the_pieces() {
    let members = [("a", Bytes::from_static(b"one")), ("object.jwt", Bytes::from_static(b"two"))];
    for params in all_params() {
        let bench = Bench::new(params).await;
        for len in edge_sizes(params, 200_000) {
            let content = pattern(len, len);
            let expected = car_of(params, &content, &members);
            for piece_len in [7, 100, 65_536, 1_000_000] {
                if len / piece_len as u64 > 2000 {
                    continue;
                }
                let mut writer = bench.staging.begin(name("object")).await.unwrap();
                for piece in content.chunks(piece_len) {
                    writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
                }
                assert_eq!(writer.content_len(), len);
                let mut here = bench.staging.begin(name("here")).await.unwrap();
                for (n, piece) in content.chunks(piece_len).enumerate() {
                    let piece = Bytes::copy_from_slice(piece);
                    // Whichever way, one after the other.
                    if n % 3 == 0 {
                        here.write(piece).await.unwrap();
                    } else {
                        let written = spawn_blocking(move || {
                            here.write_blocking(piece).unwrap();
                            here
                        });
                        here = written.await.unwrap();
                    }
                }
                let staged = here.finish().await.unwrap();
                assert_eq!((staged.cid(), staged.content_len()), (cid_of(params, &content), len));
                let staged = writer.finish().await.unwrap();
                assert_eq!((staged.cid(), staged.content_len()), (cid_of(params, &content), len));
                let car = staged.complete(&members).await.unwrap();
                let file = std::fs::read(car.path()).unwrap();
                assert!(file == expected, "{len} bytes in pieces of {piece_len}, {params:?}");
                assert_eq!(car.file_len(), expected.len() as u64);
            }
        }
    }
}

#[tokio::test]
async fn a_content_of_real_leaves_is_the_car_of_its_blocks() {
    let params = DagParams::UNIXFS_V1_2025;
    let bench = Bench::new(params).await;
    let content = pattern(1, 2 * 1024 * 1024 + 100);
    let mut writer = bench.staging.begin(name("object")).await.unwrap();
    for piece in content.chunks(100_000) {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    let car = writer.finish().await.unwrap().complete(&[]).await.unwrap();
    assert!(std::fs::read(car.path()).unwrap() == car_of(params, &content, &[]));
    assert_eq!(car.block_count(), 5);
}

#[tokio::test]
async fn the_order_in_which_members_are_given_does_not_matter() {
    let bench = Bench::new(params(16, 2)).await;
    let members = [("b", pattern(1, 10)), ("a", pattern(2, 10))];
    let mut roots = Vec::new();
    for members in [[&members[0], &members[1]], [&members[1], &members[0]]] {
        let writer = bench.staging.begin(name("object")).await.unwrap();
        let staged = writer.finish().await.unwrap();
        let car = staged.complete(&members.map(Clone::clone)).await.unwrap();
        roots.push((car.root(), std::fs::read(car.path()).unwrap()));
    }
    assert_eq!(roots[0], roots[1]);
}

#[tokio::test]
async fn members_that_make_no_directory_are_refused() {
    let bench = Bench::new(params(16, 2)).await;
    let stage = async |members: &[(&str, Bytes)]| {
        let writer = bench.staging.begin(name("object")).await.unwrap();
        writer.finish().await.unwrap().complete(members).await.err().unwrap()
    };
    let small = Bytes::from_static(b"small");
    for twice in [&[(CONTENT, small.clone())][..], &[("a", small.clone()), ("a", small.clone())]] {
        let refused = stage(twice).await;
        let repeated = matches!(
            refused,
            StagingError::Members(RevisionError::Members(DirectoryError::Repeated(_)))
        );
        assert!(repeated, "{refused:?}");
    }
    let refused = stage(&[("a/b", small)]).await;
    assert!(
        matches!(refused, StagingError::Members(RevisionError::Members(DirectoryError::Name(_)))),
        "{refused:?}"
    );
    let refused = stage(&[("a", Bytes::from(vec![0; MAX_MEMBER_LEN + 1]))]).await;
    assert!(
        matches!(refused, StagingError::Members(RevisionError::MemberTooLong { .. })),
        "{refused:?}"
    );
}
