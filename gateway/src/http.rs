//! The HTTP boundary: requests become calls of the flows, their results become answers.
//!
//! [`router`] is the one table of routes and the one place where the order of layers is visible.
//! Handlers are thin: they parse, call one flow, and shape its result. Status codes are known here
//! and nowhere below; every error becomes a [`Problem`] (RFC 9457), and what a 5xx was about goes
//! to the log and not to the client.
//!
//! Query strings are never logged: they may carry tokens.

mod body;
mod car;
mod conditional;
mod connection;
mod content;
mod credentials;
mod deletions;
mod digest;
mod disposition;
mod edits;
mod files;
mod form;
mod health;
mod json;
mod linger;
mod links;
mod login;
mod observe;
mod page;
mod params;
mod percent;
mod policy;
mod problem;
mod range;
mod refusal;
mod scrub;
mod server;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

pub use body::Pace;
pub use problem::Problem;
pub use server::serve;

use crate::access::Access;
use crate::deletion::Deletions;
use crate::download::Downloads;
use crate::edit::Edits;
use crate::files::Files;
use crate::keyring::Keyring;
use crate::sharing::Sharing;
use crate::store::Store;
use crate::upkeep::Scrub;
use crate::upload::Uploads;

/// The largest JSON or form body, in bytes.
const MAX_JSON_LEN: usize = 64 << 10;

/// Everything a handler can reach.
pub struct Services {
    /// Authority.
    pub access: Access,
    /// The way in.
    pub uploads: Uploads,
    /// The way out.
    pub downloads: Downloads,
    /// What there is.
    pub files: Files,
    /// Descriptions, changed.
    pub edits: Edits,
    /// Files, deleted.
    pub deletions: Deletions,
    /// Everything read back.
    pub scrub: Scrub,
    /// Links.
    pub sharing: Sharing,
    /// For the public halves of its keys.
    pub keyring: Arc<Keyring>,
    /// For readiness.
    pub store: Arc<dyn Store>,
    /// What answers are built from.
    pub settings: Settings,
}

/// What answers are built from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The base of every link, without a trailing slash.
    pub public_url: String,
    /// The longest file name, in bytes.
    pub max_name_bytes: usize,
    /// The longest retention, in seconds.
    pub max_retention_s: u64,
    /// How long a small body may take, as a whole.
    pub header_timeout: Duration,
    /// How slowly an upload may come.
    pub pace: Pace,
}

/// The route table. Layers run from the bottom up: a request is first given its id and its line in the
/// log, which is written when its answer has ended, then what may be left of its body is seen to, then
/// a panic below becomes a 500, then it is routed.
pub fn router(services: Arc<Services>) -> Router {
    Router::new()
        .route("/v1/login", post(login::login))
        .route("/oauth/token", post(login::token))
        .route("/.well-known/jwks.json", get(login::jwks))
        .route("/v1/files", post(files::store).get(files::list))
        .route("/v1/files/{cid}", get(files::info).patch(edits::patch).delete(deletions::delete))
        .route("/v1/files/{cid}/links", post(links::create).get(links::list))
        .route("/v1/links/{id}", get(links::show).delete(links::revoke))
        .route("/v1/deletions/{id}", get(deletions::show))
        .route("/v1/admin/scrub", post(scrub::begin).get(scrub::show))
        .route("/files/{cid}", get(content::content))
        .route("/files/{cid}/{name}", get(content::content))
        .route("/ipfs/{cid}", get(car::car))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(refusal::no_such_route)
        .method_not_allowed_fallback(refusal::method_not_allowed)
        .with_state(services)
        .layer(DefaultBodyLimit::max(MAX_JSON_LEN))
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(axum::middleware::from_fn(linger::linger))
        .layer(axum::middleware::from_fn(observe::observe))
}
