//! The client: HTTP over plain TCP, blocking, as cheap as it can be.
//!
//! It knows what the servers under test answer (a `Content-Length`, or the end of the connection)
//! and nothing else of HTTP.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use rustix::net::{RecvFlags, recv};
use serde_json::Value;

/// How much is read at once, in bytes.
const PIECE: usize = 256 << 10;

/// A connection, good for one request after another.
pub(crate) struct Connection {
    stream: TcpStream,
    host: SocketAddr,
    piece: Vec<u8>,
}

/// The head of an answer, and what came with it.
struct Head {
    status: u16,
    content_length: Option<u64>,
    /// How much of the body has been read.
    begun: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(host: SocketAddr) -> Self {
        let stream = TcpStream::connect(host).expect("somebody listens");
        stream.set_nodelay(true).expect("a connection can be set up");
        Self { stream, host, piece: vec![0; PIECE] }
    }

    /// Sends a head: `request` is its first line without the version, `headers` end their lines.
    pub(crate) fn ask(&mut self, request: &str, headers: &str) {
        let head = format!("{request} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.host);
        self.send(head.as_bytes());
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the server reads what it is sent");
    }

    /// Sends a file from the page cache, without taking it into this process.
    pub(crate) fn send_file(&mut self, path: &Path) {
        let mut file = File::open(path).expect("the file to send is there");
        io::copy(&mut file, &mut self.stream).expect("the server reads what it is sent");
    }

    /// Reads an answer with a short body, which must be of `status`.
    pub(crate) fn answer(&mut self, status: u16) -> String {
        let Head { status: found, content_length, mut begun } = self.head();
        while content_length.is_none_or(|len| (begun.len() as u64) < len) {
            let count = self.stream.read(&mut self.piece).expect("the answer goes on");
            if count == 0 {
                break;
            }
            begun.extend_from_slice(&self.piece[..count]);
        }
        let body = String::from_utf8_lossy(&begun).into_owned();
        assert_eq!(found, status, "{body}");
        body
    }

    /// Reads an answer and throws it away; gives back its length.
    pub(crate) fn swallow(&mut self, status: u16) -> u64 {
        let head = self.head();
        assert_eq!(head.status, status, "{}", String::from_utf8_lossy(&head.begun));
        let len = head.content_length.expect("a file's length is announced");
        let mut left = len - head.begun.len() as u64;
        while left > 0 {
            // TCP drops what is read so, instead of copying it here.
            let piece = &mut self.piece[..PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
            let read = recv(&self.stream, piece, RecvFlags::TRUNC);
            let (_, count) = read.expect("the answer goes on");
            assert!(count > 0, "the answer ended {left} bytes early");
            left -= count as u64;
        }
        len
    }

    fn head(&mut self) -> Head {
        let mut read = Vec::new();
        let end = loop {
            if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            let count = self.stream.read(&mut self.piece).expect("an answer comes");
            assert!(count > 0, "the connection ended before an answer came");
            read.extend_from_slice(&self.piece[..count]);
        };
        let text = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        Head {
            status: status.expect("an answer begins with its status"),
            content_length: length.and_then(|length| length.trim().parse().ok()),
            begun: read.split_off(end),
        }
    }
}

/// Somebody with an access token at a gateway.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) gateway: SocketAddr,
    pub(crate) token: String,
}

impl Owner {
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.gateway)
    }

    /// Stores the file at `path`; gives back its CID.
    pub(crate) fn store(&self, path: &Path) -> String {
        let len = std::fs::metadata(path).expect("the file to send is there").len();
        let mut connection = self.connect();
        connection.ask("POST /v1/files?name=file", &self.headers(&content_length(len)));
        connection.send_file(path);
        cid_of(&connection.answer(201))
    }

    /// Stores `content` over a connection that is kept; gives back its CID.
    pub(crate) fn store_over(&self, connection: &mut Connection, content: &[u8]) -> String {
        let len = content_length(content.len() as u64);
        connection.ask("POST /v1/files?name=file", &self.headers(&len));
        connection.send(content);
        cid_of(&connection.answer(201))
    }

    /// Reads a whole file; gives back its length.
    pub(crate) fn fetch(&self, connection: &mut Connection, cid: &str) -> u64 {
        connection.ask(&format!("GET /files/{cid}"), &self.headers(""));
        connection.swallow(200)
    }

    /// Reads `len` bytes of a file at `start`.
    pub(crate) fn fetch_range(&self, connection: &mut Connection, cid: &str, start: u64, len: u64) {
        let range = format!("Range: bytes={start}-{}\r\n", start + len - 1);
        connection.ask(&format!("GET /files/{cid}"), &self.headers(&range));
        assert_eq!(connection.swallow(206), len, "the range that was asked for");
    }

    pub(crate) fn headers(&self, more: &str) -> String {
        format!("Authorization: Bearer {}\r\n{more}", self.token)
    }
}

