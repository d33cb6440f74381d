//! Case: an engine that could work says so.

use super::Subject;

/// An engine that has just been made is well, and ready for an upload.
pub async fn of_a_fresh_engine_is_good(subject: &Subject) {
    let health = subject.engine.health().await.expect("an engine says how it is");
    assert!(health.is_well() && health.is_ready(), "a fresh engine is well: {health:?}");
}
