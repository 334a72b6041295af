//! What the consumer does with events: in order, twice, too early, broken, or at a bad moment.

use std::collections::BTreeSet;

use chassis::id::IdGenerator;
use proto::intake::events::v1::{ParticipantAdmitted, PersonErased};
use proto::matching::events::v1::{MatchEnd, MatchEnded};
use proto::matching::v1::{
    ConfirmMatchRequest, GetProposalRequest, ListWaitingRequest, MatchEnding, ReplayProposalRequest,
    WaitingParticipation,
};
use proto::trajectory::events::v1::{ExitOutcome, TrajectoryClosed};
use testkit::{Producer, Sent, eventually, queue_is_ready};
use uuid::Uuid;

use crate::house::{
    House, PROGRAMME, Participant, TODAY, confirmation, coordinator, details, needs, signed_in, told,
    with_this_key,
};

/// Matching with a broker, and whoever tells it something.
struct Heard {
    house: House,
    producer: Producer,
}

impl Heard {
    async fn open() -> Self {
        let house = House::open_with_broker().await;
        queue_is_ready(&house.region.amqp_url(), "matching").await;
        let producer = Producer::connect(&house.region.amqp_url(), &house.region.code).await;
        Self { house, producer }
    }

    async fn tell(&self, events: &[Sent]) {
        self.producer.send(events).await;
        self.applied(events).await;
    }

    /// Waits until all of them were applied.
    async fn applied(&self, events: &[Sent]) {
        let ids: Vec<Uuid> = events.iter().map(|event| event.event_id).collect();
        let expected = i64::try_from(ids.len()).unwrap();
        eventually("matching applies the events", || async {
            let applied: i64 =
                sqlx::query_scalar("select count(*) from chassis.inbox where event_id = any($1)")
                    .bind(&ids)
                    .fetch_one(&self.house.running.database.admin)
                    .await
                    .unwrap();
            (applied == expected).then_some(())
        })
        .await;
    }

    async fn eventually_counts(&self, from: &'static str, expected: i64) {
        eventually(from, || async { (self.house.count(from).await == expected).then_some(()) }).await;
    }

    async fn waiting(&self) -> Vec<WaitingParticipation> {
        let request = ListWaitingRequest { programme: PROGRAMME.to_owned(), ..ListWaitingRequest::default() };
        self.house.matches(coordinator()).list_waiting(request).await.unwrap().into_inner().waiting
    }

    /// Somebody whom intake admitted, applied.
    async fn admitted(&mut self) -> Participant {
        let who = somebody();
        let event = self.producer.next(who.participation, &admitted(who));
        self.tell(&[event]).await;
        who
    }
}

fn somebody() -> Participant {
    let ids = IdGenerator;
    Participant { participation: ids.uuid(), episode: ids.uuid(), person: ids.uuid() }
}

fn wire(instant: &str) -> prost_types::Timestamp {
    let instant: jiff::Timestamp = instant.parse().unwrap();
    prost_types::Timestamp { seconds: instant.as_second(), nanos: 0 }
}

fn admitted(who: Participant) -> ParticipantAdmitted {
    ParticipantAdmitted {
        participation_id: who.participation.to_string(),
        episode_id: who.episode.to_string(),
        referral_id: IdGenerator.uuid().to_string(),
        person_id: who.person.to_string(),
        programme: PROGRAMME.to_owned(),
        programme_version: "1".to_owned(),
        admitted_at: Some(wire("2024-04-01T09:00:00Z")),
        municipality_nis: "46014".to_owned(),
        referred_at: Some(wire("2024-03-01T09:00:00Z")),
        re_entry: false,
    }
}

fn closed(who: Participant, trajectory: Uuid, on: &str) -> TrajectoryClosed {
    TrajectoryClosed {
        trajectory_id: trajectory.to_string(),
        participation_id: who.participation.to_string(),
        episode_id: who.episode.to_string(),
        programme: PROGRAMME.to_owned(),
        exit_reason: "work-regular".to_owned(),
        outcome: ExitOutcome::WithWork.into(),
        closed_on: on.to_owned(),
        closed_at: Some(wire("2024-04-15T09:00:00Z")),
    }
}

