//! What intake learns from matching and trajectory: who is on which case, and when an episode ends.

use chassis::id::IdGenerator;
use prost_types::Timestamp;
use proto::intake::v1::{BatchGetNamesRequest, Referral};
use proto::matching::events::v1::{MatchConfirmed, MatchEnd, MatchEnded};
use proto::options::v1::Role as ContractRole;
use proto::trajectory::events::v1::TrajectoryClosed;
use testkit::{Producer, Sent, eventually, mandate, queue_is_ready, worker};
use uuid::Uuid;

use crate::house::{House, PROGRAMME, form, violations};

const COACH: u128 = 0xca;

struct Case {
    referral: Referral,
    participation: Uuid,
    episode: Uuid,
    match_id: Uuid,
    trajectory: Uuid,
}

async fn start() -> (House, Producer) {
    let house = House::with_broker().await;
    queue_is_ready(&house.region.amqp_url(), "intake").await;
    let producer = Producer::connect(&house.region.amqp_url(), &house.region.code).await;
    (house, producer)
}

async fn admitted(house: &House) -> Case {
    let referral = house.admit(&house.screened(form()).await, "").await.unwrap();
    let participation = referral.decision.clone().unwrap().participation_id;
    let episode = house
        .text("select episode_id::text from episodes where participation_id = $1::uuid", &participation)
        .await;
    Case {
        referral,
        participation: participation.parse().unwrap(),
        episode: episode.parse().unwrap(),
        match_id: IdGenerator.uuid(),
        trajectory: IdGenerator.uuid(),
    }
}

impl Case {
    fn confirmed(&self) -> MatchConfirmed {
        MatchConfirmed {
            match_id: self.match_id.to_string(),
            participation_id: self.participation.to_string(),
            episode_id: self.episode.to_string(),
            person_id: self.referral.person_id.clone(),
            worker_id: Uuid::from_u128(COACH).to_string(),
            organisation_id: Uuid::from_u128(0x09).to_string(),
            role: ContractRole::Coach.into(),
            programme: PROGRAMME.to_owned(),
            first_day: "2024-01-01".to_owned(),
            ..MatchConfirmed::default()
        }
    }

    fn ended(&self, last_day: &str) -> MatchEnded {
        MatchEnded {
            match_id: self.match_id.to_string(),
            participation_id: self.participation.to_string(),
            episode_id: self.episode.to_string(),
            worker_id: Uuid::from_u128(COACH).to_string(),
            last_day: last_day.to_owned(),
            why: MatchEnd::Stopped.into(),
            ..MatchEnded::default()
        }
    }

    fn closed(&self) -> TrajectoryClosed {
        TrajectoryClosed {
            trajectory_id: self.trajectory.to_string(),
            participation_id: self.participation.to_string(),
            episode_id: self.episode.to_string(),
            programme: PROGRAMME.to_owned(),
            exit_reason: "work-regular".to_owned(),
            closed_on: "2026-11-20".to_owned(),
            closed_at: Some(Timestamp { seconds: 1_800_000_000, nanos: 0 }),
            ..TrajectoryClosed::default()
        }
    }

    async fn name_for_coach(&self, house: &House) -> Option<String> {
        let caller = worker(
            COACH,
            vec![mandate(chassis::caller::Role::Coach, chassis::caller::Scope::OwnCases, Some(PROGRAMME))],
        );
        let request = BatchGetNamesRequest {
            person_ids: vec![self.referral.person_id.clone()],
            purpose: "list_trajectories".to_owned(),
        };
        let names = house.persons(caller).batch_get_names(request).await.unwrap().into_inner().names;
        names.into_iter().next().map(|name| name.name).filter(|name| !name.is_empty())
    }
}

async fn applied(house: &House, events: &[Sent]) {
    let ids: Vec<String> = events.iter().map(|event| format!("'{}'", event.event_id)).collect();
    let query = format!("select count(*) from chassis.inbox where event_id in ({})", ids.join(","));
    let expected = i64::try_from(events.len()).unwrap();
    eventually("intake applies the events", || async {
        (house.count(&query).await == expected).then_some(())
    })
    .await;
}

