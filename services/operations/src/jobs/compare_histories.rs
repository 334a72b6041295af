//! Compares histories while a service waits for reconciliation.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::error::Chain;
use tokio_util::sync::CancellationToken;

use super::jittered;
use crate::domain::{FindingCode, Reconciliation};
use crate::use_cases::{RegionHealth, RegionWatch};

/// Looks for restored services that are not seen reconciled, and compares the histories around them until they agree.
/// Costs nothing while there is none.
pub async fn compare_histories(watch: RegionWatch, interval: Duration, shutdown: CancellationToken) {
    let mut running: BTreeMap<(String, i64), Reconciliation> = BTreeMap::new();
    loop {
        let health = watch.health(interval).await;
        let waiting = restored(&health);
        running.retain(|service, _| waiting.contains(service));
        for service in waiting {
            compare(&watch, &service, running.entry(service.clone()).or_default()).await;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(jittered(interval)) => {}
        }
    }
}

/// Restored services with their epochs.
fn restored(health: &RegionHealth) -> Vec<(String, i64)> {
    let code = FindingCode::EpochRaised.as_str();
    health
        .findings
        .iter()
        .filter(|finding| finding.key.code == code)
        .filter_map(|finding| {
            let service =
                health.snapshot.services.iter().find(|service| service.name == finding.key.subject)?;
            Some((service.name.clone(), service.answers().next()?.epoch))
        })
        .collect()
}

async fn compare(watch: &RegionWatch, (service, epoch): &(String, i64), reconciliation: &mut Reconciliation) {
    let pairs = match watch.sources().histories_around(service).await {
        Ok(pairs) => pairs,
        Err(status) => {
            tracing::warn!(service.name = service, grpc.code = ?status.code(), "histories cannot be compared now");
            return;
        }
    };
    if !reconciliation.agrees(pairs) {
        return;
    }
    match watch.note_reconciled(service, *epoch).await {
        Ok(()) => tracing::info!(
            service.name = service,
            deployment.epoch = epoch,
            "the histories agree again after a restore"
        ),
        Err(error) => tracing::warn!(error.chain = %Chain(&error), "a reconciliation cannot be noted"),
    }
}
