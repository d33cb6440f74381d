//! Byte streams are exact.

use bytes::Bytes;
use futures::{StreamExt, stream};

use super::{ByteStream, EngineError};

/// Reads to the end: how many bytes came, and whether an error was the last item.
async fn drain(len: u64, items: Vec<Result<Bytes, EngineError>>) -> (usize, bool) {
    let mut bytes = ByteStream::exact(len, stream::iter(items));
    let (mut came, mut failed) = (0, false);
    while let Some(item) = bytes.next().await {
        assert!(!failed, "an error is the last item");
        match item {
            Ok(batch) => came += batch.len(),
            Err(_) => failed = true,
        }
    }
    assert!(bytes.next().await.is_none(), "the end is the end");
    (came, failed)
}

fn batch(len: usize) -> Result<Bytes, EngineError> {
    Ok(Bytes::from(vec![0; len]))
}

#[tokio::test]
async fn a_source_of_the_right_length_ends_cleanly() {
    assert_eq!(drain(0, vec![]).await, (0, false));
    assert_eq!(drain(5, vec![batch(5)]).await, (5, false));
    assert_eq!(drain(5, vec![batch(0), batch(2), batch(3)]).await, (5, false));
}

#[tokio::test]
async fn a_source_that_ends_early_ends_in_an_error() {
    assert_eq!(drain(1, vec![]).await, (0, true));
    assert_eq!(drain(5, vec![batch(2), batch(2)]).await, (4, true));
}

#[tokio::test]
async fn a_source_that_gives_too_much_ends_in_an_error() {
    assert_eq!(drain(5, vec![batch(3), batch(3)]).await, (3, true));
    assert_eq!(drain(5, vec![batch(6)]).await, (0, true));
}

#[tokio::test]
async fn nothing_comes_after_the_error_of_a_source() {
    let lost = EngineError::io("read", std::io::ErrorKind::ConnectionReset.into());
    assert_eq!(drain(5, vec![batch(2), Err(lost), batch(3)]).await, (2, true));
}

#[test]
fn a_disk_without_space_is_full() {
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, StorageFull};
    for kind in [StorageFull, QuotaExceeded, FileTooLarge] {
        assert!(matches!(EngineError::io("write", kind.into()), EngineError::Full), "{kind}");
    }
    let other = EngineError::io("write", PermissionDenied.into());
    assert!(matches!(other, EngineError::Unavailable { .. }));
}
