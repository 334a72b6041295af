//! What the consumer makes of matches: opening, handover, the four kinds of trouble.

use proto::Event as _;
use proto::matching::events::v1::MatchConfirmed;
use proto::trajectory::v1::TrajectoryState;
use testkit::eventually;
use uuid::Uuid;

use crate::house::{COACH, House, OTHER_COACH, PROGRAMME, coach, coordinator, other_coach, reason};
use crate::story::Story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_match_of_an_episode_opens_its_trajectory() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, id) = house.open_case("2024-03-04").await;

    let read = house.get(coach(), &id).await.unwrap().trajectory.unwrap();

    assert_eq!(
        (read.participation_id, read.person_id),
        (story.participation.to_string(), story.person.to_string())
    );
    assert_eq!((read.opened_on.as_str(), read.state), ("2024-03-04", i32::from(TrajectoryState::Open)));
    assert_eq!(read.workers.len(), 1);
    assert!(!read.erased && !read.closing_evaluation_required);
    assert_eq!(house.told().await, ["trajectory.trajectory_opened.v1"]);
    assert_eq!(house.count("case_access").await, 4, "one for each secrecy class");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_changes_nothing() {
    let mut house = House::start_on("2024-03-10").await;
    let story = Story::new(COACH, PROGRAMME, "2024-03-04");
    let confirmed = house.producer.next(story.matched, &story.confirmed());
    house.tell(std::slice::from_ref(&confirmed)).await;
    let before = (house.rows().await, house.told().await);

    // The last one is new, so that what stands before it is known to be done.
    let ended = house.producer.next(story.matched, &story.ended("2024-12-31"));
    house.producer.send(&[confirmed.clone(), confirmed, ended.clone()]).await;
    house.applied(&[ended]).await;

    assert_eq!((house.rows().await, house.told().await), before);
    assert_eq!(house.count("chassis.inbox").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_match_under_another_event_changes_nothing() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, _) = house.open_case("2024-03-04").await;
    let before = (house.rows().await, house.told().await);

    let again = house.producer.next(story.matched, &story.confirmed());
    house.tell(&[again]).await;

    assert_eq!((house.rows().await, house.told().await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_that_comes_before_its_match_waits_for_it() {
    let mut house = House::start_on("2024-03-10").await;
    let story = Story::new(COACH, PROGRAMME, "2024-03-04");
    let confirmed = house.producer.next(story.matched, &story.confirmed());
    let ended = house.producer.next(story.matched, &story.ended("2024-03-09"));

    house.producer.send(std::slice::from_ref(&ended)).await;
    house.eventually_counts("chassis.pending", 1).await;
    assert_eq!(house.count("trajectories").await, 0);
    house.tell(&[confirmed]).await;
    house.applied(&[ended]).await;

    let id = house.trajectory_of(&story).await;
    assert_eq!(reason(&house.get(coach(), &id).await.unwrap_err()), "TRAJECTORY_NOT_FOUND");
    assert_eq!(
        house.get(coordinator(), &id).await.unwrap().trajectory.unwrap().workers[0].last_day,
        "2024-03-09"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_parked_with_its_reason_and_holds_back_its_own_match_only() {
    let mut house = House::start_on("2024-03-10").await;
    let (open, sound) =
        (Story::new(COACH, PROGRAMME, "2024-03-04"), Story::new(COACH, PROGRAMME, "2024-03-04"));
    let mut events = vec![house.producer.next(open.matched, &open.confirmed())];
    let mut expected = Vec::new();
    let producer = &mut house.producer;

    let broken = |change: fn(&mut MatchConfirmed)| {
        let story = Story::new(COACH, PROGRAMME, "2024-03-04");
        let mut event = story.confirmed();
        change(&mut event);
        (story.matched, event)
    };
    for (change, why) in [
        ((|event| event.worker_id = "kanarie".to_owned()) as fn(&mut MatchConfirmed), "`worker_id` is no id"),
        (|event| event.role = 77, "`role` is none that this build knows"),
        (|event| event.first_day = "kanarie".to_owned(), "`first_day` is no day"),
        (
            |event| event.programme_version = "kanarie".to_owned(),
            "`programme_version` is no version of a programme file",
        ),
        (|event| event.programme = "elsewhere".to_owned(), "the region has no file of this programme"),
        (
            |event| event.match_id = Uuid::nil().to_string(),
            "`match_id` is another than the aggregate of the event",
        ),
    ] {
        let (aggregate, event) = broken(change);
        events.push(producer.next(aggregate, &event));
        expected.push(why);
    }
    let second_episode = open.again("2024-03-06");
    events.push(producer.next(second_episode.matched, &second_episode.confirmed()));
    expected.push("the participation has another episode whose trajectory is open");
    let mut stranger = open.handed_to(OTHER_COACH, "2024-03-06");
    stranger.participation = Uuid::from_u128(7);
    events.push(producer.next(stranger.matched, &stranger.confirmed()));
    expected.push("the episode belongs to another participation");
    let never = Story::new(COACH, PROGRAMME, "2024-03-04");
    events.push(producer.next(never.matched, &never.ended("2024-03-09")));
    expected.push("the match ended, but it was never confirmed here");
    let unreadable = Uuid::from_u128(9);
    events.push(producer.next_of_type("matching", unreadable, MatchConfirmed::TYPE, "match", vec![0xff]));
    expected.push("the payload is no matching.match_confirmed.v1");
    let last = producer.next(sound.matched, &sound.confirmed());
    events.push(last.clone());

    house.producer.send(&events).await;
    house.applied(&[last]).await;
    house.eventually_counts("chassis.parked", i64::try_from(expected.len()).unwrap()).await;

    let parked = house.texts("select reason || ' ' || error from chassis.parked").await;
    for why in expected {
        assert!(
            parked.iter().any(|row| row.starts_with(&format!("POISON {why}"))),
            "{why} is not in {parked:#?}"
        );
    }
    assert!(!format!("{parked:?}").contains("kanarie"));
    assert_eq!(house.count("trajectories").await, 2);
    assert_eq!(house.count("person_keys").await, 2, "what was refused left nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_waited_for_and_nothing_is_parked() {
    let mut house = House::start_on("2024-03-10").await;
    let story = Story::new(COACH, PROGRAMME, "2024-03-04");
    let confirmed = house.producer.next(story.matched, &story.confirmed());
    let admin = house.running.database.admin.clone();
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table matches in access exclusive mode").execute(&mut *lock).await.unwrap();

    house.producer.send(std::slice::from_ref(&confirmed)).await;
    // Twice: the second waiter shows that the first failure was tried again.
    for _ in 0..2 {
        let waiting: i32 = eventually("the consumer waits for the table", || async {
            sqlx::query_scalar(
                "select pid from pg_stat_activity
                 where datname = current_database() and usename = 'trajectory_runtime' and wait_event_type = 'Lock'",
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
    house.applied(&[confirmed]).await;

    assert_eq!(house.count("trajectories").await, 1);
    assert_eq!(house.count("chassis.parked").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_match_hands_the_same_trajectory_over() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, id) = house.open_case("2024-03-04").await;
    let before = house.etag(&id).await;
    let next = story.handed_to(OTHER_COACH, "2024-03-08");
    let ended = house.producer.next(story.matched, &story.ended("2024-03-07"));
    let confirmed = house.producer.next(next.matched, &next.confirmed());

    house.tell(&[confirmed, ended]).await;

    assert_eq!(house.trajectory_of(&next).await, id);
    let read = house.get(other_coach(), &id).await.unwrap().trajectory.unwrap();
    let days: Vec<_> =
        read.workers.iter().map(|worker| (worker.first_day.as_str(), worker.last_day.as_str())).collect();
    assert_eq!(days, [("2024-03-04", "2024-03-07"), ("2024-03-08", "")]);
    assert_ne!(read.etag, before);
    assert_eq!(house.told().await, ["trajectory.trajectory_opened.v1"], "it opened once");
    // The earlier coach sees nothing any more, as if it had never been.
    let gone = house.get(coach(), &id).await.unwrap_err();
    let never = house.get(coach(), &Uuid::from_u128(3).to_string()).await.unwrap_err();
    assert_eq!((reason(&gone), gone.message()), (reason(&never), never.message()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn histories_that_are_forgotten_are_told_again_and_the_trajectory_stays() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, id) = house.open_case("2024-03-04").await;
    sqlx::raw_sql("delete from chassis.consumed_histories; delete from chassis.inbox; delete from case_access; delete from matches")
        .execute(&house.running.database.admin)
        .await
        .unwrap();
    assert!(house.get(coach(), &id).await.is_err());

    let mut retold = testkit::Producer::connect(&house.region.amqp_url(), &house.region.code).await;
    let again = retold.next(story.matched, &story.confirmed());
    retold.send(std::slice::from_ref(&again)).await;
    house.applied(&[again]).await;

    assert!(house.get(coach(), &id).await.is_ok());
    assert_eq!(house.count("trajectories").await, 1);
}

#[test]
fn the_types_of_the_contract_that_name_trajectory_are_handled() {
    // A new event for trajectory must not be passed over in silence.
    let mut named: Vec<&str> = proto::EVENT_TYPES
        .iter()
        .filter(|event| event.consumers.contains(&"trajectory"))
        .map(|event| event.name)
        .collect();
    named.sort_unstable();

    assert_eq!(named, ["intake.person_erased.v1", "matching.match_confirmed.v1", "matching.match_ended.v1"]);
}
