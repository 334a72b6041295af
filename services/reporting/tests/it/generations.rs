//! Replays and rebuilds give what was there; a forgotten history can be told again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use proto::admin::v1::{ForgetHistoriesRequest, RebuildProjectionsRequest, RebuildProjectionsResponse};
use proto::intake::events::v1::ScreeningOutcome;
use proto::reporting::v1::GetIntakeFiguresResponse;
use proto::reporting::v1::intake_report_service_client::IntakeReportServiceClient;
use testkit::{Producer, Sent, eventually};
use uuid::Uuid;

use crate::house::{House, coordinator, request};
use crate::naive;
use crate::story::{Story, at};

const FROM: &str = "2024-03-01";
const TO: &str = "2024-05-31";
const TODAY: &str = "2024-06-20";

/// Referrals of every kind, one a day.
fn histories(producer: &mut Producer, number: i32) -> Vec<Sent> {
    let mut events = Vec::new();
    for index in 0..number {
        let story = Story::new();
        let received = at("2024-03-01T09:00:00Z") + (24 * (index % 90)).hours();
        let later = received + (24 * (index % 7)).hours();
        events.push(producer.next(story.referral, &story.submitted(received)));
        if index % 2 == 0 {
            events.push(producer.next(story.referral, &story.screened(ScreeningOutcome::Manual, later)));
        }
        match index % 5 {
            0 => events.push(producer.next(story.participation, &story.admitted(later))),
            1 => events.push(producer.next(story.referral, &story.refused("other-age", later))),
            2 => events.push(producer.next(story.referral, &story.withdrawn("no-longer-wanted", later))),
            _ => {}
        }
        if index % 10 == 0 {
            events.push(producer.next(story.person, &story.erased(later)));
        }
    }
    events
}

impl House {
    async fn all_figures(&self) -> GetIntakeFiguresResponse {
        self.figures(FROM, TO).await
    }

    /// What a naive reader makes of the payloads in the inbox.
    async fn recomputed(&self) -> GetIntakeFiguresResponse {
        let rows: Vec<(String, Uuid, i64, Vec<u8>)> = sqlx::query_as(
            "select event_type, aggregate_id, event_sequence, payload from chassis.inbox order by aggregate_id, event_sequence",
        )
        .fetch_all(&self.running.database.admin)
        .await
        .unwrap();
        let events: Vec<Sent> = rows
            .into_iter()
            .map(|(event_type, aggregate_id, sequence, payload)| Sent {
                producer: "intake",
                event_id: Uuid::nil(),
                event_type,
                aggregate_type: "",
                aggregate_id,
                sequence,
                digest: Vec::new(),
                payload,
            })
            .collect();
        let day = |text: &str| text.parse::<Date>().unwrap();
        naive::figures(&events, day(FROM), day(TO), day(TODAY))
    }

    /// Rebuilds as an operator, to the end.
    pub async fn rebuild(&self) -> RebuildProjectionsResponse {
        let channel = self.running.client_channel(self.region.calls_as_operator().unwrap()).unwrap();
        let answer = AdminServiceClient::new(channel).rebuild_projections(RebuildProjectionsRequest {}).await;
        let mut stream = answer.unwrap().into_inner();
        let mut last = RebuildProjectionsResponse::default();
        while let Some(progress) = stream.message().await.unwrap() {
            last = progress;
        }
        last
    }

    async fn forget(&self, aggregates: &[Uuid]) {
        self.forget_of("intake", aggregates).await;
    }

