//! The rest of a long range, opened on a thread of its own while its reader sends what it has.
//!
//! The thread is at most [`AHEAD`] batches and two ahead, 1.3 MiB. It is for readers that keep up: from one who lets it wait it
//! goes away, and the range is opened as it is asked for from then on.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::mpsc::{self, Sender};

use super::DownloadError;
use super::stream::Opening;

/// Batches that may wait for the reader. With fewer the two wake each other for every single one, and
/// the system puts who wakes and who is woken on one processor.
const AHEAD: usize = 8;

/// How long a reader may let the thread wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the thread leaves behind.
enum Left {
    /// The range is at its end, or nobody reads it any more.
    Nothing,
    /// The reader is slow: this batch was opened for it, and the rest is to be opened here.
    Rest(Bytes, Box<Opening>),
}

/// The batches of `opening`; `permit` is the thread's.
pub(super) fn stream(
    opening: Opening,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Bytes, DownloadError>> + Send {
    let validity = opening.validity().clone();
    let (batches, mut coming) = mpsc::channel(AHEAD);
    let runtime = Handle::current();
    let thread = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        runtime.block_on(open(opening, &batches))
    });
    let ahead = stream::poll_fn(move |cx| coming.poll_recv(cx));
    // What was opened ahead does not leave after the authority has ended.
    let ahead = ahead.map(move |batch| validity.check().map(|()| batch).map_err(Into::into));
    let behind = async {
        match thread.await.map_err(|_| DownloadError::Interrupted)?? {
            Left::Nothing => Ok(stream::empty().boxed()),
            Left::Rest(batch, opening) => {
                Ok::<_, DownloadError>(stream::iter([Ok(batch)]).chain(opening.rest()).boxed())
            }
        }
    };
    ahead.chain(stream::once(behind).try_flatten())
}

async fn open(mut opening: Opening, batches: &Sender<Bytes>) -> Result<Left, DownloadError> {
    while let Some(batch) = opening.next().await? {
        match batches.send_timeout(batch, PATIENCE).await {
            Ok(()) => {}
            Err(SendTimeoutError::Closed(_)) => break,
            Err(SendTimeoutError::Timeout(batch)) => {
                return Ok(Left::Rest(batch, Box::new(opening)));
            }
        }
    }
    Ok(Left::Nothing)
}
