//! The four tests of every consumer, and messages that are no events.

use std::sync::atomic::Ordering;

use uuid::Uuid;

use super::stage::Stage;
use super::wire::Tale;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_travels_from_the_outbox_to_one_effect() {
    let stage = Stage::start().await;
    stage.producer.relay(&stage.broker);
    let referral = Uuid::now_v7();

    stage.producer.tell(referral, "one").await;
    stage.producer.tell(referral, "two").await;

    stage.until("effects", 2).await;
    assert_eq!(stage.story(referral).await, ["one", "two"]);
    stage.until("chassis.inbox", 2).await;
    let digests_agree: i64 = {
        let produced: Vec<u8> = sqlx::query_scalar("select digest from chassis.histories")
            .fetch_one(&stage.producer.database.admin)
            .await
            .unwrap();
        let consumed: Vec<u8> = sqlx::query_scalar("select digest from chassis.consumed_histories")
            .fetch_one(&stage.consumer.database.admin)
            .await
            .unwrap();
        i64::from(produced == consumed)
    };
    assert_eq!(digests_agree, 1, "producer and consumer name the same history differently");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_takes_effect_once_also_within_one_slice() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    let (one, two) = (tale.next("one"), tale.next("two"));

    for telegram in [&one, &one, &two, &one, &two] {
        wire.send(telegram).await;
    }
    let mut last = Tale::new();
    wire.send(&last.next("last")).await;

    stage.until("effects", 3).await;
    assert_eq!(stage.story(tale.aggregate_id).await, ["one", "two"]);
    assert_eq!(stage.reason().await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_out_of_order_take_effect_in_order() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    let told: Vec<_> = ["1", "2", "3", "4", "5"].map(|programme| tale.next(programme)).into();

    for place in [3, 1, 4] {
        wire.send(&told[place]).await;
    }
    stage.until("chassis.pending", 3).await;
    assert_eq!(stage.effects().await, 0, "an event overtook an earlier one");
    for place in [0, 2] {
        wire.send(&told[place]).await;
    }

    stage.until("effects", 5).await;
    assert_eq!(stage.story(tale.aggregate_id).await, ["1", "2", "3", "4", "5"]);
    stage.until("chassis.pending", 0).await;
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_parked_and_holds_back_only_its_aggregate() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let started = std::time::Instant::now();
    let (mut sick, mut healthy) = (Tale::new(), Tale::new());

    for telegram in
        [sick.next("fine"), sick.next("poison"), healthy.next("a"), sick.next("behind"), healthy.next("b")]
    {
        wire.send(&telegram).await;
    }

    stage.until("effects", 3).await;
    stage.until("chassis.pending", 1).await;
    assert!(started.elapsed().as_secs() < 10, "poison took {:?}", started.elapsed());
    assert_eq!(stage.reason().await, "POISON");
    assert_eq!(
        stage.story(sick.aggregate_id).await,
        ["fine"],
        "what the handler wrote before it refused must be gone"
    );
    assert_eq!(stage.story(healthy.aggregate_id).await, ["a", "b"]);

    // While it is still poison, a redrive parks it again; afterwards it goes, with what waits behind it; and again is harmless.
    let parked = stage.parked_ids().await;
    assert_eq!(stage.handle.redrive(parked.clone()).await.unwrap().parked_again, 1);
    assert_eq!(stage.reason().await, "POISON");
    stage.script.refuses_poison.store(false, Ordering::SeqCst);
    assert_eq!(stage.handle.redrive(parked.clone()).await.unwrap().applied, 1);
    assert_eq!(stage.story(sick.aggregate_id).await, ["fine", "poison", "behind"]);
    stage.handle.redrive(parked).await.unwrap();
    wire.send(&sick.next("later")).await;
    stage.until("effects", 6).await;
    assert_eq!(stage.reason().await, "");
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_and_a_broken_constraint_are_poison_too() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let (mut panics, mut breaks, mut healthy) = (Tale::new(), Tale::new(), Tale::new());

    for telegram in [panics.next("panic"), breaks.next("forbidden"), healthy.next("a")] {
        wire.send(&telegram).await;
    }

    stage.until("chassis.parked", 2).await;
    stage.until("effects", 1).await;
    assert_eq!(stage.reason().await, "POISON,POISON");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_is_waited_out_and_parks_nothing() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    stage.script.transient.store(5, Ordering::SeqCst);

    wire.send(&tale.next("one")).await;
    wire.send(&tale.next("two")).await;

    stage.until("effects", 2).await;
    assert!(stage.script.calls.load(Ordering::SeqCst) >= 7, "the handler was not tried again");
    assert_eq!(stage.consumer.number("select count(*) from chassis.parked").await, 0);
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_without_handler_advances_the_history() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();

    for telegram in [tale.next("one"), tale.next_unhandled(), tale.next("three")] {
        wire.send(&telegram).await;
    }

    stage.until("effects", 2).await;
    assert_eq!(stage.story(tale.aggregate_id).await, ["one", "three"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_no_event_is_parked_once_with_its_reason() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    let good = tale.next("one");
    let mut nonsense = good.clone();
    nonsense.payload = b"\xff\xff kanarie".to_vec();
    nonsense.event_id = Uuid::now_v7();
    nonsense.without = "sequence";
    let mut foreign = good.clone();
    foreign.event_id = Uuid::now_v7();
    foreign.region = "elsewhere".to_owned();
    let mut json = good.clone();
    json.event_id = Uuid::now_v7();
    json.content_type = "application/json";
    let mut nameless = good.clone();
    nameless.without = "id";

    for telegram in [&nonsense, &nonsense, &foreign, &json, &nameless, &nameless, &good] {
        wire.send(telegram).await;
    }

    stage.until("effects", 1).await;
    stage.until("chassis.parked", 4).await;
    let mut reasons: Vec<String> = sqlx::query_scalar("select reason from chassis.parked")
        .fetch_all(&stage.consumer.database.admin)
        .await
        .unwrap();
    reasons.sort();
    assert_eq!(reasons, ["CONTENT_TYPE", "ENVELOPE", "ENVELOPE", "WRONG_REGION"]);
    let parked = stage.parked_ids().await;
    assert_eq!(
        stage.handle.redrive(parked).await.unwrap().parked_again,
        4,
        "none of them can ever be applied"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_body_does_not_decode_is_poison() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    let mut broken = tale.next("one");
    broken.payload = b"\xff\xff\xff".to_vec();

    wire.send(&broken).await;

    stage.until("chassis.parked", 1).await;
    assert_eq!(stage.reason().await, "POISON");
    assert_eq!(stage.effects().await, 0);
}
