//! Waiting for a condition, never for a time.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long a condition may take on a busy machine. A test that reaches it has failed.
pub const DEADLINE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(10);

/// Waits until `probe` gives a value.
///
/// # Panics
/// When [`DEADLINE`] passes first; `what` says what did not happen.
pub async fn eventually<T, F, P>(what: &str, mut probe: P) -> T
where
    P: FnMut() -> F,
    F: Future<Output = Option<T>>,
{
    let started = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(started.elapsed() < DEADLINE, "did not happen within {DEADLINE:?}: {what}");
        tokio::time::sleep(STEP).await;
    }
}
