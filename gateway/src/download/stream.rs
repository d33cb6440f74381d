//! Ciphertext in, plaintext out, a batch at a time; or blocks, as they are.

use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cidlock_crypto::chunked::{CHUNK_LEN, Opener, RangeOpener};
use cidlock_ipfs_client::engine::{ByteStream, Engine, ObjectRef};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _, TryStreamExt as _};

use super::DownloadError;
use crate::access::Validity;

/// A range of a file's plaintext. It ends after the last byte of the range, or with an error.
pub struct Plaintext(BoxStream<'static, Result<Bytes, DownloadError>>);

impl Stream for Plaintext {
    type Item = Result<Bytes, DownloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

/// An object's CAR, for as long as the authority stands.
pub struct Blocks {
    bytes: ByteStream,
    validity: Validity,
}

impl Blocks {
    pub(super) fn new(bytes: ByteStream, validity: Validity) -> Self {
        Self { bytes, validity }
    }

    /// Bytes still to come.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.bytes.left()
    }
}

impl Stream for Blocks {
    type Item = Result<Bytes, DownloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let batch = ready!(self.bytes.poll_next_unpin(cx));
        Poll::Ready(batch.map(|batch| {
            self.validity.check()?;
            Ok(batch?)
        }))
    }
}

/// Where ciphertext comes from, and what is still wanted of it.
pub(super) struct Source {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) object: ObjectRef,
    pub(super) opener: Opener,
    /// Of the plaintext; it begins with the next byte that was not opened.
    pub(super) range: Range<u64>,
}

/// The state between two batches. `opener` is gone once the range was finished.
pub(super) struct Opening {
    source: Source,
    ciphertext: ByteStream,
    opener: Option<RangeOpener>,
    /// Whether the ciphertext comes checked, the second time.
    checked: bool,
    validity: Validity,
}

impl Opening {
    /// Of the ciphertext that `opener`, made for the source's range, asks for.
    pub(super) fn new(
        source: Source,
        ciphertext: ByteStream,
        opener: RangeOpener,
        validity: Validity,
    ) -> Self {
        Self { source, ciphertext, opener: Some(opener), checked: false, validity }
    }

    /// Opens the first batch, then hands out the rest as it is asked for.
    pub(super) async fn into_stream(mut self) -> Result<Plaintext, DownloadError> {
        let first = self.next().await?;
        let first = stream::iter(first.map(Ok));
        let rest = stream::try_unfold(self, |mut opening| async move {
            Ok(opening.next().await?.map(|batch| (batch, opening)))
        });
        Ok(Plaintext(first.chain(rest).boxed()))
    }

    /// The next batch that has any plaintext; `None` after the whole range.
    ///
    /// The last batch is held back until the span was checked to its end: who counts bytes stops
    /// listening with the last one, and must not miss that the end of the file is not genuine.
    async fn next(&mut self) -> Result<Option<Bytes>, DownloadError> {
        let mut batch = Vec::new();
        while let Some(opener) = &mut self.opener {
            self.validity.check()?;
            let before = batch.len();
            let opened = match self.ciphertext.try_next().await {
                Ok(Some(frame)) => {
                    // And what was left of the one before: a batch that grows is copied.
                    batch.reserve(frame.len() + CHUNK_LEN);
                    opener.open(&frame, &mut batch).map_err(DownloadError::from)
                }
                Ok(None) => {
                    self.opener.take().map_or(Ok(()), RangeOpener::finish)?;
                    break;
                }
                Err(error) => Err(error.into()),
            };
            self.source.range.start += (batch.len() - before) as u64;
            if let Err(error) = opened {
                self.open_again(error).await?;
            }
            if !self.source.range.is_empty() && !batch.is_empty() {
                break;
            }
        }
        Ok(Some(batch).filter(|batch| !batch.is_empty()).map(Bytes::from))
    }

    /// Goes on behind the last byte that did open, with ciphertext that was checked. If there is
    /// none, the first error stands.
    async fn open_again(&mut self, error: DownloadError) -> Result<(), DownloadError> {
        let Source { engine, object, opener, range } = &self.source;
        if std::mem::replace(&mut self.checked, true) {
            return Err(error);
        }
        let Ok(ranged) = opener.range(range.clone()) else { return Err(error) };
        let Ok(checked) = engine.read_checked(object, ranged.ciphertext()).await else {
            return Err(error);
        };
        let mut checked = checked.peekable();
        // Where the good bytes cannot be had either, what was wrong first is what there is to say.
        if !matches!(Pin::new(&mut checked).peek().await, Some(Ok(_))) {
            return Err(error);
        }
        tracing::warn!(object = %object.name(), %error, "read again, checked");
        self.ciphertext =
            ByteStream::exact(ranged.ciphertext().end - ranged.ciphertext().start, checked);
        self.opener = Some(ranged);
        Ok(())
    }
}
