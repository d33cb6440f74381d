//! A range of a content, or an object's whole file, batch by batch.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use cid::Cid;
use futures::future::Either;
use futures::{Stream, StreamExt, stream};

use super::ObjectFile;
use super::revisions::Found;
use crate::car::{HEADER_LEN, Layout, header};
use crate::engine::pieces::{Piece, Pieces};
use crate::engine::{ByteStream, EngineError};

/// The most bytes that are read at once. A slow reader holds two batches of ciphertext and one of
/// plaintext while it takes nothing.
const BATCH_LEN: usize = 128 * 1024;

/// Batches under way at once: the one that is asked for and one ahead.
const IN_FLIGHT: usize = 2;

/// Reads the first batch of `range`; the stream reads the others, one ahead of its consumer.
/// Blocking.
pub(super) fn begin(
    file: ObjectFile,
    layout: Layout,
    range: Range<u64>,
) -> Result<ByteStream, EngineError> {
    let len = range.end - range.start;
    let mut batches = Batches { layout, range };
    let Some(first) = batches.next() else {
        return Ok(ByteStream::exact(0, stream::empty()));
    };
    let first = file.read_at(first.offset, first.len)?;
    let rest = batches_of(Arc::new(file), batches);
    Ok(ByteStream::exact(len, stream::iter([Ok(first)]).chain(rest)))
}

/// Reads the leaves that hold `range`, each as a whole, and checks it.
pub(super) fn checked(file: ObjectFile, layout: Layout, range: Range<u64>) -> ByteStream {
    let len = range.end - range.start;
    let pieces = Pieces { layout: layout.clone(), range };
    let file = Arc::new(file);
    let read = move |piece: Piece| {
        let (file, section) = (Arc::clone(&file), layout.section_of_leaf(piece.leaf));
        let leaf_len = layout.len_of_leaf(piece.leaf);
        async move {
            let leaf = move || file.leaf_at(section, leaf_len);
            let leaf = tokio::task::spawn_blocking(leaf).await;
            let leaf = leaf.map_err(|e| EngineError::io("use its files", e.into()))??;
            Ok(leaf.slice(piece.within))
        }
    };
    ByteStream::exact(len, stream::iter(pieces).then(read))
}

/// The CAR of an object: its header, its content's blocks, and the rest, which is in the revision's
/// file if there is one. Blocking.
pub(super) fn car(found: Found, root: &Cid, layout: &Layout) -> Result<ByteStream, EngineError> {
    let Found { object, revision } = found;
    let (object_len, start) = (object.len()?, HEADER_LEN as u64);
    let content = start..layout.content_end();
    if object_len < content.end {
        return Err(object.damaged("its file ends early"));
    }
    let header = stream::iter([Ok(Bytes::copy_from_slice(&header(root)))]);
    let object = Arc::new(object);
    let (rest, rest_len) = match revision {
        Some(revision) => {
            let len = revision.len()?;
            (batches_of(Arc::new(revision), Run(start..len)), len.saturating_sub(start))
        }
        None => {
            let rest = Run(content.end..object_len);
            (batches_of(Arc::clone(&object), rest), object_len - content.end)
        }
    };
    let len = content.end + rest_len;
    let content = batches_of(object, Run(content));
    Ok(ByteStream::exact(len, header.chain(content).chain(rest)))
}

/// Begun when they are pulled, not when they are polled, so that the one ahead does run.
fn batches_of(
    file: Arc<ObjectFile>,
    batches: impl Iterator<Item = Batch> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, EngineError>> + Send + 'static {
    stream::iter(batches).map(move |batch| read(&file, &batch)).buffered(IN_FLIGHT)
}

/// Reads here and now what is in memory already, which is cheaper than asking another thread to;
/// only what has to come from the disk goes there.
fn read(
    file: &Arc<ObjectFile>,
    batch: &Batch,
) -> impl Future<Output = Result<Bytes, EngineError>> + Send + use<> {
    let (offset, len) = (batch.offset, batch.len);
    let running = match file.read_cached_at(offset, len) {
        Some(bytes) => Either::Left(bytes),
        None => {
            let file = Arc::clone(file);
            Either::Right(tokio::task::spawn_blocking(move || file.read_at(offset, len)))
        }
    };
    async {
        match running {
            Either::Left(bytes) => Ok(bytes),
            Either::Right(running) => {
                running.await.map_err(|e| EngineError::io("use its files", e.into()))?
            }
        }
    }
}

/// Bytes that lie together in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Batch {
    offset: u64,
    len: usize,
}

/// The batches of a part of the file: each at most [`BATCH_LEN`] bytes.
struct Run(Range<u64>);

impl Iterator for Run {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let Range { start, end } = self.0;
        let len = end.saturating_sub(start).min(BATCH_LEN as u64);
        self.0.start += len;
        let len = usize::try_from(len).expect("at most a batch");
        (len > 0).then_some(Batch { offset: start, len })
    }
}

/// The batches of a range: each at most [`BATCH_LEN`] bytes of one leaf.
struct Batches {
    layout: Layout,
    range: Range<u64>,
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let wanted = self.range.end - self.range.start;
        if wanted == 0 {
            return None;
        }
        let (leaf, skip) = self.layout.leaf_at(self.range.start);
        let bytes = self.layout.bytes_of_leaf(leaf);
        let offset = bytes.start + skip;
        let len = wanted.min(bytes.end - offset).min(BATCH_LEN as u64);
        self.range.start += len;
        Some(Batch { offset, len: usize::try_from(len).expect("at most a batch") })
    }
}
