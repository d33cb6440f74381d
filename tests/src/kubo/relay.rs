//! A way to a node on which answers can be replaced, altered, cut or withheld, and which remembers
//! all that a client sent.
//!
//! It is for what a real node cannot be made to do. Whatever no trick is played on, the node answers.
//! Each connection carries one request: the relay asks the node to close it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cidlock_ipfs_client::engine::kubo::NodeAddress;
use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Node;

/// No head of this project or of Kubo is longer.
const MAX_HEAD_LEN: usize = 16 << 10;

/// What becomes of an answer.
#[derive(Clone)]
pub enum Trick {
    /// The node is not asked; this comes instead, head and body, when the request has come whole.
    Answer(Vec<u8>),
    /// The node is asked, and what it answers (head and body, whole) goes through this.
    Altered(Arc<dyn Fn(Vec<u8>) -> Vec<u8> + Send + Sync>),
    /// The node's answer is cut after so many bytes of its body.
    CutAfter(u64),
    /// The node is not asked, and nothing comes.
    Silence,
}

impl Trick {
    /// A status, a media type and a body, complete and consistent.
    #[must_use]
    pub fn answer(status: u16, media_type: &str, body: &str) -> Self {
        let len = body.len();
        Self::Answer(
            format!(
                "HTTP/1.1 {status} Said\r\nContent-Type: {media_type}\r\nContent-Length: {len}\r\n\
                 Connection: close\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }

    /// Status 200 with this as JSON.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::answer(200, "application/json", body)
    }

    /// Status 200 with a page for people, as a proxy in between may answer.
    #[must_use]
    pub fn page() -> Self {
        Self::answer(200, "text/html", "<html><body>Please log in</body></html>")
    }

    /// Status 200 and a body that ends with Kubo's way to say that it failed after it had begun.
    #[must_use]
    pub fn failing_at_its_end(body: &str) -> Self {
        let len = body.len();
        // A chunk of no length is the last one.
        let chunk = if body.is_empty() { String::new() } else { format!("{len:x}\r\n{body}\r\n") };
        Self::Answer(
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTrailer: X-Stream-Error\r\n\
                 Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                 {chunk}0\r\nX-Stream-Error: the disk went away\r\n\r\n"
            )
            .into_bytes(),
        )
    }

    /// The node's answer with another body of its own making, whose length is announced rightly.
    #[must_use]
    pub fn body(change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self::Altered(Arc::new(move |answer| {
            let Some(end) = end_of_head(&answer) else { return answer };
            let mut body = answer[end..].to_vec();
            change(&mut body);
            let head = String::from_utf8_lossy(&answer[..end - 2]);
            let lines = head.split_terminator("\r\n");
            let kept = lines.filter(|line| {
                let line = line.to_ascii_lowercase();
                !line.starts_with("content-length:") && !line.starts_with("etag:")
            });
            let mut altered = kept.fold(String::new(), |head, line| head + line + "\r\n");
            altered += &format!("Content-Length: {}\r\n\r\n", body.len());
            [altered.into_bytes(), body].concat()
        }))
    }
}

impl fmt::Debug for Trick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(answer) => {
                write!(f, "Answer({:?})", String::from_utf8_lossy(answer))
            }
            Self::Altered(_) => f.write_str("Altered(..)"),
            Self::CutAfter(bytes) => write!(f, "CutAfter({bytes})"),
            Self::Silence => f.write_str("Silence"),
        }
    }
}

/// Two listeners on loopback behind which a node's RPC and its gateway are. They go when it is
/// dropped, with what passes.
#[derive(Debug)]
pub struct Relay {
    rpc: SocketAddr,
    gateway: SocketAddr,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    sent: Mutex<Vec<Vec<u8>>>,
}

#[derive(Debug)]
struct Rule {
    part: String,
    left: usize,
    trick: Trick,
}

impl Relay {
    /// One to `node`.
    ///
    /// # Panics
    /// If there is no port to be had.
    pub async fn to(node: &Node) -> Self {
        let shared = Arc::<Shared>::default();
        let mut accepting = JoinSet::new();
        let mut addresses = Vec::new();
        for url in [node.rpc(), node.gateway()] {
            let there = url.trim_start_matches("http://").parse().expect("an address of loopback");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of loopback");
            addresses.push(listener.local_addr().expect("a listener has an address"));
            accepting.spawn(accept(listener, there, Arc::clone(&shared)));
        }
        Self { rpc: addresses[0], gateway: addresses[1], shared, _accepting: accepting }
    }

    /// What an engine is told of the node, by this way.
    ///
    /// # Panics
    /// Never: these are addresses.
    #[must_use]
    pub fn address(&self, name: &str) -> NodeAddress {
        let url = |address: SocketAddr| format!("http://{address}").parse().expect("an address");
        NodeAddress {
            name: name.to_owned(),
            rpc: url(self.rpc),
            gateway: Some(url(self.gateway)),
            authorization: None,
        }
    }

