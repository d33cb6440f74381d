//! A range of a content, batch by batch.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, stream};

use super::ObjectFile;
use crate::car::Layout;
use crate::engine::{ByteStream, EngineError};
use crate::file::BATCH_LEN;

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
    let file = Arc::new(file);
    // Spawned when they are pulled, not when they are polled, so that the one ahead does run.
    let rest = stream::iter(batches).map(move |batch| read(&file, &batch)).buffered(IN_FLIGHT);
    Ok(ByteStream::exact(len, stream::iter([Ok(first)]).chain(rest)))
}

fn read(
    file: &Arc<ObjectFile>,
    batch: &Batch,
) -> impl Future<Output = Result<Bytes, EngineError>> + Send + use<> {
    let (file, offset, len) = (Arc::clone(file), batch.offset, batch.len);
    let running = tokio::task::spawn_blocking(move || file.read_at(offset, len));
    async { running.await.map_err(|e| EngineError::io("use its files", e.into()))? }
}

/// Bytes that lie together in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Batch {
    offset: u64,
    len: usize,
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
