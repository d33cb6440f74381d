//! One gateway for all tests of a file.

use std::ops::Deref;
use std::sync::{Arc, Weak};

use tokio::sync::Mutex;

use super::Gateway;

/// A gateway that starts with the first test that wants it and ends with the last one that has it,
/// so that no test leaves a process behind, whatever becomes of it.
#[derive(Debug)]
pub struct Shared {
    toml: &'static str,
    running: Mutex<Weak<Gateway>>,
}

/// A part in a shared gateway.
#[derive(Debug)]
pub struct Lease(Arc<Gateway>);

impl Shared {
    /// One whose configuration file says `toml`; it does not run yet.
    #[must_use]
    pub const fn new(toml: &'static str) -> Self {
        Self { toml, running: Mutex::const_new(Weak::new()) }
    }

    /// The gateway, started if it does not run.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn lease(&self) -> Lease {
        let mut running = self.running.lock().await;
        let gateway = match running.upgrade() {
            Some(gateway) => gateway,
            None => Arc::new(Gateway::start_with(self.toml).await),
        };
        *running = Arc::downgrade(&gateway);
        Lease(gateway)
    }
}

impl Deref for Lease {
    type Target = Gateway;

    fn deref(&self) -> &Gateway {
        &self.0
    }
}

impl Drop for Lease {
    #[expect(clippy::print_stdout, reason = "shown by the test runner where a test failed")]
    fn drop(&mut self) {
        // The last one to go sees the gateway print it.
        if std::thread::panicking() && Arc::strong_count(&self.0) > 1 {
            println!("--- the log of the shared gateway\n{}", self.0.home().log());
        }
    }
}
