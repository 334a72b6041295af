//! Trouble with the broker: lost bindings and queues, cut connections, messages delivered too often.

use std::sync::atomic::Ordering;

use chassis::events::topology::{DEAD_EXCHANGE, queue_name};
use testkit::eventually;
use uuid::Uuid;

use super::stage::Stage;
use super::wire::Tale;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_reaches_no_queue_is_not_marked_and_arrives_when_the_binding_is_back() {
    let stage = Stage::start().await;
    let relay = stage.producer.relay(&stage.broker);
    let referral = Uuid::now_v7();
    stage.producer.tell(referral, "before").await;
    stage.until("effects", 1).await;
    eventually("the relay leads", || async { relay.is_leader().then_some(()) }).await;

    stage.unbind("referral").await;
    stage.producer.tell(referral, "while it was lost").await;
    stage.producer.tell(referral, "after").await;

    // The relay, told that nothing took the event, declares anew what the contract says and publishes again.
    stage.until("effects", 3).await;
    assert_eq!(stage.story(referral).await, ["before", "while it was lost", "after"]);
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_published_before_its_consumer_ever_ran_is_kept() {
    let stage = Stage::start().await;
    stage.consumer.tasks.finish().await;
    let management = &stage.region.servers.management;
    management.delete_queue(&stage.region.vhost, &queue_name("reporting")).await.unwrap();
    stage.producer.relay(&stage.broker);
    stage.producer.tell(Uuid::now_v7(), "early").await;
    eventually("the relay has published", || async {
        (stage.producer.number("select count(*) from chassis.outbox where published_at is not null").await
            == 1)
            .then_some(())
    })
    .await;

    let node = super::stage::Node::on(&stage.region, "reporting", stage.consumer.database.clone()).await;
    let _handle =
        chassis::events::Consumer::spawn(&node.work, &stage.broker, super::stage::handlers(&stage.script));

    stage.until("effects", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_disconnects_park_no_good_message() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    stage.script.away.store(true, Ordering::SeqCst);
    for _ in 0..64 {
        wire.send(&Tale::new().next("good")).await;
    }
    let management = &stage.region.servers.management;

    for _ in 0..6 {
        let before = stage.script.calls.load(Ordering::SeqCst);
        eventually("the consumer holds the messages", || async {
            (stage.handle.is_connected() && stage.script.calls.load(Ordering::SeqCst) > before).then_some(())
        })
        .await;
        // The list of connections lags, and its server may be busy: until the consumer had to connect anew.
        let generation = stage.handle.generations();
        eventually("the broker cut the connection", || async {
            let _ = management.close_connections(&stage.region.vhost).await;
            (stage.handle.generations() > generation).then_some(())
        })
        .await;
    }
    stage.script.away.store(false, Ordering::SeqCst);

    stage.until("effects", 64).await;
    assert_eq!(stage.consumer.number("select count(*) from chassis.parked").await, 0);
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lands_in_the_dead_queue_is_put_back_by_itself() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();

    wire.send_to(&tale.next("one"), DEAD_EXCHANGE, &queue_name("reporting")).await;

    stage.until("effects", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_queue_is_declared_anew_and_republishing_brings_its_events_back() {
    let stage = Stage::start().await;
    let relay = stage.producer.relay(&stage.broker);
    let referral = Uuid::now_v7();
    stage.producer.tell(referral, "1").await;
    stage.until("effects", 1).await;
    eventually("the relay leads", || async { relay.is_leader().then_some(()) }).await;

    stage
        .region
        .servers
        .management
        .delete_queue(&stage.region.vhost, &queue_name("reporting"))
        .await
        .unwrap();
    stage.producer.tell(referral, "2").await;
    // Again and again, also what was applied: harmless.
    stage.producer.execute("update chassis.outbox set published_at = null").await;
    stage.producer.tell(referral, "3").await;

    stage.until("effects", 3).await;
    stage.producer.execute("update chassis.outbox set published_at = null").await;
    stage.producer.tell(referral, "4").await;
    stage.until("effects", 4).await;
    assert_eq!(stage.story(referral).await, ["1", "2", "3", "4"]);
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_longer_than_the_frames_of_the_consumer_do_not_stop_it() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut long = Tale::new().next("long");
    long.padding = 100_000;

    wire.send(&long).await;
    wire.send(&Tale::new().next("after")).await;

    stage.until("effects", 2).await;
}
