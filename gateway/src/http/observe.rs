//! The outermost layer: every request has an id, one line in the log, and an answer that names it.

mod leaving;
mod line;

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, REFERRER_POLICY};
use http::{HeaderValue, Method};
use tracing::Instrument as _;
use uuid::Uuid;

pub(super) use line::{Arriving, End, Line};

use super::connection::Connection;
use super::{Problem, page};
use leaving::Leaving;

const X_REQUEST_ID: http::HeaderName = http::HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a request, in bytes.
const MAX_ID_LEN: usize = 64;

pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers().get(&X_REQUEST_ID));
    let bodiless = request.method() == Method::HEAD;
    let mut line = begin(&request, id.clone());
    request.extensions_mut().insert(line.arriving.clone());
    let span = tracing::info_span!("request", %id, method = line.method, route = line.route);
    let for_a_person = page::is_wanted(&request);
    let response = next.run(request).instrument(span).await;
    let (code, mut response) = match Problem::of(response.extensions()) {
        Some(problem) => (Some(problem.code()), rendered(problem, for_a_person, &id, &response)),
        None => (None, response),
    };
    (line.status, line.code) = (Some(response.status()), code);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    // What a credential opened, or failed to, is for its bearer; who means otherwise says so.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    Leaving::with(response, line, bodiless)
}

/// The line of a request of which nothing is known but its head.
fn begin(request: &Request, request_id: String) -> Line {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    Line {
        method: line::method_name(request.method()),
        route,
        request_id,
        begun: Instant::now(),
        arriving: Arc::default(),
        status: None,
        code: None,
        bytes_out: 0,
        connection: request.extensions().get::<Arc<Connection>>().cloned(),
        end: None,
    }
}

/// The problem's answer with what the router has added, such as `Allow`.
fn rendered(problem: &Problem, for_a_person: bool, id: &str, marked: &Response) -> Response {
    let mut response = if for_a_person { page::render(problem, id) } else { problem.render(id) };
    if let Some(allow) = marked.headers().get(http::header::ALLOW) {
        response.headers_mut().insert(http::header::ALLOW, allow.clone());
    }
    response
}

/// The client's own id, if it is short and harmless, or a fresh one.
fn request_id(given: Option<&HeaderValue>) -> String {
    let harmless = |text: &&str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        (1..=MAX_ID_LEN).contains(&text.len()) && text.bytes().all(plain)
    };
    let given = given.and_then(|value| value.to_str().ok()).filter(harmless);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmless_id_is_kept_and_any_other_replaced() {
        let id = |text: &str| request_id(HeaderValue::from_str(text).ok().as_ref());
        assert_eq!(id("trace-1.a_B"), "trace-1.a_B");
        for bad in ["", "a b", "{\"x\":1}", &"x".repeat(65), "\u{e9}"] {
            assert_ne!(id(bad), bad);
            assert_eq!(id(bad).len(), 36);
        }
    }
}
