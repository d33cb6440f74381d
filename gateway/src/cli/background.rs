//! Work that must not stop in the middle because the user pressed Ctrl-C.
//!
//! One thing qualifies: renewing the session, since between the server's answer and our disk there
//! is nothing but this process.

use std::time::Duration;

use tokio_util::task::TaskTracker;

use super::failure::Failure;

/// How long the program waits for such work before it ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// The set of such tasks.
#[derive(Debug, Clone, Default)]
pub(super) struct Background(TaskTracker);

impl Background {
    /// Runs `task` to its end, even if the caller is dropped while waiting for it.
    pub(super) async fn shielded<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        match self.0.spawn(task).await {
            Ok(result) => result,
            Err(error) => Err(Failure::Internal(error.to_string())),
        }
    }

    /// Waits until all of it is done, within reason.
    pub(super) async fn finish(&self) {
        self.0.close();
        // What is not done by then is given up: the program must end.
        let _ = tokio::time::timeout(PATIENCE, self.0.wait()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shielded_work_outlives_the_caller_that_waited_for_it() {
        let background = Background::default();
        let (started, is_started) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = tokio::sync::oneshot::channel::<()>();
        let (done, is_done) = tokio::sync::oneshot::channel();
        let caller = tokio::spawn({
            let background = background.clone();
            async move {
                let work = async move {
                    started.send(()).unwrap();
                    may_go_on.await.unwrap();
                    done.send(()).unwrap();
                    Ok(())
                };
                background.shielded(work).await
            }
        });
        is_started.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        go_on.send(()).unwrap();
        background.finish().await;
        is_done.await.unwrap();
    }
}
