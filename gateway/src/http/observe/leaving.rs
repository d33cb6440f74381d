//! An answer's body that takes the request's line along.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use hyper::body::{Frame, SizeHint};

use super::line::{End, Line};

/// A body whose end, or whose end before its end, is written down.
pub(super) struct Leaving {
    body: Body,
    /// Gone with the body's end.
    line: Option<Line>,
    /// How many bytes are still to come, where that is known.
    left: Option<u64>,
}

impl Leaving {
    /// `response` with its line; `bodiless` if the request was one that is answered by a head alone.
    pub(super) fn with(response: Response, line: Line, bodiless: bool) -> Response {
        let status = response.status();
        let empty = bodiless || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let declared = declared_len(response.headers());
        let left = if empty { Some(0) } else { declared.or(response.body().size_hint().exact()) };
        response.map(|body| Body::new(Self { body, line: Some(line), left }))
    }
}

fn declared_len(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                let len = frame.data_ref().map_or(0, |data| data.len() as u64);
                self.left = self.left.map(|left| left.saturating_sub(len));
                if let Some(line) = &mut self.line {
                    line.bytes_out += len;
                }
            }
            Some(Err(error)) => {
                if let Some(line) = self.line.take() {
                    line.write(End::failed(error));
                }
            }
            None => self.left = Some(0),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        // The server stops asking with the last byte that was declared. A body that it drops before
        // is one that it could not get rid of, and so its line says.
        let whole = self.left == Some(0) || self.body.is_end_stream();
        if let Some(line) = self.line.take().filter(|_| whole) {
            line.answered();
        }
    }
}