/// Somebody who adds to a Kubo and reads from its gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kubo {
    pub(crate) rpc: SocketAddr,
    pub(crate) gateway: SocketAddr,
}

impl Kubo {
    /// `POST /api/v0/add`, pinned; gives back the CID.
    pub(crate) fn store(&self, path: &Path) -> String {
        let len = std::fs::metadata(path).expect("the file to send is there").len();
        self.add(len, |connection| connection.send_file(path))
    }

    /// The same of bytes in memory.
    pub(crate) fn store_bytes(&self, content: &[u8]) -> String {
        self.add(content.len() as u64, |connection| connection.send(content))
    }

    fn add(&self, len: u64, send: impl FnOnce(&mut Connection)) -> String {
        let begin = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n";
        let end = "\r\n--cut--\r\n";
        let len = content_length(len + (begin.len() + end.len()) as u64);
        let mut connection = Connection::open(self.rpc);
        let form = "Connection: close\r\nContent-Type: multipart/form-data; boundary=cut\r\n";
        connection.ask("POST /api/v0/add?pin=true&progress=false", &format!("{form}{len}"));
        connection.send(begin.as_bytes());
        send(&mut connection);
        connection.send(end.as_bytes());
        let answer = connection.answer(200);
        let (_, rest) = answer.split_once("\"Hash\":\"").expect("Kubo says what it added");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// Reads a whole file from Kubo's own gateway; gives back its length.
    pub(crate) fn fetch(&self, cid: &str) -> u64 {
        let mut connection = Connection::open(self.gateway);
        connection.ask(&format!("GET /ipfs/{cid}"), "");
        connection.swallow(200)
    }

    /// The same through somebody in the middle, over a connection that the gateway ends.
    pub(crate) fn fetch_through(&self, middle: SocketAddr, cid: &str) -> u64 {
        let mut connection = Connection::open(middle);
        connection.ask(&format!("GET /ipfs/{cid}"), "Connection: close\r\n");
        connection.swallow(200)
    }

    /// Reads blocks from its gateway, one after the other over one connection.
    pub(crate) fn fetch_blocks(&self, cids: &[&str]) {
        let mut connection = self.connect();
        for cid in cids {
            connection
                .ask(&format!("GET /ipfs/{cid}?format=raw"), "Cache-Control: only-if-cached\r\n");
            connection.swallow(200);
        }
    }

    /// A connection to its gateway.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.gateway)
    }

    /// Reads `len` bytes of a file at `start` from its gateway.
    pub(crate) fn fetch_range(&self, connection: &mut Connection, cid: &str, start: u64, len: u64) {
        let range = format!("Range: bytes={start}-{}\r\n", start + len - 1);
        connection.ask(&format!("GET /ipfs/{cid}"), &range);
        assert_eq!(connection.swallow(206), len, "the range that was asked for");
    }
}

fn content_length(len: u64) -> String {
    format!("Content-Length: {len}\r\n")
}

fn cid_of(answer: &str) -> String {
    let file: Value = serde_json::from_str(answer).expect("an upload is answered in JSON");
    file["cid"].as_str().expect("a file has a CID").to_owned()
}
