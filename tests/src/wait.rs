//! Bounded polling, for what a server says only when asked.
//!
//! Not a way to wait for something that could be awaited: it is for readiness and for the exit of
//! processes.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long a server may take to start or to stop: generous, since other tests use the machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(10);

/// Asks `probe` until it has an answer.
///
/// # Panics
/// After [`PATIENCE`], with `what` was awaited.
pub async fn until<T>(what: impl Display, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = probe().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
