//! What can be done to an object's file: each edit with a name, and what the file or the ciphertext
//! is afterwards.

use std::ops::Range;

use cidlock_crypto::chunked::{DataKey, HEADER_LEN, SEALED_CHUNK_LEN};
use cidlock_ipfs_client::car;
use cidlock_tests::shelf;

use crate::subject::Subject;

/// One edit.
pub(crate) struct Edit {
    pub(crate) what: String,
    /// The file, or the ciphertext, afterwards.
    pub(crate) bytes: Vec<u8>,
}

impl Edit {
    fn new(what: String, bytes: Vec<u8>) -> Self {
        Self { what, bytes }
    }
}

/// Lengths around the end of each section, leaf and chunk.
pub(crate) fn cuts(subject: &Subject) -> Vec<usize> {
    let len = subject.original().len();
    let ends = sections(subject.original()).into_iter().map(|section| section.end);
    let mut edges: Vec<usize> = ends.chain([0, 1, car::HEADER_LEN]).collect();
    for leaf in subject.leaves() {
        edges.extend([leaf.start, leaf.end]);
    }
    let mut cuts: Vec<usize> =
        edges.into_iter().flat_map(|e| e.saturating_sub(1)..=e + 1).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.retain(|&cut| cut < len);
    cuts
}

/// Whole blocks, as a node that keeps them would move them.
pub(crate) fn of_sections(subject: &Subject) -> Vec<Edit> {
    let original = subject.original();
    let sections = sections(original);
    let assemble = |order: &[&Range<usize>]| {
        let header = std::iter::once(&original[..car::HEADER_LEN]);
        let bodies = order.iter().map(|section| &original[(*section).clone()]);
        header.chain(bodies).collect::<Vec<_>>().concat()
    };
    let all: Vec<&Range<usize>> = sections.iter().collect();
    let mut edits = Vec::new();
    for i in 0..all.len() {
        let mut dropped = all.clone();
        dropped.remove(i);
        edits.push(Edit::new(format!("section {i} dropped"), assemble(&dropped)));
        let mut repeated = all.clone();
        repeated.insert(i, all[i]);
        edits.push(Edit::new(format!("section {i} repeated"), assemble(&repeated)));
        let mut again = all.clone();
        again.push(all[i]);
        edits.push(Edit::new(format!("section {i} repeated at the end"), assemble(&again)));
        for j in 0..i {
            let mut swapped = all.clone();
            swapped.swap(i, j);
            edits.push(Edit::new(format!("sections {j} and {i} swapped"), assemble(&swapped)));
            let mut replaced = all.clone();
            replaced[i] = all[j];
            edits.push(Edit::new(format!("section {i} replaced by {j}"), assemble(&replaced)));
        }
    }
    edits.push(Edit::new("a byte appended".to_owned(), [original, &[0]].concat()));
    edits.push(Edit::new("the whole appended".to_owned(), [original, original].concat()));
    // Equal sections swap into the same file.
    edits.retain(|edit| edit.bytes != original);
    edits
}

/// Chunks of the message, moved within the leaves that hold them.
pub(crate) fn of_chunks(subject: &Subject) -> Vec<Edit> {
    let chunks: Vec<Range<usize>> = chunks(subject.content().len());
    moved(subject.content(), &chunks, "chunk")
}

/// The same with leaves: the bytes move, the names in front of them stay.
pub(crate) fn of_leaves(subject: &Subject) -> Vec<Edit> {
    let mut start = 0;
    let leaves = subject.leaves().into_iter().map(|leaf| {
        start += leaf.len();
        start - leaf.len()..start
    });
    moved(subject.content(), &leaves.collect::<Vec<_>>(), "leaf")
}

/// Pieces of messages that are authentic elsewhere: of the same plaintext under the same key and
/// another salt, and under another key.
pub(crate) fn from_other_messages(subject: &Subject) -> Vec<Edit> {
    let other_key = DataKey::generate().expect("the system gives a key");
    let others = [("salt", subject.key()), ("key", &other_key)];
    let mut edits = Vec::new();
    for (differs, key) in others {
        let (other, _) = shelf::seal(key, subject.plaintext());
        let mut pieces = chunks(other.len());
        pieces.push(0..HEADER_LEN);
        for piece in pieces {
            let mut content = subject.content().to_vec();
            content[piece.clone()].copy_from_slice(&other[piece.clone()]);
            edits.push(Edit::new(
                format!("bytes {piece:?} from a message with another {differs}"),
                content,
            ));
        }
        if differs == "key" {
            edits.push(Edit::new("a message under another key".to_owned(), other));
        } else {
            let all_but_one = &subject.plaintext()[..subject.plaintext().len() - 1];
            let (mut shorter, _) = shelf::seal(key, all_but_one);
            shorter.resize(subject.content().len(), 0);
            edits.push(Edit::new("a shorter message under the same key".to_owned(), shorter));
        }
    }
    edits
}

/// Each piece over each other one of its length, each pair swapped, and each blanked or shifted out.
fn moved(content: &[u8], pieces: &[Range<usize>], what: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        let mut blank = content.to_vec();
        blank[piece.clone()].fill(0);
        edits.push(Edit::new(format!("{what} {i} blanked"), blank));
        let mut shifted = [&content[..piece.start], &content[piece.end..]].concat();
        shifted.resize(content.len(), 0);
        edits.push(Edit::new(format!("{what} {i} dropped, the rest moved up"), shifted));
        for (j, other) in pieces.iter().enumerate().filter(|(_, other)| other.len() == piece.len())
        {
            let mut replaced = content.to_vec();
            replaced.copy_within(other.clone(), piece.start);
            edits.push(Edit::new(format!("{what} {i} replaced by {j}"), replaced.clone()));
            replaced[other.clone()].copy_from_slice(&content[piece.clone()]);
            edits.push(Edit::new(format!("{what} {i} and {j} swapped"), replaced));
        }
    }
    edits.retain(|edit| edit.bytes != content);
    edits
}

fn chunks(content_len: usize) -> Vec<Range<usize>> {
    let starts = (HEADER_LEN..content_len).step_by(SEALED_CHUNK_LEN);
    starts.map(|start| start..content_len.min(start + SEALED_CHUNK_LEN)).collect()
}

/// Where the sections of a CAR are, by their lengths alone.
fn sections(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut sections = Vec::new();
    let mut start = car::HEADER_LEN;
    while start < bytes.len() {
        let mut len = 0;
        let mut at = start;
        loop {
            len |= usize::from(bytes[at] & 0x7f) << (7 * (at - start));
            at += 1;
            if bytes[at - 1] & 0x80 == 0 {
                break;
            }
        }
        sections.push(start..at + len);
        start = at + len;
    }
    sections
}
