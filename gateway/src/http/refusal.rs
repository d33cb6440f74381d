//! From the typed errors of the layers below to answers. All status codes of errors are here.

use std::any::Any;

use axum::response::{IntoResponse as _, Response};
use cidlock_crypto::token::TokenError;
use cidlock_ipfs_client::engine::EngineError;
use cidlock_ipfs_client::staging::StagingError;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::Problem;
use crate::access::{AccessError, Ended};
use crate::deletion::DeletionError;
use crate::download::DownloadError;
use crate::edit::EditError;
use crate::files::FilesError;
use crate::sharing::SharingError;
use crate::store::StoreError;
use crate::upload::{BodyError, MetadataError, UploadError};

pub(super) async fn no_such_route() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_route", "No such route", "There is nothing here.")
}

pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Method not allowed",
        "This resource has other methods; see the header Allow.",
    )
}

pub(super) fn panicked(_payload: Box<dyn Any + Send>) -> Response {
    // The panic hook has logged where; its payload may hold anything and is not repeated.
    Problem::internal(&std::io::Error::other("a handler panicked")).into_response()
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let invalid =
            |code, title| Self::unauthorized(code, title, sentence(&error), "invalid_token");
        match &error {
            AccessError::Token(TokenError::Expired) => invalid("token_expired", "Token expired"),
            AccessError::Token(_) | AccessError::UnknownSubject | AccessError::WrongKind => {
                invalid("token_invalid", "Token not valid")
            }
            AccessError::Revoked | AccessError::Superseded => {
                invalid("token_revoked", "Token revoked")
            }
            AccessError::BadCredentials => {
                Self::unauthorized("bad_credentials", "Login failed", sentence(&error), "")
            }
            AccessError::BadRefreshToken => {
                Self::bad_request("invalid_grant", "Refresh token not valid", sentence(&error))
            }
            AccessError::InsufficientScope(_)
            | AccessError::OtherObject
            | AccessError::OwnerAlone
            | AccessError::Permission(_)
            | AccessError::Restricted(_) => {
                Self::forbidden("insufficient_scope", "Not permitted", sentence(&error))
            }
            AccessError::NotFound => no_such_file(),
            AccessError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Busy",
                "Too many logins at once; try again in a moment.",
            )
            .with_header(RETRY_AFTER, HeaderValue::from_static("1")),
            AccessError::Store(store) => from_store(store),
            _ => Self::internal(&error),
        }
    }
}

fn no_such_file() -> Problem {
    let detail = "There is no such file, or it is not yours.";
    Problem::new(StatusCode::NOT_FOUND, "no_such_file", "No such file", detail)
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        from_store(&error)
    }
}

fn from_store(error: &StoreError) -> Problem {
    match error {
        StoreError::NoFile => no_such_file(),
        StoreError::Stale | StoreError::BeingRevised => revised_meanwhile(),
        StoreError::Unavailable(_) => Problem::unavailable(error),
        _ => Problem::internal(error),
    }
}

fn revised_meanwhile() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "revised_meanwhile",
        "Revised meanwhile",
        "The file is being changed by another request, or was; look at it again.",
    )
}

fn from_engine(error: &EngineError) -> Problem {
    match error {
        EngineError::Full => full(),
        EngineError::Unavailable { .. } => Problem::unavailable(error),
        // The catalog has it and the engine has not: damage, not the client's mistake.
        _ => Problem::internal(error),
    }
}

fn full() -> Problem {
    Problem::new(
        StatusCode::INSUFFICIENT_STORAGE,
        "storage_full",
        "No room",
        "The gateway has no room for this file at the moment.",
    )
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Form => Self::bad_request(
                "bad_form",
                "Form not understood",
                "The form must have one part, named `file`, and end with its boundary.",
            ),
            BodyError::Stalled => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "body_stalled",
                "Upload stalled",
                "No byte came for as long as the gateway waits.",
            ),
            _ => Self::bad_request(
                "body_cut",
                "Upload cut off",
                "The body ended before its declared end.",
            ),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Body(body) => body.into(),
            UploadError::Ended(ended) => ended.into(),
            UploadError::TooLarge { limit } => too_large(limit),
            UploadError::Digest => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "digest_mismatch",
                "Digest mismatch",
                "What came has another SHA-256 than Repr-Digest says.",
            ),
            UploadError::Staging(StagingError::Full(_)) => full(),
            UploadError::Engine(engine) => from_engine(&engine),
            UploadError::Store(store) => from_store(&store),
            error => Self::internal(&error),
        }
    }
}

pub(super) fn too_large(limit: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "File too large",
        format!("A file may have at most {limit} bytes."),
    )
}

impl From<MetadataError> for Problem {
    fn from(error: MetadataError) -> Self {
        let code = match error {
            MetadataError::MediaType => "bad_media_type",
            _ => "bad_name",
        };
        Self::bad_request(code, "Name or type not acceptable", sentence(&error))
    }
}

impl From<Ended> for Problem {
    fn from(ended: Ended) -> Self {
        let (code, title) = match ended {
            Ended::Expired => ("token_expired", "Token expired"),
            _ => ("token_revoked", "Token revoked"),
        };
        Self::unauthorized(code, title, sentence(&ended), "invalid_token")
    }
}

impl From<DownloadError> for Problem {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::Engine(engine) => from_engine(&engine),
            DownloadError::Ended(ended) => ended.into(),
            DownloadError::Store(store) => from_store(&store),
            DownloadError::Revised => revised_meanwhile(),
            error => Self::internal(&error),
        }
    }
}

impl From<FilesError> for Problem {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Store(store) => from_store(&store),
            error => Self::internal(&error),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match &error {
            EditError::Retention { .. } => {
                Self::bad_request("bad_retention", "Retention out of range", sentence(&error))
            }
            EditError::Meta => Self::bad_request("bad_meta", "Remarks refused", sentence(&error)),
            EditError::Engine(engine) => from_engine(engine),
            EditError::Store(store) => from_store(store),
            _ => Self::internal(&error),
        }
    }
}

impl From<DeletionError> for Problem {
    fn from(error: DeletionError) -> Self {
        match &error {
            DeletionError::NotFound => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_deletion",
                "No such deletion",
                "No file of yours with this id was deleted.",
            ),
            DeletionError::Store(store) => from_store(store),
            _ => Self::internal(&error),
        }
    }
}

impl From<SharingError> for Problem {
    fn from(error: SharingError) -> Self {
        let refused = |code| Self::bad_request(code, "Link not acceptable", sentence(&error));
        match &error {
            SharingError::Lifetime { .. } => refused("bad_lifetime"),
            SharingError::Permissions => refused("bad_permissions"),
            SharingError::Depth => refused("too_deep"),
            SharingError::UnknownParent => {
                let detail = sentence(&error);
                Self::unauthorized("token_invalid", "Token not valid", detail, "invalid_token")
            }
            SharingError::Ended(ended) => (*ended).into(),
            SharingError::Label => refused("bad_name"),
            SharingError::NotFound => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_link",
                "No such link",
                "There is no such link, or it is not yours.",
            ),
            SharingError::Store(store) => from_store(store),
            _ => Self::internal(&error),
        }
    }
}

/// An error's text as a sentence.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text.push('.');
    text
}
