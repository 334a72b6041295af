//! The broker stops, is killed, loses a queue.

use tests::check::{drained, invariants};
use tests::faults::Fault;
use tests::harness::{RegionUnderTest, Setup};
use tests::load::Load;

use crate::TWO_REGIONS;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_stopped_and_killed_under_load_loses_and_doubles_nothing() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::with_own_broker().without_operations()).await.unwrap();
    let load = Load::start(&region.url().unwrap(), &region.ledger, 4).unwrap();

    // Twice in good order, ten times killed.
    for fault in std::iter::repeat_n(Fault::BrokerStop, 2).chain(std::iter::repeat_n(Fault::BrokerKill, 10)) {
        let before = region.ledger.acknowledged().unwrap();
        fault.happen(&region).await.unwrap_or_else(|error| panic!("{fault:?}: {error:#}"));
        // The outbox buffers: users notice nothing of a broker that is away.
        assert!(
            region.ledger.acknowledged().unwrap() > before,
            "no write was acknowledged while the broker was away"
        );
    }

    load.stop().await.unwrap();
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
    region.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_queue_is_made_again_and_republishing_brings_everything_back() {
    let _turn = TWO_REGIONS.acquire().await;
    // RabbitMQ 3.10: a queue that is deleted while it is being made can end the node's supervisor of dead-lettering, and then no
    // queue of ours can be made on that broker before it is restarted (see deploy/runbooks). Hence a broker of its own, and a
    // deletion only once the queue delivers.
    let region = RegionUnderTest::start(Setup::with_own_broker().without_operations()).await.unwrap();
    let reporting = region.database("reporting").await.unwrap();
    let applied = async || -> i64 {
        sqlx::query_scalar("select count(*) from chassis.inbox").fetch_one(&reporting).await.unwrap()
    };
    let load = Load::start(&region.url().unwrap(), &region.ledger, 2).unwrap();

    for _ in 0..3 {
        let before = applied().await;
        testkit::eventually("the queue delivers", || async { (applied().await > before + 4).then_some(()) })
            .await;
        region.local.management().delete_queue(&region.vhost, "bondgenoot.reporting").await.unwrap();
    }
    let before = applied().await;
    testkit::eventually("the queue was made again and delivers", || async {
        (applied().await > before + 4).then_some(())
    })
    .await;

    load.stop().await.unwrap();
    let mut admin = tests::operator::admin(&region, "intake").unwrap();
    let request = proto::admin::v1::RepublishEventsRequest {
        since: Some(std::time::UNIX_EPOCH.into()),
        aggregate_ids: Vec::new(),
    };
    admin.republish_events(request).await.unwrap();
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
    region.stop().await.unwrap();
}
