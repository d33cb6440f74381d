//! An upload as a form (`multipart/form-data`, RFC 7578) with one part, named `file`.
//!
//! The file streams out of its envelope. Its end counts only once the envelope's own end was seen:
//! a form that is cut off, or has a second part, is an error and not a shorter file.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};

use super::Problem;
use crate::upload::BodyError;

/// How much of a form may be read in search of the file's first byte, or of the form's end behind
/// its last, in bytes. The parser searches all of it again with each frame, so that a client which
/// sends single bytes makes it work for the square of this.
const MAX_ENVELOPE_LEN: u64 = 16 << 10;

/// The name of the one part.
const FILE_PART: &str = "file";

/// The file in a form, and what the form says of it.
pub(super) struct FormFile {
    form: Multipart<'static>,
    field: Field<'static>,
    envelope: Arc<AtomicU64>,
}

/// The boundary, if the body is a form.
pub(super) fn boundary(headers: &HeaderMap) -> Option<Result<String, Problem>> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_form = essence.eq_ignore_ascii_case("multipart/form-data");
    is_form.then(|| multer::parse_boundary(text).map_err(|_| BodyError::Form.into()))
}

impl FormFile {
    /// Reads up to the first byte of the file.
    pub(super) async fn open(
        body: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static,
        boundary: String,
    ) -> Result<Self, BodyError> {
        let envelope = Arc::new(AtomicU64::new(0));
        let body = Paced { body: body.boxed(), envelope: envelope.clone(), taken: false };
        let mut form = Multipart::new(body, boundary);
        let field = form.next_field().await.map_err(|error| failed(&error))?;
        // What came with the headers is the file's already.
        envelope.store(0, Ordering::Relaxed);
        let field = field.filter(|field| field.name() == Some(FILE_PART));
        Ok(Self { field: field.ok_or(BodyError::Form)?, form, envelope })
    }

    /// What the part says the file is called.
    pub(super) fn name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// What the part says the file is.
    pub(super) fn media_type(&self) -> Option<&str> {
        self.field.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The file's bytes.
    pub(super) fn into_bytes(self) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
        let Self { form, field, envelope } = self;
        stream::try_unfold((field, form, envelope), |(mut field, mut form, envelope)| async move {
            if let Some(frame) = field.chunk().await.map_err(|error| failed(&error))? {
                envelope.store(0, Ordering::Relaxed);
                return Ok(Some((frame, (field, form, envelope))));
            }
            drop(field);
            match form.next_field().await {
                Ok(None) => Ok(None),
                Ok(Some(_)) => Err(BodyError::Form),
                Err(error) => Err(failed(&error)),
            }
        })
    }
}

/// A body that gives one frame each time it is polled, however fast it comes: the parser takes all
/// that is ready into its buffer before it looks at any of it.
struct Paced {
    body: BoxStream<'static, Result<Bytes, BodyError>>,
    /// Bytes given since the file last had one.
    envelope: Arc<AtomicU64>,
    taken: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.taken) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(frame) = ready!(self.body.poll_next_unpin(cx)?) else { return Poll::Ready(None) };
        self.taken = true;
        let len = frame.len() as u64;
        let given = self.envelope.fetch_add(len, Ordering::Relaxed);
        // A frame that holds the file's first byte may be larger than the envelope around it.
        if given > MAX_ENVELOPE_LEN {
            Poll::Ready(Some(Err(BodyError::Form)))
        } else {
            Poll::Ready(Some(Ok(frame)))
        }
    }
}

/// What went wrong with the form: the connection under it, or the form itself.
fn failed(error: &multer::Error) -> BodyError {
    match error {
        multer::Error::StreamReadFailed(source) => {
            source.downcast_ref().copied().unwrap_or(BodyError::Cut)
        }
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => BodyError::Cut,
        _ => BodyError::Form,
    }
}
