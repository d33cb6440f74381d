//! Small bodies in, JSON or a form: bounded in length, and as a whole in time.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, JsonRejection};
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::{Problem, Services};
use crate::upload::BodyError;

/// A JSON body of at most [`super::MAX_JSON_LEN`] bytes.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Services>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Services>) -> Result<Self, Problem> {
        let body = axum::Json::from_request(request, state);
        match in_time(state, body).await? {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refused(rejection.status(), named_type(&rejection))),
        }
    }
}

/// A form body (`application/x-www-form-urlencoded`), as OAuth 2.0 has it.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Services>> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Services>) -> Result<Self, Problem> {
        let body = axum::Form::from_request(request, state);
        match in_time(state, body).await? {
            Ok(axum::Form(value)) => Ok(Self(value)),
            Err(rejection) => {
                let named = matches!(rejection, FormRejection::InvalidFormContentType(_));
                Err(refused(rejection.status(), named))
            }
        }
    }
}

/// A small body has no more time than the request's head had.
async fn in_time<T>(services: &Services, body: impl Future<Output = T>) -> Result<T, Problem> {
    timeout(services.settings.header_timeout, body).await.map_err(|_| BodyError::Stalled.into())
}

fn named_type(rejection: &JsonRejection) -> bool {
    matches!(rejection, JsonRejection::MissingJsonContentType(_))
}

/// What the parser says is not repeated: it may quote a password.
fn refused(status: StatusCode, wrong_type: bool) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("This body may have at most {} bytes.", super::MAX_JSON_LEN);
        Problem::new(status, "too_large", "Body too large", detail)
    } else if wrong_type {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let detail = "This call takes a body of another Content-Type.";
        Problem::new(status, "unsupported_media_type", "Unsupported media type", detail)
    } else {
        let detail = "The body is malformed, or has a missing, unknown or mistyped member.";
        Problem::bad_request("bad_body", "Body not understood", detail)
    }
}
