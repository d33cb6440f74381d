//! `/files/{cid}`: the plaintext, to whoever may read it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cidlock_crypto::statement::Statement;
use futures::TryStreamExt as _;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue,
    REFERRER_POLICY,
};
use http::{Method, StatusCode};
use serde::Deserialize;

use super::credentials::LinkBearer;
use super::params::{CidPath, Params};
use super::range::Window;
use super::{Problem, Services, conditional, digest, policy};
use crate::access::Read;
use crate::download::DownloadError;

/// What a link may have beside its token; what others have added to it is ignored.
#[derive(Deserialize)]
pub(super) struct ContentParams {
    download: Option<String>,
}

impl ContentParams {
    /// Whether the file is to be saved even if it could be shown.
    fn save(&self) -> bool {
        self.download.as_deref().is_some_and(|value| value != "0")
    }
}

/// `GET, HEAD /files/{cid}` and `/files/{cid}/{name}`
pub(super) async fn content(
    State(services): State<Arc<Services>>,
    bearer: LinkBearer,
    CidPath(cid): CidPath,
    Params(params): Params<ContentParams>,
    method: Method,
    mut headers: HeaderMap,
) -> Result<Response, Problem> {
    let grant = services.access.grant::<Read>(bearer.as_str(), &cid).await?;
    let object = services.downloads.describe(grant)?;
    let etag = conditional::etag(&object.file().cid);
    conditional::if_match(&headers, &etag)?;
    if conditional::not_modified(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, about_token(&etag)).into_response());
    }
    conditional::keep_range_if_same(&mut headers, &etag);
    let window = Window::resolve(&method, &headers, object.statement().size)?;

    let mut response =
        (about_token(&etag), about_content(object.statement(), params.save())).into_response();
    *response.status_mut() = window.status();
    let bytes = window.bytes();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(bytes.end - bytes.start));
    if let Some(range) = window.content_range() {
        response.headers_mut().insert(CONTENT_RANGE, range);
    }
    if method == Method::GET {
        let plaintext = object.open(bytes).await?;
        let span = tracing::Span::current();
        let plaintext = plaintext.inspect_err(move |error| {
            // The request's line has a word for it; damage deserves the details.
            if !matches!(error, DownloadError::Ended(_)) {
                span.in_scope(|| tracing::warn!(%error, "a download was cut"));
            }
        });
        *response.body_mut() = Body::from_stream(plaintext);
    }
    Ok(response)
}

/// What every answer to a token carries.
fn about_token(etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
}

/// What the file is.
fn about_content(statement: &Statement, save: bool) -> HeaderMap {
    let mut headers = policy::headers(&statement.media_type, &statement.name, save);
    if let Some(field) = digest::field(&statement.sha256) {
        headers.insert(digest::REPR_DIGEST, field);
    }
    headers
}
