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
    stream_for(opening, permit, PATIENCE)
}

fn stream_for(
    opening: Opening,
    permit: OwnedSemaphorePermit,
    patience: Duration,
) -> impl Stream<Item = Result<Bytes, DownloadError>> + Send {
    let validity = opening.validity().clone();
    let (batches, mut coming) = mpsc::channel(AHEAD);
    let runtime = Handle::current();
    let thread = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        runtime.block_on(open(opening, &batches, patience))
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

async fn open(
    mut opening: Opening,
    batches: &Sender<Bytes>,
    patience: Duration,
) -> Result<Left, DownloadError> {
    while let Some(batch) = opening.next().await? {
        match batches.send_timeout(batch, patience).await {
            Ok(()) => {}
            Err(SendTimeoutError::Closed(_)) => break,
            Err(SendTimeoutError::Timeout(batch)) => {
                return Ok(Left::Rest(batch, Box::new(opening)));
            }
        }
    }
    Ok(Left::Nothing)
}

#[cfg(test)]
mod tests {
    use cidlock_crypto::chunked::{DataKey, HEADER_LEN, Layout, Opener};
    use cidlock_ipfs_client::engine::{ByteStream, EngineError};

    use super::*;
    use crate::access::Read;
    use crate::spare::Spare;
    use crate::store::conformance::sample::seal;
    use crate::testing::Bench;

    const LEN: usize = 6 << 20;

    fn plaintext() -> Vec<u8> {
        (0..LEN).map(|i| (i / 1000) as u8).collect()
    }

    /// All of a content, whose ciphertext comes in batches and ends after so many of them.
    async fn opening(bench: &Bench, batches: usize) -> Opening {
        let key = DataKey::generate().unwrap();
        let (_, ciphertext) = seal(&key, &plaintext());
        let header = ciphertext[..HEADER_LEN].try_into().unwrap();
        let layout = Layout::from_ciphertext_len(ciphertext.len() as u64).unwrap();
        let opener = Opener::new(&key, &header, layout).unwrap().range(0..LEN as u64).unwrap();
        let span = opener.ciphertext();
        let span = ciphertext.slice(span.start as usize..span.end as usize);
        let len = span.len() as u64;
        let pieces: Vec<_> = (0..span.len())
            .step_by(128 << 10)
            .map(|at| Ok::<_, EngineError>(span.slice(at..span.len().min(at + (128 << 10)))))
            .take(batches)
            .collect();
        let file = bench.store(None).await;
        let validity = bench.grant::<Read>(&file).await.validity().clone();
        Opening::new(ByteStream::exact(len, stream::iter(pieces)), opener, LEN as u64, validity)
    }

    fn permit(spare: &Spare) -> OwnedSemaphorePermit {
        spare.take().unwrap()
    }

    #[tokio::test]
    async fn a_reader_that_keeps_up_gets_all_of_it_from_the_thread() {
        let bench = Bench::new().await;
        let spare = Spare::of(1);
        let forever = Duration::from_secs(3600);
        let batches = stream_for(opening(&bench, usize::MAX).await, permit(&spare), forever);
        let read: Vec<Bytes> = batches.try_collect().await.unwrap();
        assert!(read.concat() == plaintext());
        assert!(spare.take().is_some(), "the processor is given back");
    }

    #[tokio::test]
    async fn a_reader_that_lets_the_thread_wait_gets_the_rest_without_it() {
        let bench = Bench::new().await;
        let spare = Spare::of(1);
        let opening = opening(&bench, usize::MAX).await;
        let batches = stream_for(opening, permit(&spare), Duration::ZERO);
        // The thread fills what there is of room, and goes.
        let gone = async {
            while spare.take().is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), gone).await.expect("the thread goes away");
        let read: Vec<Bytes> = batches.try_collect().await.unwrap();
        assert!(read.concat() == plaintext());
    }

    #[tokio::test]
    async fn what_ends_early_ends_in_an_error_in_either_place() {
        let bench = Bench::new().await;
        for patience in [Duration::from_secs(3600), Duration::ZERO] {
            let spare = Spare::of(1);
            let opening = opening(&bench, 30).await;
            let batches: Vec<_> = stream_for(opening, permit(&spare), patience).collect().await;
            let (last, before) = batches.split_last().unwrap();
            assert!(
                matches!(last, Err(DownloadError::Engine(EngineError::Corrupt { .. }))),
                "{last:?}"
            );
            assert!(before.iter().all(Result::is_ok));
        }
    }
}
