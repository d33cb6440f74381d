//! One request over a connection of its own, which is polled where its answer is read.
//!
//! A connection that is kept for several requests is a task of its own: it wakes the reader for each piece,
//! the reader wakes it, and every wake may call another processor. For small answers that is the price
//! of not connecting anew; for a long one it is as much as moving its bytes. And what nobody polls
//! takes nothing from the node: no more than the system's buffers wait for a reader that stopped.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response, Uri};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{Builder, Connection};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::fault::Fault;
use super::wire::{BUFFER_LEN, Body};

type Own = Box<Connection<TokioIo<TcpStream>, Body>>;

/// The body of such an answer. The connection goes with it.
pub(super) struct Straight {
    /// Gone once it has nothing more to do.
    connection: Option<Own>,
    body: Incoming,
}

/// Connects to where `request` is to go, and sends it; ready with the head of the answer.
pub(super) async fn send(
    connector: HttpConnector,
    mut request: Request<Body>,
) -> Result<Response<Straight>, Fault> {
    let io = connector.oneshot(request.uri().clone()).await.map_err(unreachable)?;
    name_host(&mut request)?;
    let handshake = Builder::new().max_buf_size(BUFFER_LEN).handshake(io);
    let (mut sender, connection) = handshake.await.map_err(unreachable)?;
    let mut connection = Some(Box::new(connection));
    let mut answer = std::pin::pin!(sender.send_request(request));
    let answer = poll_fn(|cx| {
        // It ends in an error where the answer does, which says the same.
        poll_connection(&mut connection, cx);
        answer.as_mut().poll(cx)
    });
    let answer = answer.await.map_err(unreachable)?;
    Ok(answer.map(|body| Straight { connection, body }))
}

/// As a request to a server, not to a proxy (RFC 9112, 3.2).
fn name_host(request: &mut Request<Body>) -> Result<(), Fault> {
    let uri = request.uri();
    let host = uri.authority().and_then(|host| HeaderValue::try_from(host.as_str()).ok());
    let host = host.ok_or_else(|| Fault::Nonsense("an address".to_owned()))?;
    let path = uri.path_and_query().cloned().map_or_else(|| Uri::from_static("/"), Uri::from);
    request.headers_mut().entry(HOST).or_insert(host);
    *request.uri_mut() = path;
    Ok(())
}

fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> Fault {
    Fault::Unreachable(Box::new(error))
}

fn poll_connection(connection: &mut Option<Own>, cx: &mut Context<'_>) {
    let Some(open) = connection else { return };
    if Pin::new(open).poll(cx).is_ready() {
        *connection = None;
    }
}

impl hyper::body::Body for Straight {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Self { connection, body } = &mut *self;
        // Asked first, the body says that more is wanted.
        if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
            return Poll::Ready(frame);
        }
        poll_connection(connection, cx);
        Pin::new(body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
