//! The bytes that an engine gives back.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};

use super::EngineError;

/// Exactly the bytes that were asked for, in order, or an error as the last item.
///
/// The length is held to here, for all engines: a source that ends early or goes on too long
/// becomes an error.
pub struct ByteStream {
    source: BoxStream<'static, Result<Bytes, EngineError>>,
    left: u64,
    ended: bool,
}

impl ByteStream {
    /// The `len` bytes of `source`.
    pub fn exact(
        len: u64,
        source: impl Stream<Item = Result<Bytes, EngineError>> + Send + 'static,
    ) -> ByteStream {
        ByteStream { source: source.boxed(), left: len, ended: false }
    }

    /// Bytes still to come.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, EngineError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = &mut *self;
        if stream.ended || stream.left == 0 {
            return Poll::Ready(None);
        }
        let result = match ready!(stream.source.poll_next_unpin(cx)) {
            Some(Ok(bytes)) => match stream.left.checked_sub(bytes.len() as u64) {
                Some(left) => {
                    stream.left = left;
                    Ok(bytes)
                }
                None => Err(wrong_length("more bytes came than were asked for")),
            },
            Some(Err(error)) => Err(error),
            None => Err(wrong_length("the bytes ended early")),
        };
        stream.ended = result.is_err();
        Poll::Ready(Some(result))
    }
}

fn wrong_length(problem: &str) -> EngineError {
    EngineError::Corrupt { what: "a content".to_owned(), problem: problem.to_owned() }
}

impl std::fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByteStream").field("left", &self.left).finish_non_exhaustive()
    }
}
