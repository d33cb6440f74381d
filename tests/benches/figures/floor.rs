//! What no server of this kind goes below on the machine at hand, each part by itself.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread::JoinHandle;

use cidlock_crypto::aead::{Aead as _, Bulk};
use cidlock_crypto::chunked::CHUNK_LEN;
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest, Sha256};

const PIECE: usize = 256 << 10;

/// Copies a file, as a program does that has nothing else to do, to the disk if `sync`.
pub(crate) fn copy(from: &Path, to: &Path, sync: bool) {
    let mut from = File::open(from).expect("the file is there");
    let mut to = File::create(to).expect("a file can be written");
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece).expect("the file can be read");
        if count == 0 {
            break;
        }
        to.write_all(&piece[..count]).expect("the disk has room");
    }
    if sync {
        to.sync_all().expect("a file can be synced");
    }
}

/// What every upload does for the file's digest and the blocks' CIDs, of bytes in the cache.
pub(crate) fn hash_twice(len: u64) {
    let piece = vec![7; PIECE];
    let mut hashes = [Sha256::new(), Sha256::new()];
    for _ in 0..len / piece.len() as u64 {
        for hash in &mut hashes {
            hash.update(&piece);
        }
    }
    let digests = hashes.map(Digest::finalize);
    assert_eq!(digests[0], digests[1], "they are of the same bytes");
}

/// Encrypts as many bytes, in the cache.
pub(crate) fn seal(len: u64) {
    let cipher = Bulk::new(&[7; 32]);
    let mut chunk = vec![7; CHUNK_LEN];
    for number in 0..len / CHUNK_LEN as u64 {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        cipher.seal_in_place(&nonce, &[], &mut chunk).expect("it encrypts");
    }
}

/// Answers one connection with so many zeros, in batches like those of a download.
pub(crate) fn serve_zeros(len: u64) -> SocketAddr {
    let (listener, host) = listen();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client comes");
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n");
        client.write_all(head.as_bytes()).expect("the client listens");
        let batch = vec![0; 128 << 10];
        for _ in 0..len / batch.len() as u64 {
            client.write_all(&batch).expect("the client listens");
        }
    });
    host
}

/// Somebody in the middle who passes one request on, and every byte of the answer.
pub(crate) struct Passing {
    pub(crate) host: SocketAddr,
    thread: JoinHandle<f64>,
}

impl Passing {
    pub(crate) fn start(to: SocketAddr) -> Self {
        let (listener, host) = listen();
        let thread = std::thread::spawn(move || {
            let (mut client, _) = listener.accept().expect("a client comes");
            let mut server = TcpStream::connect(to).expect("somebody listens");
            let mut piece = vec![0; PIECE];
            // A short request comes in one piece.
            let count = client.read(&mut piece).expect("the client asks");
            server.write_all(&piece[..count]).expect("the server listens");
            loop {
                let count = server.read(&mut piece).expect("the answer goes on");
                if count == 0 {
                    break;
                }
                client.write_all(&piece[..count]).expect("the client listens");
            }
            let used = clock_gettime(ClockId::ThreadCPUTime);
            used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
        });
        Self { host, thread }
    }

    /// Processor time that it took, in seconds; waits for the server to end the connection.
    pub(crate) fn cpu_s(self) -> f64 {
        self.thread.join().expect("it passed everything on")
    }
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let host = listener.local_addr().expect("it listens somewhere");
    (listener, host)
}
