//! Handlers that take many events at once: the same effects as one by one, also when one of them is poison.

use std::sync::atomic::Ordering;

use super::stage::{Stage, handlers_of_many};
use super::wire::{Tale, Telegram};

async fn stage() -> Stage {
    Stage::with(600, handlers_of_many).await
}

/// Sends while nothing is applied, so that the consumer finds all of it at once.
async fn send_at_once(stage: &Stage, telegrams: &[Telegram]) {
    // A transaction of the test holds the lock under which events are applied.
    let mut lock = stage.consumer.database.admin.begin().await.unwrap();
    sqlx::query("select from chassis.projection_generations for update").execute(&mut *lock).await.unwrap();
    let wire = stage.wire().await;
    for telegram in telegrams {
        wire.send(telegram).await;
    }
    lock.rollback().await.unwrap();
}

fn largest_lot(stage: &Stage) -> usize {
    stage.script.lots.lock().unwrap().iter().copied().max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_events_are_handled_together_in_the_order_of_their_aggregates() {
    let stage = stage().await;
    let mut tales: Vec<Tale> = (0..20).map(|_| Tale::new()).collect();
    // The first is what the consumer is held up with; the second of every aggregate may not overtake its first.
    let mut telegrams = vec![Tale::new().next("first")];
    for programme in ["one", "two", "three"] {
        telegrams.extend(tales.iter_mut().map(|tale| tale.next(programme)));
    }

    send_at_once(&stage, &telegrams).await;

    stage.until("effects", 61).await;
    for tale in &tales {
        assert_eq!(stage.story(tale.aggregate_id).await, ["one", "two", "three"]);
    }
    stage.assert_once_and_in_order().await;
    let lots = stage.script.lots.lock().unwrap().clone();
    assert!(lots.contains(&20), "the second event of an aggregate has to end a lot: {lots:?}");
    assert!(largest_lot(&stage) <= 20, "a lot holds an aggregate twice: {lots:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_or_a_panic_among_many_is_parked_alone() {
    let stage = stage().await;
    let (mut sick, mut panicky) = (Tale::new(), Tale::new());
    let mut healthy: Vec<Tale> = (0..10).map(|_| Tale::new()).collect();
    let mut telegrams = vec![Tale::new().next("first")];
    telegrams.extend(healthy.iter_mut().map(|tale| tale.next("a")));
    telegrams.extend([sick.next("poison"), panicky.next("panic"), sick.next("behind")]);
    telegrams.extend(healthy.iter_mut().map(|tale| tale.next("b")));

    send_at_once(&stage, &telegrams).await;

    stage.until("effects", 21).await;
    stage.until("chassis.parked", 2).await;
    stage.until("chassis.pending", 1).await;
    assert!(largest_lot(&stage) >= 10, "nothing was handled together");
    assert_eq!(stage.reason().await, "POISON,POISON");
    for tale in &healthy {
        assert_eq!(stage.story(tale.aggregate_id).await, ["a", "b"]);
    }
    stage.assert_once_and_in_order().await;
    // What waited for the redrive goes on one by one, in order.
    stage.script.refuses_poison.store(false, Ordering::SeqCst);
    let parked = stage.parked_ids().await;
    assert_eq!(stage.handle.redrive(parked).await.unwrap().applied, 2);
    assert_eq!(stage.story(sick.aggregate_id).await, ["poison", "behind"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_among_many_that_does_not_decode_is_parked_alone() {
    let stage = stage().await;
    let mut telegrams = vec![Tale::new().next("first")];
    telegrams.extend((0..5).map(|_| Tale::new().next("fine")));
    let mut broken = Tale::new().next("broken");
    broken.payload = b"\xff\xff\xff".to_vec();
    telegrams.push(broken);

    send_at_once(&stage, &telegrams).await;

    stage.until("effects", 6).await;
    stage.until("chassis.parked", 1).await;
    assert_eq!(stage.reason().await, "POISON");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_repeats_all_of_them_together() {
    let stage = stage().await;
    let mut telegrams = vec![Tale::new().next("first")];
    telegrams.extend((0..5).map(|_| Tale::new().next("fine")));
    stage.script.transient_lots.store(2, Ordering::SeqCst);

    send_at_once(&stage, &telegrams).await;

    stage.until("effects", 6).await;
    stage.assert_once_and_in_order().await;
    assert_eq!(stage.consumer.number("select count(*) from chassis.parked").await, 0);
    let lots = stage.script.lots.lock().unwrap().clone();
    assert_eq!(lots, [1, 5, 5, 5], "trouble that passes is no reason to go one by one");
}
