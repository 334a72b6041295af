//! SIGTERM under load: no accepted request fails; with a second process nobody notices at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use local::region_run::Service;
use reqwest::Client;
use serde_json::Value;
use tests::check::{drained, invariants};
use tests::harness::{RegionUnderTest, Setup};
use tests::ledger::Ledger;
use tests::load::{Attempts, Load, SUBMIT, referral};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::TWO_REGIONS;
use crate::support::wounds;

/// Writers at once.
const WRITERS: u64 = 4;

async fn more_writes(region: &RegionUnderTest, more: usize) {
    let before = region.ledger.acknowledged().unwrap();
    testkit::eventually("writes go on", || async {
        (region.ledger.acknowledged().unwrap() > before + more).then_some(())
    })
    .await;
}

/// Stops a process with SIGTERM, and starts it again. It ends by itself, with success.
async fn roll(region: &RegionUnderTest, name: &str) {
    more_writes(region, 20).await;
    let exit = region.local.process(name).unwrap().stop().await.unwrap();
    assert_eq!((exit.code, exit.signal), (Some(0), None), "{name} ended with {exit}");
    more_writes(region, 0).await;
    region.local.start_again(name).await.unwrap();
    more_writes(region, 20).await;
}

async fn everything_is_there(region: RegionUnderTest) {
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert_eq!(findings.violations, Vec::<String>::new());
    assert!(findings.acknowledged > 40, "only {} writes: the test tests nothing", findings.acknowledged);
    region.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_only_intake_stops_without_failing_a_request_it_accepted() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let load = Load::start(&region.url().unwrap(), &region.ledger, WRITERS).unwrap();

    for _ in 0..2 {
        more_writes(&region, 20).await;
        let exit = region.local.process("intake").unwrap().stop().await.unwrap();
        assert_eq!((exit.code, exit.signal), (Some(0), None), "intake ended with {exit}");
        region.local.start_again("intake").await.unwrap();
    }
    more_writes(&region, 20).await;

    let attempts = load.stop().await.unwrap();
    // Turned away while there is no intake is right; broken off is not.
    assert_eq!(attempts.broken.load(Ordering::Relaxed), 0);
    everything_is_there(region).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_second_intake_nobody_notices_that_one_stops() {
    let _turn = TWO_REGIONS.acquire().await;
    let setup = Setup::durable().without_operations().twice(Service::Intake);
    let region = RegionUnderTest::start(setup).await.unwrap();
    let load = Load::start(&region.url().unwrap(), &region.ledger, WRITERS).unwrap();

    for name in ["intake", "intake-2", "intake", "intake-2"] {
        roll(&region, name).await;
    }

    let attempts = load.stop().await.unwrap();
    let (broken, away) =
        (attempts.broken.load(Ordering::Relaxed), attempts.turned_away.load(Ordering::Relaxed));
    assert_eq!((broken, away), (0, 0), "broken off, turned away");
    assert_eq!(wounds(&region).await, Vec::<String>::new());
    everything_is_there(region).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_second_gateway_a_client_that_reconnects_notices_nothing() {
    let _turn = TWO_REGIONS.acquire().await;
    let setup = Setup::durable().without_operations().twice(Service::Gateway);
    let region = RegionUnderTest::start(setup).await.unwrap();
    let services = region.local.state().unwrap().services;
    let doors =
        ["gateway", "gateway-2"].map(|name| format!("http://{}/api/v1/referrals", services[name].address));
    let (stop, attempts) = (CancellationToken::new(), Arc::new(Attempts::default()));
    let refused = Arc::new(AtomicU64::new(0));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let client = Reconnecting {
            client: Client::builder().timeout(Duration::from_secs(8)).build().unwrap(),
            doors: doors.clone(),
            ledger: Arc::clone(&region.ledger),
            attempts: Arc::clone(&attempts),
            refused: Arc::clone(&refused),
        };
        writers.spawn(client.write_until(stop.clone(), writer));
    }

    for name in ["gateway", "gateway-2", "gateway"] {
        roll(&region, name).await;
    }

    stop.cancel();
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    let (broken, away) =
        (attempts.broken.load(Ordering::Relaxed), attempts.turned_away.load(Ordering::Relaxed));
    assert_eq!((broken, away), (0, 0), "broken off, turned away");
    assert!(refused.load(Ordering::Relaxed) > 0, "no door was ever closed: the test tests nothing");
    everything_is_there(region).await;
}

/// A client that goes to the other door when one is closed, as a load balancer does for browsers.
struct Reconnecting {
    client: Client,
    doors: [String; 2],
    ledger: Arc<Ledger>,
    attempts: Arc<Attempts>,
    /// Connections that a closed door refused: no request was accepted.
    refused: Arc<AtomicU64>,
}

impl Reconnecting {
    async fn write_until(self, stop: CancellationToken, writer: u64) {
        let (mut number, mut turn) = (writer, 0);
        while !stop.is_cancelled() {
            let key = chassis::id::IdGenerator.uuid();
            self.ledger.intend(key, SUBMIT).unwrap();
            let body = referral("partner", number);
            number += WRITERS;
            loop {
                turn += 1;
                let door = &self.doors[turn % 2];
                let sent = self
                    .client
                    .post(door)
                    .header("idempotency-key", key.to_string())
                    .json(&body)
                    .send()
                    .await;
                match sent {
                    Ok(answer) if answer.status() == 200 => {
                        let body: Value = answer.json().await.unwrap();
                        self.ledger.acknowledge(key, body["receiptNumber"].as_str().unwrap()).unwrap();
                        break;
                    }
                    Ok(_) => self.attempts.turned_away.fetch_add(1, Ordering::Relaxed),
                    Err(error) if error.is_connect() => self.refused.fetch_add(1, Ordering::Relaxed),
                    Err(_) => self.attempts.broken.fetch_add(1, Ordering::Relaxed),
                };
            }
        }
    }
}
