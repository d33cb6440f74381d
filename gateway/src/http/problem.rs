//! Errors as answers: RFC 9457, with stable codes; RFC 6750 challenges on 401 and 403.

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Extensions, HeaderMap, StatusCode};
use serde::Serialize;

/// An error answer. It cannot be a success, and it holds nothing that the client may not see.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    challenge: Option<&'static str>,
    headers: Vec<(http::HeaderName, HeaderValue)>,
}

impl Problem {
    /// `code` is what programs match on; `title` is the same for every occurrence of it, `detail`
    /// is about this one.
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        debug_assert!(status.is_client_error() || status.is_server_error());
        let (challenge, headers) = (None, Vec::new());
        Self { status, code, title, detail: detail.into(), challenge, headers }
    }

    /// 400: the request itself is wrong.
    pub(super) fn bad_request(
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, title, detail)
    }

    /// 401 with a challenge; `error` is the code of RFC 6750, section 3.1, or empty where no
    /// credential was presented.
    pub(super) fn unauthorized(
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
        error: &'static str,
    ) -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, code, title, detail);
        problem.challenge = Some(error);
        problem
    }

    /// 403 with the challenge `insufficient_scope`.
    pub(super) fn forbidden(
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        let mut problem = Self::new(StatusCode::FORBIDDEN, code, title, detail);
        problem.challenge = Some("insufficient_scope");
        problem
    }

    /// 500: a defect or a damage. `error` goes to the log with all its causes; the client is told
    /// nothing but the request's id.
    pub(super) fn internal(error: &dyn Error) -> Self {
        tracing::error!(error = %Causes(error), "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "The gateway failed; its log has more under this request's id.",
        )
    }

    /// 503: something that the gateway needs does not answer.
    pub(super) fn unavailable(error: &dyn Error) -> Self {
        tracing::error!(error = %Causes(error), "unavailable");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Temporarily unavailable",
            "Something that the gateway needs does not answer; try again later.",
        )
    }

    /// What programs match on.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The same for every occurrence of the code.
    pub(super) fn title(&self) -> &'static str {
        self.title
    }

    /// About this occurrence.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// The same with a header of its own.
    pub(super) fn with_header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer, with the id under which the log speaks of it.
    pub(super) fn render(&self, request_id: &str) -> Response {
        #[derive(Serialize)]
        struct Members<'a> {
            r#type: String,
            title: &'a str,
            status: u16,
            detail: &'a str,
            code: &'a str,
            request_id: &'a str,
        }
        let members = Members {
            r#type: format!("urn:cidlock:problem:{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            request_id,
        };
        let mut body = serde_json::to_vec(&members).unwrap_or_default();
        body.push(b'\n');
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        self.add_headers(headers);
        response
    }

    /// What goes with the problem in whatever form it is shown.
    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        headers.extend(self.headers.iter().cloned());
    }

    fn challenge(&self) -> Option<HeaderValue> {
        let text = match self.challenge? {
            "" => r#"Bearer realm="cidlock""#.to_owned(),
            error => {
                // A quoted-string takes no quote or backslash; details have none but to be sure.
                let quotable = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
                let description: String = self.detail.chars().filter(quotable).collect();
                format!(
                    r#"Bearer realm="cidlock", error="{error}", error_description="{description}""#
                )
            }
        };
        HeaderValue::try_from(text).ok()
    }

    /// The problem that a response stands for, if it does.
    pub(super) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Self>()
    }
}

impl IntoResponse for Problem {
    /// Only marks the response: the id of the request is known further out, where
    /// `render` is called.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An error and what caused it, on one line.
pub(crate) struct Causes<'a>(pub(crate) &'a dyn Error);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
