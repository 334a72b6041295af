//! The relay: one leads, a cut-off leader stops, what fails is sent again in order.

use std::sync::atomic::Ordering;

use chassis::events::topology::queue_name;
use testkit::eventually;
use uuid::Uuid;

use super::stage::{Node, Stage};

const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_locks
    where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_relays_one_leads_and_the_other_takes_over_when_its_connection_is_cut() {
    let stage = Stage::start().await;
    let second = Node::on(&stage.region, "intake", stage.producer.database.clone()).await;
    let relays = [stage.producer.relay(&stage.broker), second.relay(&stage.broker)];
    let referral = Uuid::now_v7();
    let mut told = 0;

    for _ in 0..5 {
        for node in [&stage.producer, &second] {
            for _ in 0..20 {
                told += 1;
                node.tell(referral, &told.to_string()).await;
            }
        }
        // Whoever was cut off learns it at its next statement; what it sent meanwhile is caught below.
        eventually("one relay leads at most", || async {
            (relays.iter().filter(|relay| relay.is_leader()).count() <= 1).then_some(())
        })
        .await;
        eventually("the leader is cut", || async { (stage.producer.number(CUT).await > 0).then_some(()) })
            .await;
    }

    stage.until("effects", told).await;
    let expected: Vec<String> = (1..=told).map(|number| number.to_string()).collect();
    assert_eq!(stage.story(referral).await, expected);
    stage.assert_once_and_in_order().await;
    eventually("everything is marked", || async {
        (stage.producer.number("select count(*) from chassis.outbox where published_at is null").await == 0)
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stand_by_passes_the_wake_of_its_process_on() {
    let stage = Stage::start().await;
    // Polls are far away, so only a wake can bring the event soon.
    let lazy = chassis::config::BrokerConfig { poll_interval_ms: 3_600_000, ..stage.broker.clone() };
    let leader = stage.producer.relay(&lazy);
    eventually("the first relay leads", || async { leader.is_connected().then_some(()) }).await;
    let second = Node::on(&stage.region, "intake", stage.producer.database.clone()).await;
    second.relay(&lazy);
    let mut slowest = std::time::Duration::ZERO;

    for number in 1..=5 {
        let started = std::time::Instant::now();
        second.tell(Uuid::now_v7(), "from the other process").await;
        stage.until("effects", number).await;
        slowest = slowest.max(started.elapsed());
    }

    // Without wakes the leader looks at most every 5 s, at the earliest after 2.5 s.
    assert!(slowest.as_millis() < 2_000, "an event took {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_refuses_gets_its_events_in_order_when_it_takes_them_again() {
    let stage = Stage::start().await;
    let management = &stage.region.servers.management;
    management.limit_queue(&stage.region.vhost, &queue_name("reporting"), 0).await.unwrap();
    stage.script.away.store(true, Ordering::SeqCst);
    let relay = stage.producer.relay(&stage.broker);
    let referral = Uuid::now_v7();
    eventually("the relay publishes", || async { relay.is_connected().then_some(()) }).await;
    // The broker applies a policy when it comes to it; each refusal ends a generation of the relay.
    let told = std::sync::atomic::AtomicU32::new(0);
    eventually("an event is refused", || async {
        stage.producer.tell(referral, &told.fetch_add(1, Ordering::SeqCst).to_string()).await;
        (!relay.is_connected()).then_some(())
    })
    .await;
    let told = told.into_inner();
    let unpublished =
        stage.producer.number("select count(*) from chassis.outbox where published_at is null").await;
    assert!(unpublished > 0, "an event that was refused is marked");

    management.unlimit_queue(&stage.region.vhost, &queue_name("reporting")).await.unwrap();
    stage.script.away.store(false, Ordering::SeqCst);

    stage.until("effects", told.into()).await;
    assert_eq!(stage.story(referral).await, (0..told).map(|number| number.to_string()).collect::<Vec<_>>());
    stage.assert_once_and_in_order().await;
}
