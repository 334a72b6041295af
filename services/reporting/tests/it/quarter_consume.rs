//! What the consumer does with events of matching, trajectory and finance that come twice, too early, broken, or at a bad
//! moment. Each test goes over every producer.

use proto::intake::events::v1::FamilyRelation;
use proto::matching::events::v1::MatchEnd;
use proto::trajectory::events::v1::{DutyState, ExitOutcome};
use sqlx::AssertSqlSafe;
use testkit::{Producer, Sent, eventually};
use uuid::Uuid;

use crate::case::{Case, Contact, approved, capacity, declined, fresh, noon};
use crate::house::House;
use crate::quarter::{FROM, TO};
use crate::story::wire;

const HOW: Contact = Contact { reached: true, with: true, minutes: 60 };

/// A history of one aggregate, and what it fills.
struct History {
    producer: &'static str,
    aggregate_type: &'static str,
    table: &'static str,
    aggregate: Uuid,
    events: Vec<Sent>,
}

/// One history of each producer, of two events or more. The second of finance is of a type nobody handles: a budget that is
/// approved has no other.
fn histories(producer: &mut Producer) -> Vec<History> {
    let case = Case::new();
    let (id, contact, duty, budget) = (case.trajectory, fresh(), fresh(), fresh());
    let matching = vec![
        producer.next(case.match_id, &case.confirmed(noon("2024-04-10"), "2024-04-12")),
        producer.next(case.match_id, &case.match_ended("2024-06-20", MatchEnd::TrajectoryClosed)),
    ];
    let trajectory = vec![
        producer.next(id, &case.opened("2024-04-12")),
        producer.next(id, &case.logged(contact, "2024-04-15", HOW)),
        producer.next(id, &case.corrected(contact, "2024-04-16", Contact { minutes: 45, ..HOW }, false)),
        producer.next(id, &case.measured("release", "2024-04-20")),
        producer.next(id, &case.duty(duty, "quarterly-follow-up", "2024-06-10", DutyState::Due)),
        producer.next(id, &case.duty(duty, "quarterly-follow-up", "2024-06-10", DutyState::Missed)),
        producer.next(id, &case.closed("2024-06-20", "work-regular", ExitOutcome::WithWork)),
    ];
    let family = case.story.participation;
    let families = vec![
        producer
            .next(family, &case.story.family(&[(FamilyRelation::Parent, "", false, "")], noon("2024-04-10"))),
        producer.next(
            family,
            &case.story.family(
                &[
                    (FamilyRelation::Parent, "", false, "2024-05-01"),
                    (FamilyRelation::Child, "primary-1", true, ""),
                ],
                noon("2024-04-11"),
            ),
        ),
    ];
    let worker = fresh();
    let capacities = vec![
        producer.next(worker, &capacity(worker, ("16", "18"), "2024-01-01", "")),
        producer.next(worker, &capacity(worker, ("8", "9"), "2024-01-01", "")),
    ];
    let finance = vec![
        producer.next(budget, &approved(budget, 2024, 10_000)),
        unknown(producer, "finance", "budget", budget),
    ];
    [
        ("matching", "match", "match_facts", case.match_id, matching),
        ("matching", "worker", "worker_capacities", worker, capacities),
        ("trajectory", "trajectory", "trajectory_facts", id, trajectory),
        ("intake", "participation", "family_facts", family, families),
        ("finance", "budget", "approved_budgets", budget, finance),
    ]
    .map(|(producer, aggregate_type, table, aggregate, events)| History {
        producer,
        aggregate_type,
        table,
        aggregate,
        events,
    })
    .into()
}

