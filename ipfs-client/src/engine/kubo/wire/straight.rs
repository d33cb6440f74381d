//! One request over a connection of its own, which is polled where its answer is read.
//!
//! A connection that is kept for several requests is a task of its own: it wakes the reader for each piece,
//! the reader wakes it, and every wake may call another processor. For small answers that is the price
//! of not connecting anew; for a long one it is a tenth of what it costs here. And what nobody polls
//! takes nothing from the node but what fits into the buffers on the way.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, Uri};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1::{Builder, Connection};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::super::fault::Fault;
use super::{BUFFER_LEN, Body};

type Own = Box<Connection<TokioIo<TcpStream>, Body>>;

/// The body of such an answer. The connection goes with it.
pub(in super::super) struct Straight {
    /// Gone once it has nothing more to do.
    connection: Option<Own>,
    body: Incoming,
}

/// Connects to where `request` is to go, and sends it, which has its `Host`; ready with the head of the
/// answer.
pub(super) async fn send(
    connector: HttpConnector,
    mut request: Request<Body>,
) -> Result<Response<Straight>, Fault> {
    let io = connector.oneshot(request.uri().clone()).await.map_err(unreachable)?;
    // To a server, not to a proxy (RFC 9112, 3.2.1).
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
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
}
