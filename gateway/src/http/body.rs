//! A request's body as the stream that the upload flow takes.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, stream};
use tokio::time::{Instant, timeout_at};

use crate::upload::BodyError;

/// How slowly an upload may come.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// In each window of this length ...
    pub window: Duration,
    /// ... so many bytes must come.
    pub min_bytes: u64,
}

/// The body's frames; an error if too few bytes come in time, or if the connection ends first.
pub(super) fn frames(
    body: Body,
    pace: Pace,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static {
    let state = (body.into_data_stream(), Window::new(pace));
    stream::try_unfold(state, move |(mut frames, mut window)| async move {
        let next = timeout_at(window.end, frames.try_next()).await;
        let frame = next.map_err(|_| BodyError::Stalled)?.map_err(|_| BodyError::Cut)?;
        Ok(frame.map(|frame| {
            window.count(frame.len());
            (frame, (frames, window))
        }))
    })
}

/// The time within which `missing` bytes must come. Meeting that begins the next.
struct Window {
    pace: Pace,
    end: Instant,
    missing: u64,
}

impl Window {
    fn new(pace: Pace) -> Self {
        Self { pace, end: Instant::now() + pace.window, missing: pace.min_bytes }
    }

    fn count(&mut self, len: usize) {
        self.missing = self.missing.saturating_sub(len as u64);
        if self.missing == 0 {
            *self = Self::new(self.pace);
        }
    }
}
