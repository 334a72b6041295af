//! What the consumer does with events that come twice, too early, broken, or at a bad moment.

use proto::Event as _;
use proto::trajectory::events::v1::{ContactCorrected, ContactLogged, TimeClass, TrajectoryOpened};
use sqlx::AssertSqlSafe;
use testkit::{Producer, eventually};

use crate::stage::{Stage, Story, time};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_changes_nothing() {
    let mut stage = Stage::open().await;
    let story = Story::new(1);
    let contact = story.contact("2024-03-01", TimeClass::WithParticipant, 45);
    let logged = stage.producer.next(story.trajectory, &contact);
    let corrected = stage.producer.next(story.trajectory, &story.correction(&contact, 30));
    stage.tell(&[logged.clone(), corrected.clone()]).await;
    let before = stage.suggested().await;

    // The last one is new, so that what stands before it is known to be done.
    let other = Story::new(2);
    let end =
        stage.producer.next(other.trajectory, &other.contact("2024-02-01", TimeClass::WithParticipant, 10));
    stage.producer.send(&[corrected.clone(), logged.clone(), logged, corrected, end.clone()]).await;
    stage.applied(&[end]).await;

    let after = stage.suggested().await;
    assert_eq!(after[..1], before[..]);
    assert_eq!(
        (after.len(), stage.count("suggested_hours").await, stage.count("chassis.inbox").await),
        (2, 2, 3)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_out_of_order_are_applied_in_order() {
    let mut stage = Stage::open().await;
    let story = Story::new(1);
    let contact = story.contact("2024-03-01", TimeClass::WithParticipant, 45);
    let logged = stage.producer.next(story.trajectory, &contact);
    let first = stage.producer.next(story.trajectory, &story.correction(&contact, 30));
    let second = stage.producer.next(story.trajectory, &story.correction(&contact, 20));

    stage.producer.send(&[second.clone(), first.clone()]).await;
    stage.eventually_counts("chassis.pending", 2).await;
    assert!(stage.suggested().await.is_empty());
    stage.tell(&[logged]).await;
    stage.applied(&[first, second]).await;

    assert_eq!(stage.suggested().await[0].total, Some(time(None, 20, 0, 1, "0.333")));
    assert_eq!(stage.count("chassis.pending").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_parked_with_its_reason_and_holds_back_its_own_trajectory_only() {
    let mut stage = Stage::open().await;
    let when = "2024-03-01";
    let mut events = Vec::new();
    let mut expected = Vec::new();
    let mut breaks = |producer: &mut Producer, event: ContactLogged, story: &Story, reason: &'static str| {
        events.push(producer.next(story.trajectory, &event));
        expected.push(reason);
    };
    let logged = |story: &Story| story.contact(when, TimeClass::WithParticipant, 45);
    let producer = &mut stage.producer;
    let story = Story::new(1);
    breaks(
        producer,
        ContactLogged { worker_id: "kanarie".into(), ..logged(&story) },
        &story,
        "`worker_id` is no id",
    );
    let story = Story::new(1);
    breaks(
        producer,
        ContactLogged { participation_id: "kanarie".into(), ..logged(&story) },
        &story,
        "`participation_id` is no id",
    );
    let story = Story::new(1);
    breaks(
        producer,
        ContactLogged { programme: "Kanarie".into(), ..logged(&story) },
        &story,
        "`programme` is no code",
    );
    let story = Story::new(1);
    breaks(producer, ContactLogged { day: "kanarie".into(), ..logged(&story) }, &story, "`day` is no day");
    let story = Story::new(1);
    breaks(
        producer,
        ContactLogged { minutes: 1_441, ..logged(&story) },
        &story,
        "`minutes` is more than a day has",
    );
    let story = Story::new(1);
    breaks(
        producer,
        ContactLogged { time_class: 17, ..logged(&story) },
        &story,
        "`time_class` is none that this build knows",
    );
    let story = Story::new(1);
    breaks(producer, ContactLogged { outcome: 0, ..logged(&story) }, &story, "`outcome` is missing");
    let story = Story::new(1);
    breaks(producer, ContactLogged { logged_at: None, ..logged(&story) }, &story, "`logged_at` is missing");
    let story = Story::new(1);
    breaks(
        producer,
        logged(&Story::new(1)),
        &story,
        "`trajectory_id` is another than the aggregate of the event",
    );
    let story = Story::new(1);
    events.push(producer.next(story.trajectory, &story.correction(&logged(&story), 1)));
    expected.push("the contact was corrected, but never logged");
    let story = Story::new(1);
    events.push(producer.next_of_type(
        "trajectory",
        story.trajectory,
        ContactLogged::TYPE,
        "trajectory",
        vec![0xff],
    ));
    expected.push("the payload is no trajectory.contact_logged.v1");
    let story = Story::new(1);
    let twice = logged(&story);
    let fine = producer.next(story.trajectory, &twice);
    events.push(producer.next(story.trajectory, &twice));
    expected.push("the contact was logged before");
    let behind = producer.next(story.trajectory, &logged(&story));
    let sound = Story::new(2);
    let other = producer.next(sound.trajectory, &logged(&sound));

    stage.producer.send(std::slice::from_ref(&fine)).await;
    stage.producer.send(&events).await;
    stage.producer.send(&[behind, other.clone()]).await;
    stage.applied(&[fine, other]).await;
    stage
        .eventually_counts("chassis.parked where reason = 'POISON'", i64::try_from(expected.len()).unwrap())
        .await;
    stage.eventually_counts("chassis.pending", 1).await;

    let parked = stage.parked().await;
    for reason in expected {
        assert!(parked.iter().any(|(_, error)| error.contains(reason)), "no `{reason}` in {parked:?}");
    }
    let repeats_a_value = parked.iter().any(|(_, error)| error.to_lowercase().contains("kanarie"));
    assert!(!repeats_a_value, "{parked:?}");
    let suggested = stage.suggested().await;
    assert_eq!(suggested.iter().map(|one| one.total.as_ref().unwrap().contacts).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_passes_is_waited_out() {
    let mut stage = Stage::open().await;
    let story = Story::new(1);
    let logged =
        stage.producer.next(story.trajectory, &story.contact("2024-03-01", TimeClass::WithParticipant, 45));
    let admin = stage.house.running.database.admin.clone();
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table suggested_hours in access exclusive mode").execute(&mut *lock).await.unwrap();

    stage.producer.send(std::slice::from_ref(&logged)).await;
    // A statement that is cut leaves the session alive, so that a wrong judgement could be written down: at the second time, when
    // the consumer applies events one by one. A session that is ended writes nothing. The next waiter shows that the failure before it was tried again.
    let mut before = (0, String::new());
    for trouble in ["pg_cancel_backend", "pg_cancel_backend", "pg_terminate_backend"] {
        let waiting: (i32, String) = eventually("the consumer waits for the table again", || async {
            let found: Option<(i32, String)> = sqlx::query_as(
                "select pid, query_start::text from pg_stat_activity
                 where datname = current_database() and usename = 'finance_runtime' and wait_event_type = 'Lock'",
            )
            .fetch_optional(&admin)
            .await
            .unwrap();
            found.filter(|found| *found != before)
        })
        .await;
        let statement = AssertSqlSafe(format!("select {trouble}({})", waiting.0));
        sqlx::raw_sql(statement).execute(&admin).await.unwrap();
        before = waiting;
    }
    eventually("the consumer waits for the table at last", || async {
        let waits = "select exists (select from pg_stat_activity where datname = current_database()
                                    and usename = 'finance_runtime' and wait_event_type = 'Lock'
                                    and (pid, query_start::text) <> ($1, $2))";
        let waits: bool =
            sqlx::query_scalar(waits).bind(before.0).bind(&before.1).fetch_one(&admin).await.unwrap();
        waits.then_some(())
    })
    .await;
    lock.rollback().await.unwrap();
    stage.applied(&[logged]).await;

    assert_eq!(stage.suggested().await.len(), 1);
    assert_eq!(stage.count("chassis.parked").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_finance_does_not_need_is_passed_over_and_the_next_event_applies() {
    let mut stage = Stage::open().await;
    let story = Story::new(1);
    let opened =
        TrajectoryOpened { trajectory_id: story.trajectory.to_string(), ..TrajectoryOpened::default() };
    let producer = &mut stage.producer;
    let told = [
        producer.next(story.trajectory, &opened),
        producer.next_of_type(
            "trajectory",
            story.trajectory,
            "trajectory.trajectory_praised.v9",
            "trajectory",
            vec![1, 2, 3],
        ),
        producer.next(story.trajectory, &story.contact("2024-03-01", TimeClass::WithParticipant, 45)),
    ];

    stage.tell(&told).await;

    assert_eq!(stage.suggested().await.len(), 1);
    let seen = "select last_sequence from chassis.consumed_histories";
    let seen: i64 =
        sqlx::query_scalar(AssertSqlSafe(seen)).fetch_one(&stage.house.running.database.admin).await.unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn the_types_of_the_contract_that_name_finance_are_handled() {
    // A new event for finance must not be passed over in silence.
    let named: Vec<&str> = proto::EVENT_TYPES
        .iter()
        .filter(|event| event.consumers.contains(&"finance"))
        .map(|event| event.name)
        .collect();

    assert_eq!(named, [ContactLogged::TYPE, ContactCorrected::TYPE]);
}
