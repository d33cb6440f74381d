//! A connection to a gateway whose bytes are written and read by hand.
//!
//! It is for what an HTTP library rightly does not do: promise more than is sent, go away in the
//! middle, read a little and look what happens. Every wait has an end.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::wait::PATIENCE;

/// How much a narrow connection takes in before it is read from, in bytes.
const NARROW: u32 = 16 << 10;

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// The head of an answer.
#[derive(Debug)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// The whole head, in lower case.
    pub text: String,
}

impl Head {
    /// The announced length of the body, if one was announced.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        let line = self.text.lines().find_map(|line| line.strip_prefix("content-length:"))?;
        line.trim().parse().ok()
    }
}

impl Wire {
    /// Connects.
    ///
    /// # Panics
    /// If nobody listens.
    pub async fn open(address: SocketAddr) -> Self {
        Self::connect(TcpSocket::new_v4().expect("a socket"), address).await
    }

    /// Connects, and takes in next to nothing before it is read from: who sends more has to wait.
    ///
    /// # Panics
    /// If nobody listens.
    pub async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(NARROW).expect("a receive buffer can be small");
        Self::connect(socket, address).await
    }

    async fn connect(socket: TcpSocket, address: SocketAddr) -> Self {
        let stream = within("a connection", socket.connect(address)).await;
        Self { stream: stream.expect("somebody listens"), unread: Vec::new() }
    }

    /// Sends all of `bytes`.
    ///
    /// # Panics
    /// If the other side takes no more.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.expect("the gateway reads what it is sent");
    }

    /// Sends all of `bytes`, unless the other side has closed.
    ///
    /// # Errors
    /// It has closed.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        within("what is sent to be taken", self.stream.write_all(bytes.as_ref())).await
    }

    /// Says that nothing more will be sent; what comes back can still be read.
    ///
    /// # Panics
    /// If the connection is closed already.
    pub async fn end_sending(&mut self) {
        self.stream.shutdown().await.expect("a connection that is open");
    }

    /// Reads the head of an answer.
    ///
    /// # Panics
    /// If the connection ends before it.
    pub async fn head(&mut self) -> Head {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.fill().await, "the connection ended before an answer came");
        };
        let head: Vec<u8> = self.unread.drain(..end).collect();
        let text = String::from_utf8(head).expect("a head is text").to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        Head { status: status.expect("a head begins with its status"), text }
    }

    /// Whether there is something to read, or the connection has ended, already.
    pub fn has_more(&mut self) -> bool {
        let mut piece = [0; 4096];
        match self.stream.try_read(&mut piece) {
            Ok(count) => {
                self.unread.extend_from_slice(&piece[..count]);
                true
            }
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }

    /// Reads exactly `len` bytes.
    ///
    /// # Panics
    /// If the connection ends before.
    pub async fn read(&mut self, len: usize) -> Vec<u8> {
        while self.unread.len() < len {
            assert!(self.fill().await, "the connection ended before {len} bytes had come");
        }
        self.unread.drain(..len).collect()
    }

    /// Reads whatever comes until the connection ends, in whatever way.
    pub async fn read_to_end(mut self) -> Vec<u8> {
        while self.fill().await {}
        self.unread
    }

    /// Whether more came.
    async fn fill(&mut self) -> bool {
        let read = within("more to read", self.stream.read_buf(&mut self.unread)).await;
        read.is_ok_and(|count| count > 0)
    }
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = timeout(PATIENCE, work).await;
    done.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain for {what}"))
}
