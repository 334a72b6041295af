//! The places where this crate touches the clock and the executor itself. It cannot use those of `chassis`: the
//! test kit of chassis stands on this crate.

use std::time::Duration;

use tokio::{task::JoinHandle, time::Instant};

/// Starts a task that watches a process or serves the issuer.
#[expect(
    clippy::disallowed_methods,
    reason = "this crate stands below chassis; its tasks end with their process"
)]
pub(crate) fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::spawn(work)
}

/// Real time in whole seconds since 1970: tokens always use real time.
#[expect(
    clippy::disallowed_methods,
    reason = "sign-in tokens use real time, never the business time of a demo region"
)]
pub(crate) fn now_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Waits until `condition` gives a value, asking every `pause`; `None` when the deadline passes first.
pub(crate) async fn until<T>(
    within: Duration,
    pause: Duration,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(value) = condition().await {
            return Some(value);
        }
        if Instant::now() >= deadline {
            return None;
        }
        tokio::time::sleep(pause).await;
    }
}
