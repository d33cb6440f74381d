//! What is uploaded: a file or standard input, read once, hashed on its way out.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use futures::stream;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::Notify;

use super::super::failure::Failure;
use super::super::progress::Progress;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 256 << 10;

/// Something to upload, opened.
pub(super) struct Source {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    name: Option<String>,
    size: Option<u64>,
}

impl Source {
    /// Opens `path`; `-` is standard input.
    pub(super) async fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self { reader: Box::new(tokio::io::stdin()), name: None, size: None });
        }
        let failed = |error| Failure::local(format_args!("cannot read {}", path.display()), error);
        let file = File::open(path).await.map_err(failed)?;
        let metadata = file.metadata().await.map_err(failed)?;
        if metadata.is_dir() {
            let path = path.display();
            return Err(Failure::usage(format_args!(
                "{path} is a directory: --recursive stores the files in it"
            )));
        }
        Ok(Self {
            reader: Box::new(file),
            name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
            // A pipe or device has no length to speak of.
            size: Some(&metadata).filter(|metadata| metadata.is_file()).map(Metadata::len),
        })
    }

    /// Its own name, if it has one.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its length in bytes, where that is known beforehand.
    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// Whether opening it again gives the same bytes.
    pub(super) fn can_be_read_again(&self) -> bool {
        self.size.is_some()
    }

    /// The body of the request, and the account of what became of it. A file that grows meanwhile
    /// is sent as far as it was announced; one that shrinks is an error.
    pub(super) fn into_body(
        self,
        progress: Progress,
    ) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, Sent) {
        let sent = Sent::default();
        let reading = Reading {
            reader: self.reader,
            left: self.size,
            buffer: BytesMut::new(),
            sent: sent.clone(),
            progress,
        };
        (stream::try_unfold(reading, Reading::next), sent)
    }
}

struct Reading {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    /// Bytes still owed, where their number was announced.
    left: Option<u64>,
    buffer: BytesMut,
    sent: Sent,
    progress: Progress,
}

impl Reading {
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        match self.read().await {
            Ok(bytes) if bytes.is_empty() => {
                self.sent.end.notify_one();
                Ok(None)
            }
            Ok(bytes) => {
                self.sent.add(&bytes);
                self.progress.advance(bytes.len());
                if self.left == Some(0) {
                    // Nobody asks for more than was announced.
                    self.sent.end.notify_one();
                }
                Ok(Some((bytes, self)))
            }
            Err(error) => Err(self.sent.fail(error)),
        }
    }

    async fn read(&mut self) -> io::Result<Bytes> {
        let wanted = self.left.unwrap_or(u64::MAX).min(READ_BYTES as u64);
        if wanted == 0 {
            return Ok(Bytes::new());
        }
        self.buffer.reserve(READ_BYTES);
        let count = (&mut self.reader).take(wanted).read_buf(&mut self.buffer).await?;
        if let Some(left) = &mut self.left {
            if count == 0 {
                let shrunk = format!("it became {left} bytes shorter while it was read");
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, shrunk));
            }
            *left -= count as u64;
        }
        Ok(self.buffer.split().freeze())
    }
}

/// What has been sent so far; shared with the body that is being sent.
#[derive(Clone, Default)]
pub(super) struct Sent {
    tally: Arc<Mutex<Tally>>,
    end: Arc<Notify>,
}

#[derive(Default)]
struct Tally {
    size: u64,
    sha256: Sha256,
    error: Option<io::Error>,
}

impl Sent {
    /// Resolves when the last byte has been handed over; tells the progress bar.
    pub(super) async fn ended(&self, progress: &Progress) {
        self.end.notified().await;
        progress.wait_for("waiting for the gateway to store it");
    }

    /// Bytes, and their SHA-256 in hex.
    pub(super) fn totals(&self) -> (u64, String) {
        let tally = self.tally();
        let digest = tally.sha256.clone().finalize();
        (tally.size, digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What went wrong in reading, if that ended the upload.
    pub(super) fn error(&self) -> Option<io::Error> {
        self.tally().error.take()
    }

    fn add(&self, bytes: &[u8]) {
        let mut tally = self.tally();
        tally.size += bytes.len() as u64;
        tally.sha256.update(bytes);
    }

    /// Keeps `error` for the report, and gives the connection one that ends the request.
    fn fail(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.tally().error = Some(error);
        kind.into()
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        // Nothing that is done under the lock can leave it half done.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use futures::TryStreamExt as _;

    use super::*;

    const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    async fn collect(source: Source) -> (io::Result<Vec<u8>>, Sent) {
        let (body, sent) = source.into_body(Progress::hidden());
        let bytes = body.map_ok(|bytes| bytes.to_vec()).try_concat().await;
        (bytes, sent)
    }

    #[tokio::test]
    async fn a_file_is_sent_whole_and_hashed() {
        let mut file = tempfile::Builder::new().suffix(".txt").tempfile().unwrap();
        file.write_all(b"abc").unwrap();
        let source = Source::open(file.path()).await.unwrap();
        assert_eq!(source.size(), Some(3));
        assert!(source.name().unwrap().ends_with(".txt"));
        let (bytes, sent) = collect(source).await;
        assert_eq!(bytes.unwrap(), b"abc");
        assert_eq!(sent.totals(), (3, SHA256_OF_ABC.to_owned()));
        assert!(sent.error().is_none());
    }

    #[tokio::test]
    async fn sizes_around_the_read_size_are_sent_whole() {
        for size in [0, 1, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 3 * READ_BYTES] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&vec![7; size]).unwrap();
            let (bytes, sent) = collect(Source::open(file.path()).await.unwrap()).await;
            assert_eq!(bytes.unwrap().len(), size);
            assert_eq!(sent.totals().0, size as u64);
        }
    }

    #[tokio::test]
    async fn a_file_that_grows_is_sent_as_far_as_it_was_announced() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"abc").unwrap();
        let source = Source::open(file.path()).await.unwrap();
        file.write_all(b"defg").unwrap();
        let (bytes, sent) = collect(source).await;
        assert_eq!(bytes.unwrap(), b"abc");
        assert_eq!(sent.totals(), (3, SHA256_OF_ABC.to_owned()));
    }

    #[tokio::test]
    async fn a_file_that_shrinks_is_an_error_that_says_so() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"abcdef").unwrap();
        let source = Source::open(file.path()).await.unwrap();
        file.as_file().set_len(2).unwrap();
        let (bytes, sent) = collect(source).await;
        assert!(bytes.is_err());
        assert!(sent.error().unwrap().to_string().contains("4 bytes shorter"));
    }

    #[tokio::test]
    async fn a_directory_and_a_missing_file_are_errors_that_name_them() {
        for (path, shown) in
            [("/", "/ is a directory: --recursive"), ("/nowhere", "cannot read /nowhere: ")]
        {
            let error = Source::open(Path::new(path)).await.err().unwrap().to_string();
            assert!(error.starts_with(shown), "{error}");
        }
    }
}
