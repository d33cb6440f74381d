//! What becomes of a body that is refused before its end.
//!
//! A connection that is closed while bytes still come in is reset, and the answer that says why may
//! be lost with it: the client sees a broken pipe. So what is left of such a body is read for a
//! while and thrown away, until the client has seen the answer and stops.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt as _};
use http::header::EXPECT;
use tokio::time::timeout;

use super::observe::Arriving;

/// How long a client may go on sending what nobody wants.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn linger(request: Request, next: Next) -> Response {
    // Who waits to be told to go on is told otherwise, and has sent nothing that is in the way.
    let coming = !request.headers().contains_key(EXPECT);
    let arriving = request.extensions().get::<Arc<Arriving>>().cloned().unwrap_or_default();
    let request = request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        let frames = Some(body.into_data_stream());
        Body::from_stream(Lingering { frames, coming, arriving })
    });
    next.run(request).await
}

/// A body whose rest is read when it is dropped.
struct Lingering {
    /// Gone only once this is dropped.
    frames: Option<BodyDataStream>,
    /// Whether there may be bytes on their way.
    coming: bool,
    /// What of it somebody wanted.
    arriving: Arc<Arriving>,
}

impl Stream for Lingering {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.coming = true;
        let frame = match &mut self.frames {
            Some(frames) => ready!(frames.poll_next_unpin(cx)),
            None => None,
        };
        self.coming = matches!(frame, Some(Ok(_)));
        match &frame {
            Some(Ok(frame)) => self.arriving.came(frame.len()),
            Some(Err(_)) => self.arriving.was_cut(),
            None => {}
        }
        Poll::Ready(frame)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(mut rest) = self.frames.take().filter(|_| self.coming) else { return };
        tokio::spawn(timeout(PATIENCE, async move {
            while rest.next().await.is_some_and(|frame| frame.is_ok()) {}
        }));
    }
}
