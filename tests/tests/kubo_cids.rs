//! Kubo agrees: `ipfs add` over a content gives the CID that we computed while it passed, and
//! `ipfs dag import` of an object's file gives the root that we pinned.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cid::Cid;
use cidlock_crypto::chunked::{CHUNK_LEN, DataKey, Layout};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::ObjectRef;
use cidlock_tests::content;
use cidlock_tests::kubo::Repo;
use cidlock_tests::shelf::{self, Shelf};
use futures::{StreamExt as _, stream};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// How much a piece of a content has: what a request body brings at a time.
const PIECE: usize = 256 * 1024;

/// Plaintexts around the edge of every chunk of the first leaf and of some beyond it, and those
/// whose ciphertext ends around the edge of a leaf.
#[tokio::test]
async fn sealed_contents_around_every_chunk_and_leaf_edge_agree() {
    let chunk = CHUNK_LEN as u64;
    let chunk_edges = (0..=66).chain([127, 128, 191, 192]).map(|chunks| chunks * chunk);
    let ciphertexts = content::around([MIB, 2 * MIB, 3 * MIB, 4 * MIB]).into_iter();
    let leaf_edges =
        ciphertexts.map(|len| Layout::from_ciphertext_len(len).unwrap().plaintext_len());
    let sizes = content::around(chunk_edges).into_iter().chain(leaf_edges);
    let contents = sizes.map(|len| {
        let key = DataKey::generate().unwrap();
        shelf::sealed(&key, content::pieces(len, len, PIECE))
    });
    agree(DagParams::UNIXFS_V1_2025, &[], contents).await;
}

/// Contents whose leaves fill one node, and one leaf less and more, are those of 1 GiB: the same
/// leaf over and over, so that Kubo need not store it a thousand times.
#[tokio::test]
async fn contents_of_one_gibibyte_agree() {
    let leaf = Bytes::from(content::bytes(1, PIECE));
    for len in [GIB - 1, GIB, GIB + 1] {
        let content = || {
            let whole = len / PIECE as u64;
            let rest = leaf.slice(..(len % PIECE as u64) as usize);
            (0..whole).map(|_| leaf.clone()).chain([rest])
        };
        one_agrees(content).await;
    }
}

#[tokio::test]
async fn sealed_files_of_one_gibibyte_agree() {
    for len in [GIB - 1, GIB, GIB + 1] {
        // Sealed once: under the same key again the salt would be another.
        let directory = tempfile::tempdir().unwrap();
        let ciphertext = directory.path().join("ciphertext");
        let key = DataKey::generate().unwrap();
        let mut file = std::fs::File::create(&ciphertext).unwrap();
        for piece in shelf::sealed(&key, content::pieces(len, len, PIECE)) {
            file.write_all(&piece).unwrap();
        }
        drop(file);
        one_agrees(|| read_pieces(&ciphertext)).await;
    }
}

#[tokio::test]
async fn deep_trees_of_two_links_agree() {
    deep_trees_agree(37, 2, 9).await;
}

#[tokio::test]
async fn deep_trees_of_three_links_agree() {
    deep_trees_agree(64, 3, 6).await;
}

#[tokio::test]
async fn deep_trees_of_seven_links_agree() {
    deep_trees_agree(256, 7, 3).await;
}

/// Trees of 1 to 200 leaves, and of about `fan_out^k` up to `k = depth`, each with a last leaf that
/// is full, lacks a byte, or has only one.
async fn deep_trees_agree(leaf_len: u32, fan_out: u32, depth: u32) {
    let edges = (1..=depth).map(|k| u64::from(fan_out).pow(k));
    let leaves = (1..=200).chain(content::around(edges));
    let ends = leaves.map(|leaves| leaves * u64::from(leaf_len));
    let mut sizes = content::around(ends);
    sizes.dedup();
    let (chunker, links) =
        (format!("--chunker=size-{leaf_len}"), format!("--max-file-links={fan_out}"));
    let options = [&chunker, &links, "--raw-leaves", "--cid-version=1"];
    let contents = sizes.into_iter().map(|len| content::pieces(len, len, 4096));
    let params = DagParams::new(leaf_len, fan_out).expect("numbers that fix a tree");
    agree(params, &options, contents).await;
}

/// Stages and keeps each content, and asks Kubo about all of them at once.
async fn agree<C: Iterator<Item = Bytes>>(
    params: DagParams,
    options: &[&str],
    contents: impl Iterator<Item = C>,
) {
    let shelf = Shelf::new(params).await;
    let directory = tempfile::tempdir().expect("a temporary directory");
    // Out of the objects' files, not out of memory; several at once, since each commit waits for
    // the disk.
    let kept: Vec<(String, PathBuf, ObjectRef)> = stream::iter(contents.enumerate())
        .map(async |(i, content)| {
            let name = format!("object-{i}");
            let object = keep(&shelf, &name, content).await;
            let file = directory.path().join(&name);
            let bytes = shelf.read(&object, 0..object.content_len).await;
            std::fs::write(&file, bytes).expect("a content can be written");
            (name, file, object)
        })
        .buffered(8)
        .collect()
        .await;
    let files: Vec<PathBuf> = kept.iter().map(|(_, file, _)| file.clone()).collect();
    let expected: BTreeMap<String, Cid> =
        kept.iter().map(|(name, _, object)| (name.clone(), object.content)).collect();
    let repo = Repo::packed();
    assert_eq!(repo.hash_files(options, &files), expected);
    let cars: Vec<PathBuf> = kept.iter().map(|(_, _, object)| shelf.path_of(object)).collect();
    let roots: BTreeSet<Cid> = kept.iter().map(|(_, _, object)| object.root()).collect();
    assert_eq!(repo.import(&cars), roots);
}

/// The same for one content too large to be held.
async fn one_agrees<C: Iterator<Item = Bytes>>(content: impl Fn() -> C) {
    let shelf = Shelf::new(DagParams::UNIXFS_V1_2025).await;
    let object = keep(&shelf, "object", content()).await;
    let repo = Repo::new();
    assert_eq!(repo.hash_stream(&[], content()), object.content, "{} bytes", object.content_len);
    assert_eq!(repo.import(&[shelf.path_of(&object)]), BTreeSet::from([object.root()]));
}

async fn keep(shelf: &Shelf, name: &str, content: impl Iterator<Item = Bytes>) -> ObjectRef {
    let staged = shelf.stage(name, content).await;
    shelf.keep(staged, &[("object.jwt", Bytes::from(format!("the statement of {name}")))]).await
}

fn read_pieces(path: &Path) -> impl Iterator<Item = Bytes> {
    let mut file = std::fs::File::open(path).expect("it was written before");
    std::iter::from_fn(move || {
        let mut piece = vec![0; PIECE];
        let len = file.read(&mut piece).expect("it was written before");
        piece.truncate(len);
        (len > 0).then(|| Bytes::from(piece))
    })
}