/// An event of a type that nobody handles: it fills nothing, and shows that what was sent before is done.
fn unknown(producer: &mut Producer, name: &'static str, aggregate_type: &'static str, id: Uuid) -> Sent {
    producer.next_of_type(name, id, &format!("{name}.praised.v9"), aggregate_type, vec![1, 2, 3])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_of_any_producer_changes_nothing_also_when_the_inbox_was_lost() {
    let mut house = House::start_on("2024-07-10").await;
    for history in histories(&mut house.producer) {
        house.tell(&history.events).await;
        let before = (house.projections().await, house.quarter(FROM, TO).await);

        let end = unknown(&mut house.producer, history.producer, history.aggregate_type, fresh());
        let backwards = history.events.iter().rev();
        let again: Vec<Sent> = backwards.chain(&history.events).chain([&end]).cloned().collect();
        house.producer.send(&again).await;
        house.applied(&[end]).await;
        assert_eq!(
            (house.projections().await, house.quarter(FROM, TO).await),
            before,
            "{}",
            history.producer
        );

        // Any part of the history comes again, and nobody remembers it.
        for length in 1..=history.events.len() {
            house.execute("truncate chassis.inbox, chassis.consumed_histories").await;
            house.tell(&history.events[..length]).await;
            let after = (house.projections().await, house.quarter(FROM, TO).await);
            assert_eq!(after, before, "{} with {length} events again", history.producer);
        }
        assert_eq!(house.count("chassis.parked").await, 0, "{}", history.producer);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_any_producer_out_of_order_are_applied_in_order() {
    let mut house = House::start_on("2024-07-10").await;
    for mut history in histories(&mut house.producer) {
        if history.producer == "finance" {
            // The approval must be what waits.
            let budget = fresh();
            let first = unknown(&mut house.producer, "finance", "budget", budget);
            let approval = house.producer.next(budget, &approved(budget, 2024, 10_000));
            (history.aggregate, history.events) = (budget, vec![first, approval]);
        }
        let before = house.projections().await;
        let (first, rest) = history.events.split_first().unwrap();
        let backwards: Vec<Sent> = rest.iter().rev().cloned().collect();

        house.producer.send(&backwards).await;
        house.eventually_counts("chassis.pending", i64::try_from(rest.len()).unwrap()).await;
        assert_eq!(house.projections().await, before, "{}", history.producer);
        house.tell(std::slice::from_ref(first)).await;
        house.applied(rest).await;

        assert_eq!(house.count("chassis.pending").await, 0, "{}", history.producer);
        assert_eq!(house.count(history.table).await, 1, "{}", history.producer);
    }
    let figures = house.quarter(FROM, TO).await;
    let (contacts, exits) = (figures.contacts.unwrap(), figures.exits.unwrap());
    assert_eq!((contacts.minutes_with_participant, exits.exits), (45, 1));
    assert_eq!((figures.duties[0].missed, figures.duties[0].open), (1, 0));
    assert_eq!(figures.budgets.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_of_any_producer_holds_back_its_own_history_only() {
    let mut house = House::start_on("2024-07-10").await;
    let broken = Case::new();
    let (budget, producer) = (fresh(), &mut house.producer);
    let mut confirmed = broken.confirmed(noon("2024-04-10"), "kanarie");
    confirmed.weight = "regular".to_owned();
    let mut strange = broken.story.family(&[(FamilyRelation::Child, "", false, "")], noon("2024-04-10"));
    strange.members[0].relation = 9;
    let too_long = Contact { minutes: 1_441, ..HOW };
    let mut events = vec![
        producer.next(broken.match_id, &confirmed),
        producer.next(broken.match_id, &broken.match_ended("2024-06-20", MatchEnd::Stopped)),
        producer.next(broken.trajectory, &broken.logged(fresh(), "2024-04-15", too_long)),
        producer.next(broken.trajectory, &broken.opened("2024-04-12")),
        producer.next(budget, &approved(budget, 24, 10_000)),
        unknown(producer, "finance", "budget", budget),
        producer.next(broken.story.participation, &strange),
    ];
    let sound: Vec<Sent> = histories(producer).into_iter().flat_map(|history| history.events).collect();
    events.extend(sound.iter().cloned());

    house.producer.send(&events).await;
    house.applied(&sound).await;
    house.eventually_counts("chassis.pending", 3).await;

    let parked: Vec<(String, String)> =
        sqlx::query_as("select reason, error from chassis.parked order by error")
            .fetch_all(&house.running.database.admin)
            .await
            .unwrap();
    let expected = [
        "`first_day` is no day",
        "`members.relation` is none that this build knows",
        "`minutes` is more than a day has",
        "`year` lies outside the years 1900 to 2999",
    ]
    .map(|error| ("POISON".to_owned(), error.to_owned()));
    assert_eq!(parked, expected);
    for table in ["match_facts", "trajectory_facts", "contact_facts", "family_facts", "approved_budgets"] {
        assert_eq!(house.count(table).await, 1, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_contradicts_or_names_nothing_is_poison_with_a_plain_reason() {
    let mut house = House::start_on("2024-07-10").await;
    let producer = &mut house.producer;
    let mut events = Vec::new();
    let mut expected = Vec::new();

    let case = Case::new();
    let opened = case.opened("2024-04-12");
    let closed = case.closed("2024-06-20", "work-regular", ExitOutcome::WithWork);
    for event in [producer.next(case.trajectory, &opened), producer.next(case.trajectory, &closed)] {
        events.push(event);
    }
    events.push(producer.next(case.trajectory, &closed));
    expected.push("the trajectory was closed a second time");

    let case = Case::new();
    events.push(producer.next(case.trajectory, &closed));
    expected.push("`trajectory_id` is another than the aggregate of the event");
    events.push(producer.next(Case::new().match_id, &case.confirmed(noon("2024-04-10"), "2024-04-10")));
    expected.push("`match_id` is another than the aggregate of the event");

    let case = Case::new();
    events
        .push(producer.next(case.trajectory, &case.closed("2024-06-20", "other", ExitOutcome::WithoutWork)));
    expected.push("a trajectory was closed that was never applied");

    let case = Case::new();
    events.push(producer.next(case.trajectory, &case.measured("release", "2024-06-20")));
    expected.push("a measure was taken in a trajectory that was never applied");

    let case = Case::new();
    let duty = case.duty(fresh(), "quarterly-follow-up", "2024-06-20", DutyState::Kept);
    events.push(producer.next(case.trajectory, &duty));
    expected.push("a duty changed that its trajectory does not have");

    let case = Case::new();
    events.push(producer.next(case.trajectory, &case.corrected(fresh(), "2024-06-20", HOW, false)));
    expected.push("a contact was corrected that was never applied in this trajectory");

    let case = Case::new();
    events.push(producer.next(case.match_id, &case.match_ended("2024-06-20", MatchEnd::Stopped)));
    expected.push("a match ended that was never applied");

    let case = Case::new();
    events.push(producer.next(case.match_id, &case.confirmed(noon("2024-04-10"), "2024-04-10")));
    let ended = case.match_ended("2024-06-20", MatchEnd::Stopped);
    events.push(producer.next(case.match_id, &ended));
    events.push(producer.next(case.match_id, &ended));
    expected.push("the match ended a second time");

    let case = Case::new();
    events.push(producer.next(case.story.participation, &case.episode_ended("2024-06-20")));
    expected.push("an episode ended that was never applied");

    let case = Case::new();
    let mut unknown_outcome = case.logged(fresh(), "2024-06-20", HOW);
    unknown_outcome.outcome = 17;
    events.push(producer.next(case.trajectory, &unknown_outcome));
    expected.push("`outcome` is none that this build knows");

    let worker = fresh();
    events.push(producer.next(worker, &capacity(worker, ("kanarie", "18"), "2024-01-01", "")));
    expected.push("`cases_min` is no number of cases");

    let proposal = fresh();
    let mut wrong = declined(proposal, noon("2024-04-10"));
    wrong.worker_id = "kanarie".to_owned();
    events.push(producer.next(proposal, &wrong));
    expected.push("`worker_id` is no id");

    house.producer.send(&events).await;
    let parked = i64::try_from(expected.len()).unwrap();
    house.eventually_counts("chassis.parked where reason = 'POISON'", parked).await;

    let mut errors: Vec<String> = sqlx::query_scalar("select error from chassis.parked")
        .fetch_all(&house.running.database.admin)
        .await
        .unwrap();
    errors.sort();
    expected.sort_unstable();
    assert_eq!(errors, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_is_waited_out_for_any_producer() {
    let mut house = House::start_on("2024-07-10").await;
    let admin = house.running.database.admin.clone();
    for history in histories(&mut house.producer) {
        let mut lock = admin.begin().await.unwrap();
        let statement = format!("lock table {} in access exclusive mode", history.table);
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *lock).await.unwrap();

        house.producer.send(&history.events).await;
        // Twice: the second waiter shows that the first failure was tried again.
        for _ in 0..2 {
            let waiting: i32 = eventually("the consumer waits for the table", || async {
                sqlx::query_scalar(
                    "select pid from pg_stat_activity
                     where datname = current_database() and usename = 'reporting_runtime' and wait_event_type = 'Lock'",
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
        house.applied(&history.events).await;

        assert_eq!(house.count(history.table).await, 1, "{}", history.producer);
        assert_eq!(house.count("chassis.parked").await, 0, "{}", history.producer);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_waits_for_another_producer_but_an_admission_for_its_referral() {
    let mut house = House::start_on("2024-07-10").await;
    let case = Case::new();
    let producer = &mut house.producer;
    let trajectory = [
        producer.next(case.trajectory, &case.opened("2024-04-12")),
        producer.next(case.trajectory, &case.logged(fresh(), "2024-04-15", HOW)),
    ];
    let matched = [producer.next(case.match_id, &case.confirmed(noon("2024-04-11"), "2024-04-12"))];
    let mut admitted = case.story.admitted(noon("2024-04-03"));
    admitted.referred_at = wire(noon("2024-04-01"));
    let admitted = producer.next(case.story.participation, &admitted);
    let submitted = producer.next(case.story.referral, &case.story.submitted(noon("2024-04-01")));

    house.tell(&trajectory).await;
    assert_eq!(house.quarter(FROM, TO).await.contacts.unwrap().reached, 1);
    house.tell(&matched).await;
    let figures = house.quarter(FROM, TO).await.matches.unwrap();
    assert_eq!((figures.confirmed, figures.waiting_to_match.unwrap().count), (1, 0));
    house.producer.send(std::slice::from_ref(&admitted)).await;
    house.eventually_counts("chassis.pending where waits_for is not null", 1).await;
    house.tell(&[submitted]).await;
    house.applied(&[admitted]).await;

    let figures = house.quarter(FROM, TO).await;
    assert_eq!(figures.matches.unwrap().waiting_to_match.unwrap().median_days, 10);
    assert_eq!(figures.standing.unwrap().running, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forgetting_removes_exactly_what_an_aggregate_told_and_it_can_be_told_again() {
    let mut house = House::start_on("2024-07-10").await;
    let all = histories(&mut house.producer);
    let events: Vec<Sent> = all.iter().flat_map(|history| history.events.clone()).collect();
    house.tell(&events).await;
    let before = house.projections().await;

    for history in all {
        house.forget_of(history.producer, &[history.aggregate]).await;
        assert_eq!(house.count(history.table).await, 0, "{}", history.producer);
        assert!(house.projections().await.iter().all(|row| before.contains(row)));
        assert!(
            !house.projections().await.iter().any(|row| row.contains(&history.aggregate.to_string())),
            "{} left something",
            history.producer
        );

        house.tell(&history.events).await;
        assert_eq!(house.projections().await, before, "{}", history.producer);
    }
}
