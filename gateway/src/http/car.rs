//! `/ipfs/{cid}`: the object as its blocks, to whoever may read it.
//!
//! In the form of the trustless gateway (<https://specs.ipfs.tech/http-gateways/trustless-gateway/>),
//! with two differences: the one root is that of the object, whose directory names the content `cid`
//! and the statement; and nobody is answered without a token.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt as _;
use http::header::{
    ACCEPT, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, StatusCode};
use serde::Deserialize;

use super::credentials::LinkBearer;
use super::disposition::{self, Shown};
use super::params::{CidPath, Params};
use super::{Problem, Services, conditional};
use crate::access::Read;

/// The media type of a CAR.
const CAR: &str = "application/vnd.ipld.car";
/// Blocks come children first, and one that occurs again comes again.
const CAR_OF_OURS: HeaderValue =
    HeaderValue::from_static("application/vnd.ipld.car; version=1; order=unk; dups=y");

/// What may stand beside the token; what others have added is ignored.
#[derive(Deserialize)]
pub(super) struct CarParams {
    format: Option<String>,
}

/// `GET, HEAD /ipfs/{cid}?format=car`
pub(super) async fn car(
    State(services): State<Arc<Services>>,
    bearer: LinkBearer,
    CidPath(cid): CidPath,
    Params(params): Params<CarParams>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let grant = services.access.grant::<Read>(bearer.as_str(), &cid).await?;
    let wanted = params.format.map_or_else(|| accepts_car(&headers), |format| format == "car");
    if !wanted {
        let detail = "Objects are given out as CAR alone: ask with `?format=car`.";
        let status = StatusCode::NOT_ACCEPTABLE;
        return Err(Problem::new(status, "not_acceptable", "Not acceptable", detail));
    }
    let etag = format!("\"{}.car\"", grant.file().root);
    conditional::if_match(&headers, &etag)?;
    if conditional::not_modified(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, about(&etag)).into_response());
    }
    let blocks = services.downloads.car(&grant).await?;
    let mut response = about(&etag).into_response();
    let given = response.headers_mut();
    given.insert(CONTENT_TYPE, CAR_OF_OURS);
    given.insert(CONTENT_LENGTH, HeaderValue::from(blocks.left()));
    given.insert(CONTENT_DISPOSITION, disposition::value(Shown::Attachment, &format!("{cid}.car")));
    if method == Method::GET {
        *response.body_mut() = Body::from_stream(blocks.inspect_err({
            let span = tracing::Span::current();
            move |error| span.in_scope(|| tracing::warn!(%error, "a download was cut"))
        }));
    }
    Ok(response)
}

fn about(etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (ACCEPT_RANGES, HeaderValue::from_static("none")),
        (CACHE_CONTROL, HeaderValue::from_static("private")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (VARY, HeaderValue::from_static("Accept")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]);
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    headers
}

fn accepts_car(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let mut types = values.flat_map(|text| text.split(','));
    types.any(|range| {
        let essence = range.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(CAR)
    })
}
