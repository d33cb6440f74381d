//! A request's body as the stream that the upload flow takes.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, stream};
use tokio::time::timeout;

use crate::upload::BodyError;

/// The body's frames; an error if none comes for `idle`, or if the connection ends first.
pub(super) fn frames(
    body: Body,
    idle: Duration,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
    stream::try_unfold(body.into_data_stream(), move |mut frames| async move {
        let next = timeout(idle, frames.try_next()).await.map_err(|_| BodyError::Stalled)?;
        Ok(next.map_err(|_| BodyError::Cut)?.map(|frame| (frame, frames)))
    })
}
