//! What a connection knows of the requests on it: why it ended, and which answers the system has.
//!
//! The server hands an answer's last bytes on before they are gone. Only when its buffers are empty
//! does it flush, and only then is an answer complete.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;

use super::observe::{End, Line};

/// One connection, as its requests see it.
#[derive(Debug)]
pub(super) struct Connection {
    /// Cancelled when the gateway waits for nobody any more.
    shutdown: CancellationToken,
    /// Whether its client took nothing for too long.
    idle: AtomicBool,
    /// The lines of answers that the system has not got to their end; `None` once it is over. Each of
    /// them lies in the server's own bounded buffer.
    answered: Mutex<Option<Vec<Line>>>,
}

impl Connection {
    pub(super) fn new(shutdown: CancellationToken) -> Arc<Self> {
        let (idle, answered) = (AtomicBool::new(false), Mutex::new(Some(Vec::new())));
        Arc::new(Self { shutdown, idle, answered })
    }

    /// How a request ended that was not let come to its end.
    pub(super) fn cut_short(&self) -> End {
        if self.idle.load(Ordering::Relaxed) {
            End::Cut("idle_timeout")
        } else if self.shutdown.is_cancelled() {
            End::Cut("shutdown")
        } else if std::thread::panicking() {
            End::Cut("internal")
        } else {
            End::ClientCut
        }
    }

    /// The answer of this line has left its body.
    pub(super) fn answered(&self, line: Line) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let over = match &mut *answered {
            Some(lines) => {
                lines.push(line);
                None
            }
            None => Some(line),
        };
        drop(answered);
        drop(over);
    }

    /// The system has all that was answered.
    fn flushed(&self) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = answered.as_mut().map(std::mem::take);
        drop(answered);
        for line in lines.into_iter().flatten() {
            line.write(End::Complete);
        }
    }

    fn over(&self) {
        let left = self.answered.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(left);
    }

    fn note(&self, error: &io::Error) {
        if error.kind() == io::ErrorKind::TimedOut {
            self.idle.store(true, Ordering::Relaxed);
        }
    }
}

/// A stream that tells its connection what becomes of what is written.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    connection: Arc<Connection>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, connection: Arc<Connection>) -> Self {
        Self { stream, connection }
    }

    fn noted<T>(&self, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &done {
            self.connection.note(error);
        }
        done
    }
}

impl<S> Drop for Watched<S> {
    fn drop(&mut self) {
        self.connection.over();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.noted(done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.noted(done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.connection.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
