//! Ciphertext in, plaintext out, a batch at a time; or blocks, as they are.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cidlock_crypto::chunked::RangeOpener;
use cidlock_ipfs_client::engine::ByteStream;
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

/// The state between two batches. `opener` is gone once the range was finished.
pub(super) struct Opening {
    ciphertext: ByteStream,
    opener: Option<RangeOpener>,
    left: u64,
    validity: Validity,
}

impl Opening {
    /// `len` is that of the opener's range, in bytes of plaintext.
    pub(super) fn new(
        ciphertext: ByteStream,
        opener: RangeOpener,
        len: u64,
        validity: Validity,
    ) -> Self {
        Self { ciphertext, opener: Some(opener), left: len, validity }
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
            let Some(frame) = self.ciphertext.try_next().await? else {
                self.opener.take().map_or(Ok(()), RangeOpener::finish)?;
                break;
            };
            let before = batch.len();
            batch.reserve(frame.len());
            opener.open(&frame, &mut batch)?;
            self.left = self.left.saturating_sub((batch.len() - before) as u64);
            if self.left > 0 && !batch.is_empty() {
                break;
            }
        }
        Ok(Some(batch).filter(|batch| !batch.is_empty()).map(Bytes::from))
    }
}
