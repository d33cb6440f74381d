//! Answers: told apart into accepted and refused, and read with a limit.

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, Url};
use serde::de::DeserializeOwned;

use super::super::failure::{AskedWith, Failure};
use super::{Problem, Server, unreachable};

/// The largest answer that is read into memory: a page of files.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// The largest explanation of a refusal.
const MAX_PROBLEM_BYTES: usize = 64 << 10;

/// `response` if it is a success.
pub(super) async fn accepted(
    response: Response,
    server: &Server,
    with: AskedWith,
) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status.is_redirection() {
        return Err(unintelligible(server, redirection(&response)));
    }
    // The status alone is worth reporting when its explanation cannot be read.
    let body = read(response, MAX_PROBLEM_BYTES, server).await.unwrap_or_default();
    Err(Failure::Refused { problem: Problem::new(status.as_u16(), &body), with })
}

/// The JSON in `response`.
pub(super) async fn json<T: DeserializeOwned>(
    response: Response,
    server: &Server,
) -> Result<T, Failure> {
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json {
        return Err(unintelligible(server, "the answer is not JSON".to_owned()));
    }
    let body = read(response, MAX_ANSWER_BYTES, server).await?;
    // What serde_json says of a body may quote it, and there may be tokens in it.
    serde_json::from_slice(&body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        unintelligible(server, format!("the JSON is not what was expected ({place})"))
    })
}

async fn read(mut response: Response, limit: usize, server: &Server) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(frame) = response.chunk().await.map_err(|error| unreachable(server, &error))? {
        if body.len() + frame.len() > limit {
            return Err(unintelligible(server, format!("the answer is over {limit} bytes")));
        }
        body.extend_from_slice(&frame);
    }
    Ok(body)
}

pub(super) fn unintelligible(server: &Server, cause: String) -> Failure {
    Failure::Unintelligible { server: server.to_string(), cause }
}

/// Where a redirect leads, as far as the origin: the rest may carry a token.
fn redirection(response: &Response) -> String {
    response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Url::parse(value).ok())
        .map_or_else(
            || "it redirects".to_owned(),
            |url| format!("it redirects to {}", url.origin().ascii_serialization()),
        )
}
