//! A way to a gateway that can be cut at any byte, and that remembers what was asked on it.
//!
//! It passes bytes and understands none of them, so that what answers is the gateway itself.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// What becomes of a connection, counted in bytes of what the gateway answers.
#[derive(Debug, Clone, Copy)]
pub enum Fate {
    /// It ends when one of its sides ends it.
    Whole,
    /// It is cut after so many bytes.
    CutAfter(u64),
    /// After so many bytes nothing passes until [`Detour::release`]; then it is cut.
    HeldAfter(u64),
}

/// A listener on loopback behind which a gateway is. It goes when it is dropped, with what passes.
#[derive(Debug)]
pub struct Detour {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    fates: Mutex<VecDeque<Fate>>,
    asked: Mutex<Vec<Vec<u8>>>,
    release: Semaphore,
}

impl Detour {
    /// One to whoever listens at `gateway`. Every connection is whole until told otherwise.
    ///
    /// # Panics
    /// If there is no port to be had.
    pub async fn to(gateway: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::new(Shared {
            fates: Mutex::default(),
            asked: Mutex::default(),
            release: Semaphore::new(0),
        });
        let accepting = tokio::spawn(accept(listener, gateway, shared.clone()));
        Self { address, shared, accepting }
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `url`, which leads to `gateway`, by this way.
    ///
    /// # Panics
    /// If it leads elsewhere.
    #[must_use]
    pub fn instead_of(&self, gateway: SocketAddr, url: &str) -> String {
        let (here, there) = (format!("http://{}", self.address), format!("http://{gateway}"));
        format!("{here}{}", url.strip_prefix(&there).expect("a URL of the gateway"))
    }

    /// What becomes of the next connections, one after the other; those after them are whole.
    pub fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        *lock(&self.shared.fates) = fates.into_iter().collect();
    }

    /// Cuts what is held, and lets nothing be held any more.
    pub fn release(&self) {
        self.shared.release.close();
    }

    /// Lets nobody in any more; who is in stays.
    pub async fn close(&mut self) {
        self.accepting.abort();
        // The listener is gone when its task is.
        let _ = (&mut self.accepting).await;
    }

    /// The heads of the requests so far, in lower case, in the order of their connections.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let asked = lock(&self.shared.asked);
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let heads = |text: String| text.split_terminator("\r\n\r\n").map(str::to_owned).collect();
        asked.iter().map(text).flat_map::<Vec<String>, _>(heads).collect()
    }
}

impl Drop for Detour {
    fn drop(&mut self) {
        self.accepting.abort();
        self.release();
    }
}

async fn accept(listener: TcpListener, gateway: SocketAddr, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let fate = lock(&shared.fates).pop_front().unwrap_or(Fate::Whole);
        let number = {
            let mut asked = lock(&shared.asked);
            asked.push(Vec::new());
            asked.len() - 1
        };
        tokio::spawn(pass(client, gateway, fate, number, shared.clone()));
    }
}

/// Passes what both sides say until the connection has met its fate.
async fn pass(
    client: TcpStream,
    gateway: SocketAddr,
    fate: Fate,
    number: usize,
    shared: Arc<Shared>,
) {
    // A gateway that is not there is a connection that ends.
    let Ok(gateway) = TcpStream::connect(gateway).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_gateway, to_gateway) = gateway.into_split();
    let remember = |bytes: &[u8]| lock(&shared.asked)[number].extend_from_slice(bytes);
    let answers = async {
        match fate {
            Fate::Whole => copy(from_gateway, to_client, u64::MAX, |_| {}).await,
            Fate::CutAfter(bytes) => copy(from_gateway, to_client, bytes, |_| {}).await,
            Fate::HeldAfter(bytes) => {
                let _open = copy(from_gateway, to_client, bytes, |_| {}).await;
                // It is closed, never given.
                let _ = shared.release.acquire().await;
                None
            }
        }
    };
    tokio::select! {
        _ = copy(from_client, to_gateway, u64::MAX, remember) => {}
        _ = answers => {}
    }
}

/// Copies up to `limit` bytes; gives the connection back where that was reached.
async fn copy(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut limit: u64,
    seen: impl Fn(&[u8]),
) -> Option<(OwnedReadHalf, OwnedWriteHalf)> {
    let mut piece = vec![0; 64 << 10];
    while limit > 0 {
        let room = usize::try_from(limit).unwrap_or(usize::MAX).min(piece.len());
        let count = from.read(&mut piece[..room]).await.ok().filter(|count| *count > 0)?;
        seen(&piece[..count]);
        to.write_all(&piece[..count]).await.ok()?;
        limit -= count as u64;
    }
    Some((from, to))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
