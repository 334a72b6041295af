//! What the consumer does with events that come twice, too early, broken, or at a bad moment.

use chassis::database::extend_digest;
use proto::Event as _;
use proto::intake::events::v1::{ReferralSubmitted, ScreeningOutcome};
use testkit::eventually;

use crate::house::House;
use crate::story::{Story, at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_changes_nothing() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let submitted = house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")));
    let screening = story.screened(ScreeningOutcome::Manual, at("2024-03-11T09:00:00Z"));
    let screened = house.producer.next(story.referral, &screening);
    house.tell(&[submitted.clone(), screened.clone()]).await;
    let before = (house.projections().await, house.figures("2024-03-01", "2024-03-31").await);

    // The last one is new, so that what stands before it is known to be done.
    let other = Story::new();
    let end = house.producer.next(other.referral, &other.submitted(at("2024-02-10T09:00:00Z")));
    house.producer.send(&[screened.clone(), submitted.clone(), submitted, screened, end.clone()]).await;
    house.applied(&[end]).await;

    assert_eq!(house.figures("2024-03-01", "2024-03-31").await, before.1);
    let after = house.projections().await;
    assert!(before.0.iter().all(|row| after.contains(row)), "{before:?} is not part of {after:?}");
    assert_eq!(after.len(), before.0.len() + 1, "one referral more");
    assert_eq!(house.count("chassis.inbox").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_out_of_order_are_applied_in_order() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let received = at("2024-03-10T09:00:00Z");
    let submitted = house.producer.next(story.referral, &story.submitted(received));
    let first = house.producer.next(story.referral, &story.screened(ScreeningOutcome::Manual, received));
    let second =
        house.producer.next(story.referral, &story.screened(ScreeningOutcome::NotEligible, received));
    let refused =
        house.producer.next(story.referral, &story.refused("other-age", at("2024-03-12T09:00:00Z")));

    house.producer.send(&[refused.clone(), second.clone()]).await;
    house.eventually_counts("chassis.pending", 2).await;
    assert_eq!(house.figures("2024-03-01", "2024-03-31").await.referrals, 0);
    house.tell(&[submitted, first]).await;
    house.applied(&[second, refused]).await;

    let figures = house.figures("2024-03-01", "2024-03-31").await;
    assert_eq!(
        (figures.by_state[0].code.as_str(), figures.by_refusal_reason[0].code.as_str()),
        ("refused", "other-age")
    );
    assert_eq!(house.count("referral_facts where screening_outcome = 'not_eligible'").await, 1);
    assert_eq!(house.count("chassis.pending").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_parked_with_its_reason_and_holds_back_its_own_referral_only() {
    let mut house = House::start_on("2024-04-20").await;
    let (broken, sound) = (Story::new(), Story::new());
    let when = at("2024-03-10T09:00:00Z");
    let begun = house.producer.next(broken.referral, &broken.submitted(when));
    let mut unknown = broken.screened(ScreeningOutcome::Eligible, when);
    unknown.outcome = 17;
    let poison = house.producer.next(broken.referral, &unknown);
    let behind = house.producer.next(broken.referral, &broken.refused("other-age", when));
    let other = house.producer.next(sound.referral, &sound.submitted(when));

    house.producer.send(&[begun.clone(), poison, behind, other.clone()]).await;
    house.applied(&[begun, other]).await;
    house.eventually_counts("chassis.pending", 1).await;

    let parked: Vec<(String, String)> = sqlx::query_as("select reason, error from chassis.parked")
        .fetch_all(&house.running.database.admin)
        .await
        .unwrap();
    assert_eq!(parked, [("POISON".to_owned(), "`outcome` is none that this build knows".to_owned())]);
    let figures = house.figures("2024-03-01", "2024-03-31").await;
    assert_eq!((figures.referrals, figures.by_state[0].code.as_str()), (2, "submitted"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_never_be_read_or_contradicts_is_poison_with_a_plain_reason() {
    let mut house = House::start_on("2024-04-20").await;
    let when = at("2024-03-10T09:00:00Z");
    let mut events = Vec::new();
    let mut expected = Vec::new();
    let producer = &mut house.producer;

    let story = Story::new();
    let mut event = story.submitted(when);
    event.person_id = "kanarie".to_owned();
    events.push(producer.next(story.referral, &event));
    expected.push("`person_id` is no id");

    let story = Story::new();
    events.push(producer.next(Story::new().referral, &story.submitted(when)));
    expected.push("`referral_id` is another than the aggregate of the event");

    let story = Story::new();
    events.push(producer.next_of_type(
        "intake",
        story.referral,
        ReferralSubmitted::TYPE,
        "referral",
        vec![0xff],
    ));
    expected.push("the payload is no intake.referral_submitted.v1");

    let story = Story::new();
    events.push(producer.next(story.referral, &story.screened(ScreeningOutcome::Eligible, when)));
    expected.push("the referral was screened, but its submission was never applied");

    let story = Story::new();
    events.push(producer.next(story.referral, &story.submitted(when)));
    events.push(producer.next(story.participation, &story.admitted(when)));
    events.push(producer.next(story.referral, &story.withdrawn("no-longer-wanted", when)));
    expected.push("the referral was withdrawn after it was admitted");

    let story = Story::new();
    events.push(producer.next(story.referral, &story.submitted(when)));
    events.push(producer.next(story.referral, &story.refused("other-age", when)));
    events.push(producer.next(story.participation, &story.admitted(when)));
    expected.push("the referral was admitted after it was refused");

    let story = Story::new();
    let mut other_programme = story.admitted(when);
    other_programme.programme = "other".to_owned();
    events.push(producer.next(story.referral, &story.submitted(when)));
    events.push(producer.next(story.participation, &other_programme));
    expected.push("the referral is in another programme than the admission");

    let story = Story::new();
    let mut twice = story.admitted(when);
    twice.episode_id = Story::new().episode.to_string();
    events.push(producer.next(story.referral, &story.submitted(when)));
    events.push(producer.next(story.participation, &story.admitted(when)));
    events.push(producer.next(story.participation, &twice));
    expected.push("the referral led to another admission before");

    house.producer.send(&events).await;
    house
        .eventually_counts("chassis.parked where reason = 'POISON'", i64::try_from(expected.len()).unwrap())
        .await;

    let errors: Vec<String> =
        sqlx::query_scalar("select error from chassis.parked order by parked_at, parked_id")
            .fetch_all(&house.running.database.admin)
            .await
            .unwrap();
    for reason in expected {
        assert!(errors.iter().any(|error| error.contains(reason)), "no `{reason}` in {errors:?}");
    }
    assert!(!errors.iter().any(|error| error.contains("kanarie")), "an error repeats a value: {errors:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_is_waited_out() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let submitted = house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")));
    let admin = house.running.database.admin.clone();
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table referral_facts in access exclusive mode").execute(&mut *lock).await.unwrap();

    house.producer.send(std::slice::from_ref(&submitted)).await;
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
    house.applied(&[submitted]).await;

    assert_eq!(house.figures("2024-03-01", "2024-03-31").await.referrals, 1);
    assert_eq!(house.count("chassis.parked").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admission_waits_for_its_referral() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let submitted = house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")));
    let admitted = house.producer.next(story.participation, &story.admitted(at("2024-03-12T09:00:00Z")));

    house.producer.send(std::slice::from_ref(&admitted)).await;
    house.eventually_counts("chassis.pending where waits_for is not null", 1).await;
    assert_eq!(house.figures("2024-03-01", "2024-03-31").await.referrals, 0);
    house.tell(&[submitted]).await;
    house.applied(&[admitted]).await;

    let figures = house.figures("2024-03-01", "2024-03-31").await;
    assert_eq!(figures.by_state[0].code, "admitted");
    assert_eq!(figures.waiting_to_decision.unwrap().median_days, 2);
    assert_eq!(house.count("chassis.pending").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screening_that_comes_after_the_admission_leaves_it_admitted() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let when = at("2024-03-10T09:00:00Z");
    let submitted = house.producer.next(story.referral, &story.submitted(when));
    let screened = house.producer.next(story.referral, &story.screened(ScreeningOutcome::Eligible, when));
    let admitted = house.producer.next(story.participation, &story.admitted(when));

    house.tell(&[submitted, admitted]).await;
    house.tell(&[screened]).await;

    let figures = house.figures("2024-03-01", "2024-03-31").await;
    assert_eq!((figures.by_state.len(), figures.by_state[0].code.as_str()), (1, "admitted"));
    assert_eq!(house.count("referral_facts where screening_outcome = 'eligible'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_nobody_handles_is_passed_over_and_the_next_event_applies() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let when = at("2024-03-10T09:00:00Z");
    let producer = &mut house.producer;
    let submitted = producer.next(story.referral, &story.submitted(when));
    let unknown = producer.next_of_type(
        "intake",
        story.referral,
        "intake.referral_praised.v9",
        "referral",
        vec![1, 2, 3],
    );
    let screened = producer.next(story.referral, &story.screened(ScreeningOutcome::Eligible, when));

    house.tell(&[submitted, unknown, screened]).await;

    assert_eq!(house.figures("2024-03-01", "2024-03-31").await.by_state[0].code, "screened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_digest_is_a_fork_and_not_applied() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let mut forked = house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")));
    forked.digest = extend_digest(&[9; 32], forked.event_id);

    house.producer.send(&[forked]).await;
    house.eventually_counts("chassis.parked where reason = 'HISTORY_FORKED'", 1).await;

    assert_eq!(house.count("referral_facts").await, 0);
}
