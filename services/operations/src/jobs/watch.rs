//! Looks at the region every few seconds.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::jittered;
use crate::use_cases::RegionWatch;

/// Looks, and pauses, until the process stops. A look that an operator caused less than half a pause ago counts too.
pub async fn watch(watch: RegionWatch, interval: Duration, shutdown: CancellationToken) {
    loop {
        // A look ends in time: everything it waits for has a deadline.
        watch.health(interval / 2).await;
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(jittered(interval)) => {}
        }
    }
}
