//! Background tasks that are waited for, and whose unexpected end ends the process.

use std::future::Future;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Spawns tasks and waits for them. Clones share one set.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    shutdown: CancellationToken,
    failed: CancellationToken,
}

impl Tasks {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a short task, e.g. a unit of work, to its end, also when nobody waits for its result.
    pub fn run<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tracker.spawn(future)
    }

    /// Runs a background task for the life of the process. It should end only after [`shutdown`](Self::shutdown) is
    /// cancelled; if it ends before (a panic too), the process ends with failure.
    pub fn background<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (shutdown, failed) = (self.shutdown.clone(), self.failed.clone());
        let handle = self.tracker.spawn(future);
        self.tracker.spawn(async move {
            let ended = handle.await;
            if !shutdown.is_cancelled() {
                tracing::error!(
                    task.name = name,
                    task.panicked = ended.is_err(),
                    "a background task ended unexpectedly"
                );
                failed.cancel();
            }
        });
    }

    /// Cancelled when the process should stop.
    pub fn shutdown(&self) -> &CancellationToken {
        &self.shutdown
    }

    /// Resolves when a background task ended unexpectedly.
    pub async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Stops: cancels [`shutdown`](Self::shutdown) and waits for all tasks.
    pub async fn finish(&self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
