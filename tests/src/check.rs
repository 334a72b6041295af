//! The invariants: compares ledger, databases and queues once the faults have healed.
//!
//! Independent of the services: plain SQL as a superuser, and the broker's management API.

use sqlx::PgPool;

use crate::deeds;
use crate::delivery::{Databases, OnTheWay};
use crate::harness::RegionUnderTest;
use crate::ledger::{Ledger, Outcome};
use crate::projections;

/// The deadline until everything written has arrived everywhere.
pub const DRAIN: std::time::Duration = std::time::Duration::from_secs(90);

/// What was found; empty means that all invariants hold.
#[derive(Debug, Default)]
pub struct Findings {
    /// One line per violated invariant.
    pub violations: Vec<String>,
    /// How many acknowledged writes were compared.
    pub acknowledged: usize,
}

impl Findings {
    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(what());
        }
    }
}

async fn number(pool: &PgPool, sql: &'static str) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await?)
}

/// Waits until outboxes, queues and pending are empty and every event was applied wherever it should be; then nothing moves
/// any more.
///
/// # Errors
/// When that does not happen within [`DRAIN`]: the region does not heal by itself.
pub async fn drained(region: &RegionUnderTest) -> anyhow::Result<()> {
    let databases = Databases::of(region).await?;
    let started = std::time::Instant::now();
    loop {
        let on_the_way = databases.on_the_way().await?;
        // Duplicates of an unknown outcome are in the queue longest; the broker's own count lags some seconds.
        let in_queues: u64 =
            region.local.management().queues(&region.vhost).await?.iter().map(|queue| queue.messages).sum();
        if on_the_way == OnTheWay::default() && in_queues == 0 {
            return Ok(());
        }
        anyhow::ensure!(
            started.elapsed() < DRAIN,
            "did not drain within {DRAIN:?}: {on_the_way:?}, {in_queues} in queues"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Checks every invariant. Call after [`drained`].
pub async fn invariants(region: &RegionUnderTest, ledger: &Ledger) -> anyhow::Result<Findings> {
    let mut findings = Findings::default();
    let (writes, contradictions) = ledger.read()?;
    findings.violations.extend(contradictions);
    for (key, (deed, outcome)) in &writes {
        match outcome {
            Outcome::Acknowledged(_) => findings.acknowledged += 1,
            Outcome::Unknown => {
                findings.violations.push(format!("{deed} {key} never got a definite answer"));
            }
            Outcome::Refused(_) => {}
        }
    }
    // Every acknowledged write is there, exactly once, and nothing else is.
    findings.violations.extend(deeds::contradictions(region, &writes).await?);
    let intake = region.database("intake").await?;
    let referrals = number(&intake, "select count(*) from referrals").await?;
    for (what, sql) in [
        (
            "submitted events",
            "select count(*) from chassis.outbox where event_type = 'intake.referral_submitted.v1'",
        ),
        (
            "aggregates with submitted events",
            "select count(distinct aggregate_id) from chassis.outbox where event_type = 'intake.referral_submitted.v1'",
        ),
    ] {
        let found = number(&intake, sql).await?;
        findings.require(found == referrals, || format!("{referrals} referrals, but {found} {what}"));
    }
    // Every event was applied once, histories are equal, nothing waits, nothing is parked.
    findings.violations.extend(Databases::of(region).await?.contradictions().await?);

    // What others keep equals what one counts in the owner's database.
    findings.violations.extend(projections::differences(region).await?);
    findings.violations.extend(left_in_queues(region).await?);
    Ok(findings)
}

/// What lies in the queues once the broker's figures, which it takes every five seconds, tell of an empty one; or after
/// three times that.
async fn left_in_queues(region: &RegionUnderTest) -> anyhow::Result<Vec<String>> {
    let started = std::time::Instant::now();
    loop {
        let queues = region.local.management().queues(&region.vhost).await?;
        let left = queues.iter().filter(|queue| queue.messages > 0);
        let left: Vec<String> = left
            .map(|queue| format!("the queue {} holds {} messages at the end", queue.name, queue.messages))
            .collect();
        if left.is_empty() || started.elapsed() > std::time::Duration::from_secs(15) {
            return Ok(left);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
