//! Signs of life.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use super::{Problem, Services};

/// 200 as long as the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// 200 if an upload and a download could be taken now: the store and the engine answer.
pub(super) async fn ready(State(services): State<Arc<Services>>) -> Result<&'static str, Problem> {
    let not_ready = |detail: String| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready", detail)
    };
    let silent = |what: &'static str| not_ready(format!("The {what} does not answer."));
    services.store.ping().await.map_err(|_| silent("store"))?;
    let health = services.uploads.engine.health().await.map_err(|_| silent("engine"))?;
    if !health.is_ready() {
        // Which ones, and why, is in the log and in what `doctor` says: this is for everybody to see.
        let (well, needed) = (health.well(), health.needed);
        let detail = format!("Of the engine's nodes {well} are well, and {needed} are needed.");
        return Err(not_ready(detail));
    }
    Ok("ready\n")
}