    /// Plays `trick` on the next request whose target contains `part`; more than one of these are
    /// played one after the other.
    pub fn once(&self, part: &str, trick: Trick) {
        self.times(1, part, trick);
    }

    /// Plays `trick` on all requests to come whose target contains `part`.
    pub fn always(&self, part: &str, trick: Trick) {
        self.times(usize::MAX, part, trick);
    }

    /// Plays `trick` on the next `n` requests whose target contains `part`.
    pub fn times(&self, n: usize, part: &str, trick: Trick) {
        lock(&self.shared.rules).push(Rule { part: part.to_owned(), left: n, trick });
    }

    /// Plays no tricks any more.
    pub fn honest(&self) {
        lock(&self.shared.rules).clear();
    }

    /// The first lines of the requests so far, in the order in which they came.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let line = |sent: &Vec<u8>| {
            let end = memmem::find(sent, b"\r\n").unwrap_or(sent.len());
            String::from_utf8_lossy(&sent[..end]).into_owned()
        };
        lock(&self.shared.sent).iter().map(line).collect()
    }

    /// All that clients sent so far, each request with its head and its body.
    #[must_use]
    pub fn sent(&self) -> Vec<Vec<u8>> {
        lock(&self.shared.sent).clone()
    }
}

async fn accept(listener: TcpListener, there: SocketAddr, shared: Arc<Shared>) {
    let mut passing = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while passing.try_join_next().is_some() {}
        let shared = Arc::clone(&shared);
        // A connection that breaks has had its fate.
        passing.spawn(async move { drop(pass(client, there, &shared).await) });
    }
}

/// Passes one request and its answer.
async fn pass(mut client: TcpStream, there: SocketAddr, shared: &Shared) -> io::Result<()> {
    let mut head = Vec::new();
    let end = loop {
        if let Some(end) = end_of_head(&head) {
            break end;
        }
        if client.read_buf(&mut head).await? == 0 || head.len() > MAX_HEAD_LEN {
            return Ok(());
        }
    };
    let number = {
        let mut sent = lock(&shared.sent);
        sent.push(head.clone());
        sent.len() - 1
    };
    let remember = |bytes: &[u8]| lock(&shared.sent)[number].extend_from_slice(bytes);
    let first_line = memmem::find(&head, b"\r\n").unwrap_or(end);
    let target = String::from_utf8_lossy(&head[..first_line]).into_owned();
    let trick = trick_on(shared, &target);

    if let Some(Trick::Silence | Trick::Answer(_)) = trick {
        let text = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
        let mut body = head[end..].to_vec();
        while text.contains("transfer-encoding: chunked") && !body.ends_with(b"0\r\n\r\n") {
            let known = body.len();
            if client.read_buf(&mut body).await? == 0 {
                return Ok(());
            }
            remember(&body[known..]);
        }
        if let Some(Trick::Answer(answer)) = trick {
            client.write_all(&answer).await?;
            return client.shutdown().await;
        }
        // Until the client has had enough.
        while client.read(&mut [0; 1024]).await? > 0 {}
        return Ok(());
    }

    let mut node = TcpStream::connect(there).await?;
    let (before, after) = (&head[..end - 2], &head[end..]);
    node.write_all(&[before, b"Connection: close\r\n\r\n", after].concat()).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_node, mut to_node) = node.split();
    let asking = async {
        let mut piece = vec![0; 64 << 10];
        loop {
            let count = from_client.read(&mut piece).await?;
            if count == 0 {
                return Ok(());
            }
            remember(&piece[..count]);
            to_node.write_all(&piece[..count]).await?;
        }
    };
    let answering = async {
        match trick {
            Some(Trick::CutAfter(bytes)) => {
                let mut answer = Vec::new();
                while end_of_head(&answer).is_none() {
                    if from_node.read_buf(&mut answer).await? == 0 {
                        break;
                    }
                }
                let head = end_of_head(&answer).unwrap_or(answer.len());
                let mut wanted = head.saturating_add(usize::try_from(bytes).unwrap_or(usize::MAX));
                loop {
                    let piece = &answer[..wanted.min(answer.len())];
                    to_client.write_all(piece).await?;
                    wanted -= piece.len();
                    answer.clear();
                    if wanted == 0 || from_node.read_buf(&mut answer).await? == 0 {
                        break;
                    }
                }
            }
            Some(Trick::Altered(change)) => {
                let mut answer = Vec::new();
                from_node.read_to_end(&mut answer).await?;
                to_client.write_all(&change(answer)).await?;
            }
            _ => drop(copy(&mut from_node, &mut to_client).await?),
        }
        to_client.shutdown().await
    };
    tokio::select! {
        gone = asking => gone,
        done = answering => done,
    }
}

fn trick_on(shared: &Shared, target: &str) -> Option<Trick> {
    let mut rules = lock(&shared.rules);
    let rule = rules.iter_mut().find(|rule| rule.left > 0 && target.contains(&rule.part))?;
    rule.left -= 1;
    Some(rule.trick.clone())
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
