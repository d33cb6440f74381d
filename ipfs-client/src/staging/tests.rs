//! Staging files: what is in them, what they may take, who reads them, how they end.

mod budget;
mod ends;
mod following;
mod writing;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// A runtime with one thread for blocking calls, which is what reads and writes files.
fn one_disk_thread() -> Runtime {
    Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap()
}

/// Occupies the only thread for blocking calls until the sender is used or dropped.
fn stop_the_disk() -> oneshot::Sender<()> {
    let (go_on, stopped) = oneshot::channel::<()>();
    drop(tokio::task::spawn_blocking(move || stopped.blocking_recv()));
    go_on
}
