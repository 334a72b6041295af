//! A producer that was restored from an older copy tells another history under the same numbers.

use chassis::caller::Principal;
use chassis::database::{Command, DatabaseError, Work};
use chassis::events::ConsumerHandle;
use uuid::Uuid;

use super::stage::Stage;
use super::wire::Tale;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forked_history_is_parked_and_holds_its_aggregate_until_it_is_forgotten() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let (mut lost, mut other) = (Tale::new(), Tale::new());
    let one = lost.next("1");
    wire.send(&one).await;
    // The producer is restored to this moment; what follows was told and is lost.
    let mut restored = Tale { epoch: 2, ..lost.clone() };
    wire.send(&lost.next("lost 2")).await;
    wire.send(&lost.next("lost 3")).await;
    stage.until("effects", 3).await;

    let (two, three, four) = (restored.next("new 2"), restored.next("new 3"), restored.next("new 4"));
    for telegram in [&two, &three, &four, &other.next("fine")] {
        wire.send(telegram).await;
    }

    stage.until("effects", 4).await;
    stage.until("chassis.pending", 2).await;
    assert_eq!(stage.reason().await, "HISTORY_FORKED");
    assert_eq!(
        stage.story(lost.aggregate_id).await,
        ["1", "lost 2", "lost 3"],
        "nothing of the fork took effect"
    );
    assert_eq!(stage.handle.redrive(stage.parked_ids().await).await.unwrap().parked_again, 1);

    forget(&stage, lost.aggregate_id).await;
    for telegram in [&one, &two, &three, &four] {
        wire.send(telegram).await;
    }

    stage.until("effects", 5).await;
    assert_eq!(stage.story(lost.aggregate_id).await, ["1", "new 2", "new 3", "new 4"]);
    assert_eq!(stage.reason().await, "");
    stage.until("chassis.pending", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_is_seen_also_when_the_numbers_fit() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut lost = Tale::new();
    let mut restored = Tale { epoch: 2, ..lost.clone() };
    wire.send(&lost.next("lost")).await;
    stage.until("effects", 1).await;

    // The producer told event 1 anew, which we never saw; its event 2 would be next by its number.
    let _unseen = restored.next("new 1");
    wire.send(&restored.next("new 2")).await;

    stage.until("chassis.parked", 1).await;
    assert_eq!(stage.reason().await, "HISTORY_FORKED");
    assert_eq!(stage.effects().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_lost_nothing_goes_on_and_old_copies_are_ignored() {
    let stage = Stage::start().await;
    let wire = stage.wire().await;
    let mut tale = Tale::new();
    let one = tale.next("1");
    wire.send(&one).await;
    let mut lost = tale.clone();
    tale.epoch = 2;
    wire.send(&tale.next("2")).await;
    stage.until("effects", 2).await;

    // Left over in the queue from before the restore.
    wire.send(&lost.next("superseded")).await;
    wire.send(&one).await;
    wire.send(&tale.next("3")).await;

    stage.until("effects", 3).await;
    assert_eq!(stage.story(tale.aggregate_id).await, ["1", "2", "3"]);
    assert_eq!(stage.reason().await, "");
}

async fn forget(stage: &Stage, aggregate: Uuid) {
    stage
        .consumer
        .work
        .run_as(Principal::Operator, Forget { handle: stage.handle.clone(), aggregate })
        .await
        .unwrap();
}

struct Forget {
    handle: ConsumerHandle,
    aggregate: Uuid,
}

impl Command for Forget {
    const NAME: &'static str = "forget";
    type Outcome = ();
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<(), DatabaseError> {
        assert_eq!(self.handle.forget(work, "intake", &[self.aggregate]).await.unwrap(), 1);
        Ok(())
    }
}
