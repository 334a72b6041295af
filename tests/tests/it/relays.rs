//! A second relay stands by.

use local::region_run::Service;
use tests::check::{drained, invariants};
use tests::harness::{RegionUnderTest, Setup};
use tests::load::Load;

use crate::TWO_REGIONS;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_relay_and_its_stand_by_lose_and_double_nothing() {
    let _turn = TWO_REGIONS.acquire().await;
    // The gateway knows both.
    let setup = Setup::durable().without_operations().twice(Service::Intake);
    let region = RegionUnderTest::start(setup).await.unwrap();
    let load = Load::start(&region.url().unwrap(), &region.ledger, 4).unwrap();

    for _ in 0..2 {
        for name in ["intake", "intake-2"] {
            let before = region.ledger.acknowledged().unwrap();
            let process = region.local.process(name).unwrap();
            process.pause().unwrap();
            // Whoever holds the relay's lock is paused with it half of the time; connections it holds stay open.
            testkit::eventually("writes go on at the other instance", || async {
                (region.ledger.acknowledged().unwrap() > before).then_some(())
            })
            .await;
            process.resume().unwrap();
        }
    }

    load.stop().await.unwrap();
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
    region.stop().await.unwrap();
}
