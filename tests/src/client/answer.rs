//! An answer, read to its end, and the rules that every refusal keeps.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head.
    pub headers: HeaderMap,
    /// What came of the body.
    pub body: Vec<u8>,
    /// Whether the body ended as its head had announced.
    pub is_whole: bool,
}

impl Answer {
    /// Sends a request and reads all that comes back.
    ///
    /// # Panics
    /// If nothing comes back.
    pub async fn to(request: RequestBuilder) -> Self {
        let mut response = request.send().await.expect("the gateway answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let is_whole = loop {
            match response.chunk().await {
                Ok(Some(frame)) => body.extend_from_slice(&frame),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        Self { status, headers, body, is_whole }
    }

    /// This answer, if its status is `status`.
    ///
    /// # Panics
    /// If it is another one, with what was said.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let said = String::from_utf8_lossy(&self.body[..self.body.len().min(1000)]).into_owned();
        assert_eq!(self.status, status, "the gateway said: {said}");
        self
    }

    /// A header of the head, as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// It is a refusal of this status and code, in the form that every refusal has (RFC 9457, and
    /// RFC 6750 where it is about a credential). Gives back its `detail`.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) -> String {
        let said = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status, self.is_whole), (status, true), "the gateway said: {said}");
        assert_eq!(self.header(CONTENT_TYPE.as_str()), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["code"], code, "the gateway said: {said}");
        assert_eq!(problem["type"], format!("urn:cidlock:problem:{code}"));
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"));
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{said}");
        self.assert_challenged(status, code);
        problem["detail"].as_str().expect("a problem has a detail").to_owned()
    }

    /// A refusal for a credential says in a header what is wrong with it, others have no such one.
    #[track_caller]
    fn assert_challenged(&self, status: u16, code: &str) {
        let challenge = self.header(WWW_AUTHENTICATE.as_str());
        let expected = match (status, code) {
            (401, "unauthenticated" | "bad_credentials") => {
                assert_eq!(challenge, Some(r#"Bearer realm="cidlock""#));
                return;
            }
            (401, _) => Some(r#"error="invalid_token""#),
            (403, _) => Some(r#"error="insufficient_scope""#),
            _ => None,
        };
        match (challenge, expected) {
            (Some(challenge), Some(error)) => {
                assert!(challenge.starts_with("Bearer "), "{challenge}");
                assert!(challenge.contains(error), "{challenge}");
                assert!(challenge.contains("error_description="), "{challenge}");
            }
            (challenge, expected) => assert_eq!(challenge, expected),
        }
    }
}