fn erased(who: Participant) -> PersonErased {
    PersonErased { person_id: who.person.to_string(), erased_at: Some(wire("2024-04-15T10:00:00Z")) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_admitted_waits() {
    let mut heard = Heard::open().await;

    let who = heard.admitted().await;

    let waiting = heard.waiting().await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (&waiting[0].participation_id, &waiting[0].episode_id, &waiting[0].person_id),
        (&who.participation.to_string(), &who.episode.to_string(), &who.person.to_string())
    );
    assert_eq!((waiting[0].municipality_nis.as_str(), waiting[0].waiting_days), ("46014", 45));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_trajectory_ends_the_match_and_frees_the_place() {
    let mut heard = Heard::open().await;
    let coach = heard.house.coach_of(details(), "0.1").await;
    let who = heard.admitted().await;
    let begun = heard.house.matched(who, &coach).await;
    let trajectory = IdGenerator.uuid();

    let event = heard.producer.next(trajectory, &closed(who, trajectory, TODAY));
    heard.tell(&[event]).await;

    let ended = heard.house.get_match(coordinator(), &begun.match_id).await.unwrap();
    assert_eq!((ended.last_day.as_str(), ended.ending), (TODAY, MatchEnding::TrajectoryClosed.into()));
    let told: Vec<MatchEnded> = heard.house.published().await;
    assert_eq!(
        (told.len(), told[0].why, &told[0].match_id),
        (1, MatchEnd::TrajectoryClosed.into(), &begun.match_id)
    );
    assert_eq!(heard.waiting().await, []);
    heard.house.set_today("2024-04-16");
    let next = heard.admitted().await;
    let proposal = heard.house.propose(needs(next)).await.unwrap();
    let request =
        ConfirmMatchRequest { first_day: "2024-04-16".to_owned(), ..confirmation(&proposal, &coach) };
    assert!(!heard.house.confirm(request).await.unwrap().over_capacity);
    assert!(heard.house.get_match(signed_in(&coach), &begun.match_id).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_takes_needs_proposals_and_reasons_and_leaves_what_counts() {
    let mut heard = Heard::open().await;
    let coach = heard.house.coach(details()).await;
    let second = heard.house.coach(details()).await;
    let (who, waits) = (heard.admitted().await, heard.admitted().await);
    let proposal = heard.house.propose(needs(who)).await.unwrap();
    let request = ConfirmMatchRequest {
        reason: "kanarie vroeg er zelf om".to_owned(),
        ..confirmation(&proposal, if proposal.proposed[0].worker_id == coach { &second } else { &coach })
    };
    let asked = with_this_key(request.clone(), "key-1");
    let begun =
        heard.house.matches(coordinator()).confirm_match(asked).await.unwrap().into_inner().r#match.unwrap();

    let events =
        [heard.producer.next(who.person, &erased(who)), heard.producer.next(waits.person, &erased(waits))];
    heard.tell(&events).await;

    let kept = "person_keys where destroyed_at is not null and wrapped is null";
    assert_eq!(heard.house.count(kept).await, 2);
    assert_eq!(heard.waiting().await, []);
    let left = "proposals where input is not null or input_sha256 is not null or answer is not null";
    assert_eq!(heard.house.count(left).await, 0);
    assert_eq!(heard.house.count("matches where reason is not null").await, 0);
    let read = heard.house.get_match(coordinator(), &begun.match_id).await.unwrap();
    assert_eq!((read.reason.as_str(), read.overridden, &read.person_id), ("", true, &who.person.to_string()));
    let request_again = GetProposalRequest { proposal_id: proposal.proposal_id.clone() };
    let read = heard.house.matches(coordinator()).get_proposal(request_again).await.unwrap().into_inner();
    assert_eq!(read.proposal.unwrap().proposed.len(), 0);
    let again = ReplayProposalRequest { proposal_id: proposal.proposal_id.clone() };
    let refused = heard.house.matches(coordinator()).replay_proposal(again).await.unwrap_err();
    assert_eq!(told(&refused).reason, "PERSON_ERASED");
    let repeat =
        heard.house.matches(coordinator()).confirm_match(with_this_key(request, "key-1")).await.unwrap_err();
    assert_eq!(told(&repeat).reason, "ANSWER_ERASED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_changes_nothing() {
    let mut heard = Heard::open().await;
    let coach = heard.house.coach(details()).await;
    let who = somebody();
    let trajectory = IdGenerator.uuid();
    let came = heard.producer.next(who.participation, &admitted(who));
    heard.tell(std::slice::from_ref(&came)).await;
    heard.house.matched(who, &coach).await;
    let left = heard.producer.next(trajectory, &closed(who, trajectory, TODAY));
    heard.tell(std::slice::from_ref(&left)).await;
    let before = heard.house.rows().await;

    // The last one is new, so that what stands before it is known to be done.
    let other = somebody();
    let end = heard.producer.next(other.participation, &admitted(other));
    heard.producer.send(&[came.clone(), left.clone(), left, came, end.clone()]).await;
    heard.applied(&[end]).await;

    let after = heard.house.rows().await;
    let unpublished = |rows: Vec<String>| {
        rows.into_iter().filter(|row| !row.contains("matching.")).collect::<BTreeSet<_>>()
    };
    let (before, after) = (unpublished(before), unpublished(after));
    assert!(before.is_subset(&after), "{:?}", before.difference(&after).collect::<Vec<_>>());
    assert_eq!(after.len(), before.len() + 1, "one more waits");
    assert_eq!(heard.house.count("chassis.inbox").await, 3);
    assert_eq!(heard.house.published::<MatchEnded>().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_out_of_order_are_applied_in_order() {
    let mut heard = Heard::open().await;
    let who = somebody();
    let again = Participant { episode: IdGenerator.uuid(), ..who };
    let first = heard.producer.next(who.participation, &admitted(who));
    let second =
        heard.producer.next(who.participation, &ParticipantAdmitted { re_entry: true, ..admitted(again) });

    heard.producer.send(std::slice::from_ref(&second)).await;
    heard.eventually_counts("chassis.pending", 1).await;
    assert_eq!(heard.house.count("waiting").await, 0);
    heard.tell(&[first]).await;
    heard.applied(&[second]).await;

    assert_eq!(heard.house.count("waiting").await, 2);
    assert_eq!(
        heard.house.count(&format!("waiting where re_entry and episode_id = '{}'", again.episode)).await,
        1
    );
    assert_eq!(heard.house.count("chassis.pending").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_overtakes_the_admission_wins() {
    let mut heard = Heard::open().await;
    let who = somebody();
    let gone = heard.producer.next(who.person, &erased(who));
    let came = heard.producer.next(who.participation, &admitted(who));

    heard.tell(&[gone, came]).await;

    assert_eq!(heard.house.count("waiting").await, 0);
    assert_eq!(heard.house.count("person_keys where wrapped is null and destroyed_at is not null").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_parked_with_its_reason_and_holds_back_its_own_participation_only() {
    let mut heard = Heard::open().await;
    let (broken, sound) = (somebody(), somebody());
    let mut nowhere = admitted(broken);
    nowhere.municipality_nis = "9160".to_owned();
    let poison = heard.producer.next(broken.participation, &nowhere);
    let behind = heard.producer.next(broken.participation, &admitted(broken));
    let other = heard.producer.next(sound.participation, &admitted(sound));

    heard.producer.send(&[poison, behind, other.clone()]).await;
    heard.applied(&[other]).await;
    heard.eventually_counts("chassis.pending", 1).await;

    let parked: Vec<(String, String)> = sqlx::query_as("select reason, error from chassis.parked")
        .fetch_all(&heard.house.running.database.admin)
        .await
        .unwrap();
    let reason = "`municipality_nis` is no NIS code of a municipality";
    assert_eq!(parked, [("POISON".to_owned(), reason.to_owned())]);
    assert_eq!(heard.waiting().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_never_be_applied_is_poison_with_a_plain_reason() {
    let mut heard = Heard::open().await;
    let mut events = Vec::new();
    let mut expected = Vec::new();
    let producer = &mut heard.producer;

    let who = somebody();
    events.push(
        producer.next(
            who.participation,
            &ParticipantAdmitted { person_id: "kanarie".to_owned(), ..admitted(who) },
        ),
    );
    expected.push("`person_id` is no id");
    let who = somebody();
    events.push(producer.next(somebody().participation, &admitted(who)));
    expected.push("`participation_id` is another than the aggregate of the event");
    let who = somebody();
    events
        .push(producer.next(who.participation, &ParticipantAdmitted { referred_at: None, ..admitted(who) }));
    expected.push("`referred_at` is missing");
    let (who, trajectory) = (somebody(), IdGenerator.uuid());
    events.push(producer.next(trajectory, &closed(who, trajectory, TODAY)));
    expected.push("the trajectory closed, but its episode never had a match");
    let (who, trajectory) = (somebody(), IdGenerator.uuid());
    events.push(producer.next(trajectory, &closed(who, trajectory, "kanarie")));
    expected.push("`closed_on` is no day");

    producer.send(&events).await;
    heard
        .eventually_counts("chassis.parked where reason = 'POISON'", i64::try_from(expected.len()).unwrap())
        .await;

    let errors: Vec<String> =
        sqlx::query_scalar("select error from chassis.parked order by parked_at, parked_id")
            .fetch_all(&heard.house.running.database.admin)
            .await
            .unwrap();
    for reason in expected {
        assert!(errors.iter().any(|error| error.contains(reason)), "no `{reason}` in {errors:?}");
    }
    assert!(!errors.iter().any(|error| error.contains("kanarie")), "an error repeats a value: {errors:?}");
    assert_eq!(heard.house.count("waiting").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_is_waited_out() {
    let mut heard = Heard::open().await;
    let who = somebody();
    let came = heard.producer.next(who.participation, &admitted(who));
    let admin = heard.house.running.database.admin.clone();
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table waiting in access exclusive mode").execute(&mut *lock).await.unwrap();

    heard.producer.send(std::slice::from_ref(&came)).await;
    // Twice: the second waiter shows that the first failure was tried again.
    for _ in 0..2 {
        let waiting: i32 = eventually("the consumer waits for the table", || async {
            sqlx::query_scalar(
                "select pid from pg_stat_activity
                 where datname = current_database() and usename = 'matching_runtime' and wait_event_type = 'Lock'",
            )
            .fetch_optional(&admin)
            .await
            .unwrap()
        })
        .await;
        sqlx::query("select pg_terminate_backend($1)").bind(waiting).execute(&admin).await.unwrap();
        eventually("the session ends", || async {
            let gone: bool =
                sqlx::query_scalar("select not exists (select 1 from pg_stat_activity where pid = $1)")
                    .bind(waiting)
                    .fetch_one(&admin)
                    .await
                    .unwrap();
            gone.then_some(())
        })
        .await;
    }
    lock.rollback().await.unwrap();
    heard.applied(&[came]).await;

    assert_eq!(heard.waiting().await.len(), 1);
    assert_eq!(heard.house.count("chassis.parked").await, 0);
}

#[test]
fn the_types_of_the_contract_that_name_matching_are_handled() {
    // A new event for matching must not be passed over in silence.
    let named: Vec<&str> = proto::EVENT_TYPES
        .iter()
        .filter(|event| event.consumers.contains(&"matching"))
        .map(|event| event.name)
        .collect();

    assert_eq!(named.len(), 3, "{named:?}");
}