    /// Forgets aggregates of a producer as an operator.
    pub async fn forget_of(&self, producer: &str, aggregates: &[Uuid]) {
        let channel = self.running.client_channel(self.region.calls_as_operator().unwrap()).unwrap();
        let aggregate_ids = aggregates.iter().map(Uuid::to_string).collect();
        let request = ForgetHistoriesRequest { producer: producer.to_owned(), aggregate_ids };
        AdminServiceClient::new(channel).forget_histories(request).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_of_everything_twice_changes_nothing() {
    let mut house = House::start_on(TODAY).await;
    let events = histories(&mut house.producer, 40);
    house.tell(&events).await;
    let before = (house.projections().await, house.all_figures().await);

    house.producer.send(&events).await;
    house.producer.send(&events).await;
    // The marker is outside the period and comes last.
    let marker = Story::new();
    let last = [house.producer.next(marker.person, &marker.erased(at("2024-06-19T09:00:00Z")))];
    house.tell(&last).await;

    assert_eq!(house.all_figures().await, before.1);
    assert_eq!(house.count("chassis.inbox").await, i64::try_from(events.len()).unwrap() + 1);
    house.execute("delete from erased_persons where erased_at = '2024-06-19T09:00:00Z'").await;
    assert_eq!(house.projections().await, before.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_change_nothing_twice_even_when_the_inbox_was_lost() {
    let mut house = House::start_on(TODAY).await;
    let events = histories(&mut house.producer, 40);
    house.tell(&events).await;
    let before = (house.projections().await, house.all_figures().await);

    house.execute("truncate chassis.inbox, chassis.consumed_histories").await;
    house.tell(&events).await;

    assert_eq!((house.projections().await, house.all_figures().await), before);
    assert_eq!(house.count("chassis.parked").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_screening_that_comes_again_leaves_the_newer_even_when_the_inbox_was_lost() {
    let mut house = House::start_on(TODAY).await;
    let story = Story::new();
    let when = at("2024-03-10T09:00:00Z");
    let submitted = house.producer.next(story.referral, &story.submitted(when));
    let older = house.producer.next(story.referral, &story.screened(ScreeningOutcome::Manual, when));
    let newer = house.producer.next(story.referral, &story.screened(ScreeningOutcome::Eligible, when));
    house.tell(&[submitted.clone(), older.clone(), newer]).await;
    let before = house.projections().await;

    house.execute("truncate chassis.inbox, chassis.consumed_histories").await;
    house.tell(&[submitted, older]).await;

    assert_eq!(house.projections().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_equals_the_old_generation_and_a_recomputation_while_readers_go_on() {
    let mut house = House::start_on(TODAY).await;
    let events = histories(&mut house.producer, 300);
    house.tell(&events).await;
    let before = (house.projections().await, house.all_figures().await);
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (done, expected) = (Arc::clone(&done), before.1.clone());
        let channel = house.running.client_channel(house.region.calls_as(coordinator()).unwrap()).unwrap();
        let mut client = IntakeReportServiceClient::new(channel);
        async move {
            let mut reads = 0;
            while !done.load(Ordering::Acquire) {
                let figures = client.get_intake_figures(request(FROM, TO)).await.unwrap().into_inner();
                assert_eq!(figures, expected, "a reader saw a generation half built");
                reads += 1;
            }
            reads
        }
    };
    // Outside of the period that is read, while the rebuild runs.
    let story = Story::new();
    let live = [house.producer.next(story.referral, &story.submitted(at("2024-06-10T09:00:00Z")))];

    let rebuild = async {
        let (last, ()) = tokio::join!(house.rebuild(), house.tell(&live));
        done.store(true, Ordering::Release);
        last
    };
    let (reads, last) = tokio::join!(reader, rebuild);

    assert!(reads > 0);
    assert!(last.done);
    assert_eq!(last.generation, 2);
    assert_eq!(house.count("chassis.projection_generations where active_generation = 2").await, 1);
    assert_eq!(house.count("referral_facts where generation = 1").await, 0);
    assert_eq!(house.all_figures().await, before.1);
    assert_eq!(house.recomputed().await, before.1);
    let after = house.projections().await;
    assert!(before.0.iter().all(|row| after.contains(row)), "a row is lost");
    assert_eq!(after.len(), before.0.len() + 1, "one referral came in between");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_mends_what_was_wrong_and_events_go_on_into_the_new_generation() {
    let mut house = House::start_on(TODAY).await;
    let events = histories(&mut house.producer, 30);
    house.tell(&events).await;
    let before = house.projections().await;
    house.execute("update referral_facts set channel = 'self'; delete from admissions").await;
    assert_ne!(house.projections().await, before);

    house.rebuild().await;
    assert_eq!(house.projections().await, before);
    let story = Story::new();
    let more = [house.producer.next(story.referral, &story.submitted(at("2024-03-02T09:00:00Z")))];
    house.tell(&more).await;

    assert_eq!(house.all_figures().await, house.recomputed().await);
    assert_eq!(house.count("referral_facts where generation = 2").await, 31);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_referral_told_again_is_as_before_also_after_a_rebuild() {
    let mut house = House::start_on(TODAY).await;
    let story = Story::new();
    let when = at("2024-03-10T09:00:00Z");
    let submitted = house.producer.next(story.referral, &story.submitted(when));
    let screened = house.producer.next(story.referral, &story.screened(ScreeningOutcome::Eligible, when));
    let admitted = house.producer.next(story.participation, &story.admitted(when));
    house.tell(&[submitted.clone(), screened.clone(), admitted]).await;
    let before = (house.projections().await, house.all_figures().await);

    house.forget(&[story.referral]).await;
    assert_eq!(house.all_figures().await.referrals, 0);
    house.tell(&[submitted, screened]).await;
    assert_eq!((house.projections().await, house.all_figures().await), before);
    // In the inbox the admission now stands before its referral.
    house.rebuild().await;

    assert_eq!((house.projections().await, house.all_figures().await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_participation_leaves_its_referral_waiting() {
    let mut house = House::start_on(TODAY).await;
    let story = Story::new();
    let when = at("2024-03-10T09:00:00Z");
    let submitted = house.producer.next(story.referral, &story.submitted(when));
    let admitted = house.producer.next(story.participation, &story.admitted(when));
    house.tell(&[submitted, admitted.clone()]).await;

    house.forget(&[story.participation]).await;
    assert_eq!(house.all_figures().await.by_state[0].code, "submitted");
    house.tell(&[admitted]).await;

    assert_eq!(house.all_figures().await.by_state[0].code, "admitted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_instance_takes_over_the_events() {
    let mut house = House::start_on(TODAY).await;
    let events = histories(&mut house.producer, 20);
    let (first, rest) = events.split_at(events.len() / 2);
    house.tell(first).await;

    house.running.stop().await;
    house.producer.send(rest).await;
    let database = house.running.database.clone();
    house.running = house.region.run_on::<reporting::Reporting>(database, "").await.unwrap();
    house.applied(rest).await;

    let figures = eventually("the new instance answers", || async {
        let answer = house.ask(coordinator(), request(FROM, TO)).await;
        answer.ok()
    })
    .await;
    assert_eq!(figures.referrals, house.recomputed().await.referrals);
}