const RUNNING: &str = "select count(*) from episodes where ended_at is null";
const TOLD: &str = "select count(*) from chassis.outbox where event_type = 'intake.episode_ended.v1'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_on_a_case_is_told_the_name_from_the_first_day_to_the_last() {
    let (house, mut producer) = start().await;
    let case = admitted(&house).await;
    assert_eq!(case.name_for_coach(&house).await, None);

    let confirmed = producer.next(case.match_id, &case.confirmed());
    producer.send(std::slice::from_ref(&confirmed)).await;
    applied(&house, std::slice::from_ref(&confirmed)).await;
    assert_eq!(case.name_for_coach(&house).await.as_deref(), Some("Kanarie Jansen"));

    let ended = producer.next(case.match_id, &case.ended("2024-06-30"));
    producer.send(std::slice::from_ref(&ended)).await;
    applied(&house, &[ended]).await;
    assert_eq!(case.name_for_coach(&house).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_episode_ends_with_its_trajectory_once() {
    let (house, mut producer) = start().await;
    let case = admitted(&house).await;
    let closed = producer.next(case.trajectory, &case.closed());

    producer.send(std::slice::from_ref(&closed)).await;
    applied(&house, std::slice::from_ref(&closed)).await;
    // A duplicate; the match behind it shows that it was met.
    let confirmed = producer.next(case.match_id, &case.confirmed());
    producer.send(&[closed, confirmed.clone()]).await;
    applied(&house, &[confirmed]).await;

    assert_eq!((house.count(RUNNING).await, house.count(TOLD).await), (0, 1));
    let episode = case.episode.to_string();
    let last = house.text("select ended_on::text from episodes where episode_id = $1::uuid", &episode).await;
    assert_eq!(last, "2026-11-20");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_comes_before_its_beginning_waits_for_it() {
    let (house, mut producer) = start().await;
    let case = admitted(&house).await;
    let confirmed = producer.next(case.match_id, &case.confirmed());
    let ended = producer.next(case.match_id, &case.ended("2024-06-30"));

    producer.send(std::slice::from_ref(&ended)).await;
    eventually("the end waits", || async {
        (house.count("select count(*) from chassis.pending").await == 1).then_some(())
    })
    .await;
    producer.send(std::slice::from_ref(&confirmed)).await;
    applied(&house, &[confirmed, ended]).await;

    let over = "select count(*) from case_access where valid_to = date '2024-06-30'";
    assert_eq!(house.count(over).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_an_unknown_episode_is_poison_and_holds_back_nobody_else() {
    let (house, mut producer) = start().await;
    let case = admitted(&house).await;
    let mut unknown = case.closed();
    unknown.episode_id = IdGenerator.uuid().to_string();
    let poison = producer.next(IdGenerator.uuid(), &unknown);
    let sound = producer.next(case.trajectory, &case.closed());

    producer.send(&[poison, sound.clone()]).await;
    applied(&house, &[sound]).await;

    let parked = "select count(*) from chassis.parked
                  where reason = 'POISON' and error = '`episode_id` is no open episode of the participation'";
    assert_eq!((house.count(parked).await, house.count(RUNNING).await, house.count(TOLD).await), (1, 0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_is_waited_out() {
    let (house, mut producer) = start().await;
    let case = admitted(&house).await;
    let closed = producer.next(case.trajectory, &case.closed());
    let admin = house.running.database.admin.clone();
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table episodes in access exclusive mode").execute(&mut *lock).await.unwrap();

    producer.send(std::slice::from_ref(&closed)).await;
    let waiting: i32 = eventually("the consumer waits for the table", || async {
        sqlx::query_scalar(
            "select pid from pg_stat_activity
             where datname = current_database() and usename = 'intake_runtime' and wait_event_type = 'Lock'",
        )
        .fetch_optional(&admin)
        .await
        .unwrap()
    })
    .await;
    sqlx::query("select pg_terminate_backend($1)").bind(waiting).execute(&admin).await.unwrap();
    lock.rollback().await.unwrap();
    applied(&house, &[closed]).await;

    assert_eq!(
        (house.count(RUNNING).await, house.count("select count(*) from chassis.parked").await),
        (0, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_goes_on_in_the_same_participation_with_a_new_episode() {
    let (house, mut producer) = start().await;
    let first = admitted(&house).await;
    let again = house.screened(form()).await;
    let earlier = first.referral.referral_id.clone();

    // Not while the first episode runs.
    let running = house.admit_again(&again, "", &earlier).await.unwrap_err();
    assert_eq!(crate::house::told(&running).reason, "EPISODE_OPEN");
    let closed = producer.next(first.trajectory, &first.closed());
    producer.send(std::slice::from_ref(&closed)).await;
    applied(&house, &[closed]).await;
    let second = house.admit_again(&again, "", &earlier).await.unwrap();

    assert_eq!(second.decision.unwrap().participation_id, first.participation.to_string());
    assert_eq!(house.count("select count(*) from episodes").await, 2);
    assert_eq!(house.count("select count(*) from participations").await, 1);
    // One human being: who is erased under one name is erased under both.
    house.erase(&again.person_id).await.unwrap();
    assert_eq!(house.count("select count(*) from person_keys where wrapped is null").await, 2);
    assert_eq!(house.count("select count(*) from erasures").await, 2);
}

#[tokio::test]
async fn a_referral_without_participation_is_no_earlier_one() {
    let house = House::open().await;
    let again = house.screened(form()).await;
    let refused = house.refuse(&house.submitted(form()).await, "no-request", "").await.unwrap();

    for (earlier, reason) in [
        (refused.referral_id.as_str(), "NO_PARTICIPATION"),
        (again.referral_id.as_str(), "NO_PARTICIPATION"),
        ("0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b", "NO_PARTICIPATION"),
        ("kanarie", "NOT_AN_ID"),
    ] {
        let error = house.admit_again(&again, "", earlier).await.unwrap_err();
        assert_eq!(violations(&error), [("earlier_referral_id".to_owned(), reason.to_owned())]);
    }
    assert_eq!(house.count("select count(*) from participations").await, 0);
}
