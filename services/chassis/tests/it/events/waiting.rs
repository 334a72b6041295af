//! Events that wait for a parent or an earlier event, in time and too long.

use super::stage::Stage;
use super::wire::Tale;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_waits_for_its_parent_and_goes_when_it_comes() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let (mut parent, mut child) = (Tale::new(), Tale::new());

    wire.send(&child.next(&format!("after:{}", parent.aggregate_id))).await;
    wire.send(&child.next("second")).await;
    stage.until("chassis.pending", 2).await;
    assert_eq!(stage.effects().await, 0);
    wire.send(&parent.next("parent")).await;

    stage.until("effects", 3).await;
    stage.until("chassis.pending", 0).await;
    assert_eq!(stage.story(child.aggregate_id).await.len(), 2);
    assert_eq!(stage.reason().await, "");
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_whose_parent_does_not_come_is_parked_and_goes_when_it_comes_after_all() {
    let stage = Stage::with_deadline(1).await;
    let wire = stage.wire().await;
    let (mut parent, mut child) = (Tale::new(), Tale::new());

    wire.send(&child.next(&format!("after:{}", parent.aggregate_id))).await;
    wire.send(&child.next("second")).await;
    stage.until("chassis.parked where redriven_at is null", 1).await;
    assert_eq!(stage.reason().await, "PARENT_MISSING");
    assert_eq!(
        stage.consumer.number("select count(*) from chassis.pending").await,
        1,
        "the second stands behind it"
    );
    assert_eq!(stage.handle.redrive(stage.parked_ids().await).await.unwrap().parked_again, 1);
    assert_eq!(stage.effects().await, 0);

    wire.send(&parent.next("parent")).await;

    stage.until("effects", 3).await;
    assert_eq!(stage.reason().await, "");
    stage.until("chassis.pending", 0).await;
    stage.assert_once_and_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_that_is_not_filled_is_reported_and_closes_by_itself_when_it_is() {
    let stage = Stage::with_deadline(1).await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    let told: Vec<_> = ["1", "2", "3", "4"].map(|programme| tale.next(programme)).into();

    for place in [0, 2, 3] {
        wire.send(&told[place]).await;
    }
    stage.until("chassis.parked where redriven_at is null", 1).await;
    assert_eq!(stage.reason().await, "SEQUENCE_GAP");
    assert_eq!(stage.story(tale.aggregate_id).await, ["1"]);

    wire.send(&told[1]).await;

    stage.until("effects", 4).await;
    assert_eq!(stage.story(tale.aggregate_id).await, ["1", "2", "3", "4"]);
    assert_eq!(stage.reason().await, "");
    stage.until("chassis.pending", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_behind_poison_waits_without_deadline_and_a_copy_of_the_poison_changes_nothing() {
    let stage = Stage::with_deadline(1).await;
    let wire = stage.wire().await;
    let (mut sick, mut gap) = (Tale::new(), Tale::new());
    let poison = sick.next("poison");

    wire.send(&poison).await;
    wire.send(&sick.next("behind")).await;
    stage.until("chassis.pending", 1).await;
    let calls = stage.script.calls.load(std::sync::atomic::Ordering::SeqCst);
    wire.send(&poison).await;
    // A gap that opens later runs out later: when it is parked, the time of the one behind the poison would have been up.
    let _never_sent = gap.next("1");
    wire.send(&gap.next("2")).await;
    stage.until("chassis.parked", 2).await;

    assert_eq!(stage.reason().await, "POISON,SEQUENCE_GAP");
    assert_eq!(stage.consumer.number("select count(*) from chassis.pending").await, 1);
    assert_eq!(
        stage.script.calls.load(std::sync::atomic::Ordering::SeqCst),
        calls,
        "the copy of the poison ran the handler"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shuffled_and_repeated_events_of_many_aggregates_all_take_effect_once_and_in_order() {
    use rand::SeedableRng as _;
    use rand::seq::SliceRandom as _;

    let seed = 20_261_122;
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut telegrams = Vec::new();
    let parent = Tale::new();
    for _ in 0..20 {
        let mut tale = Tale::new();
        telegrams.push(tale.next(&format!("after:{}", parent.aggregate_id)));
        telegrams.extend(["2", "3", "4", "5"].map(|programme| tale.next(programme)));
    }
    telegrams.extend(["p1", "p2"].map({
        let mut parent = parent.clone();
        move |programme| parent.next(programme)
    }));
    let all = telegrams.len();
    telegrams.extend_from_within(..all / 2);
    telegrams.shuffle(&mut random);

    for telegram in &telegrams {
        wire.send(telegram).await;
    }

    stage.until("effects", i64::try_from(all).unwrap()).await;
    stage.until("chassis.pending", 0).await;
    assert_eq!(stage.reason().await, "", "seed {seed}");
    stage.assert_once_and_in_order().await;
}
