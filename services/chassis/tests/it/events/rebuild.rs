//! Projections are built anew beside the readers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chassis::events::{Handlers, RebuildError};
use testkit::eventually;
use uuid::Uuid;

use super::stage::Stage;
use super::wire::Tale;

const READ: &str = "select count(*) from effects
    where generation = (select active_generation from chassis.projection_generations)";

async fn rebuild(stage: &Stage) -> Result<i64, RebuildError> {
    let mut progress = stage.handle.rebuild();
    let mut last = None;
    while let Some(message) = progress.recv().await {
        last = Some(message?);
    }
    let last = last.expect("a rebuild that ends says so");
    assert!(last.done);
    Ok(last.replayed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_under_load_shows_readers_the_old_state_then_the_new_and_nothing_between() {
    let stage = Arc::new(Stage::start().await);
    stage.producer.relay(&stage.broker);
    let referrals: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).collect();
    for round in 0..12 {
        for referral in &referrals {
            stage.producer.tell(*referral, &round.to_string()).await;
        }
    }
    stage.until("effects", 600).await;
    // What a rebuild is for: rows that are wrong, and rows that should not be there.
    stage.consumer.execute("update effects set programme = 'wrong' where place % 3 = 0").await;
    let over = Arc::new(AtomicBool::new(false));
    let reader = {
        let (stage, over) = (Arc::clone(&stage), Arc::clone(&over));
        tokio::spawn(async move {
            let mut fewest = i64::MAX;
            while !over.load(Ordering::SeqCst) {
                fewest = fewest.min(stage.consumer.number(READ).await);
            }
            fewest
        })
    };
    let writer = {
        let (stage, referrals) = (Arc::clone(&stage), referrals.clone());
        tokio::spawn(async move {
            for referral in referrals.iter().cycle().take(300) {
                stage.producer.tell(*referral, "during").await;
            }
        })
    };

    let replayed = rebuild(&stage).await.unwrap();
    writer.await.unwrap();
    stage.until("chassis.inbox", 900).await;
    over.store(true, Ordering::SeqCst);

    assert!(replayed >= 600);
    assert!(reader.await.unwrap() >= 600, "a reader saw a projection that was not complete");
    assert_eq!(stage.consumer.number(READ).await, 900);
    assert_eq!(stage.effects().await, 900, "rows of the old generation are left");
    assert_eq!(stage.consumer.number("select count(*) from effects where programme = 'wrong'").await, 0);
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_applied_behind_the_back_of_the_last_batch_is_in_the_new_generation() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    wire.send(&tale.next("1")).await;
    stage.until("effects", 1).await;
    let gate = stage.script.replay_gate.lock().await;
    let mut progress = stage.handle.rebuild();
    eventually("the replay has read its only batch", || async {
        (stage.script.replays.load(Ordering::SeqCst) == 1).then_some(())
    })
    .await;

    // Live consumption goes on meanwhile, into the generation readers see.
    wire.send(&tale.next("2")).await;
    stage.until("effects", 2).await;
    drop(gate);
    while let Some(message) = progress.recv().await {
        message.unwrap();
    }

    assert_eq!(stage.consumer.number(READ).await, 2);
    assert_eq!(stage.story(tale.aggregate_id).await, ["1", "2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_rebuild_that_died_left_behind_is_cleared_by_the_next() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    wire.send(&tale.next("1")).await;
    wire.send(&tale.next("2")).await;
    stage.until("effects", 2).await;
    stage
        .consumer
        .execute(
            "update chassis.projection_generations set building_generation = 2, latest_generation = 2;
             insert into effects (generation, event_id, aggregate_id, event_sequence, programme)
             select 2, event_id, aggregate_id, event_sequence, 'half' from effects limit 1",
        )
        .await;
    assert_eq!(stage.consumer.number(READ).await, 2, "readers are untouched");

    assert_eq!(rebuild(&stage).await.unwrap(), 2);

    assert_eq!(
        stage.consumer.number("select active_generation from chassis.projection_generations").await,
        3
    );
    assert_eq!(stage.effects().await, 2);
    assert_eq!(stage.story(tale.aggregate_id).await, ["1", "2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_replayed_ends_the_rebuild_and_readers_keep_what_they_saw() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    stage.script.refuses_poison.store(false, Ordering::SeqCst);
    wire.send(&Tale::new().next("poison")).await;
    stage.until("effects", 1).await;
    stage.script.refuses_poison.store(true, Ordering::SeqCst);

    let error = rebuild(&stage).await.unwrap_err();

    assert!(matches!(error, RebuildError::Handler { .. }), "{error}");
    assert_eq!(stage.consumer.number(READ).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_projections_has_nothing_to_rebuild() {
    let stage = Stage::start().await;
    let handle = chassis::events::Consumer::spawn(&stage.consumer.work, &stage.broker, Handlers::new());

    let only = handle.rebuild().recv().await.unwrap();

    assert!(matches!(only, Err(RebuildError::NoProjections)));
}
