//! The end of a trajectory, and coming back.

use chassis::caller::Caller;
use proto::trajectory::v1::{
    CloseTrajectoryRequest, ClosingEvaluationOutcome, ExitOutcome, RecordClosingEvaluationRequest,
    Trajectory, TrajectoryState,
};
use tonic::Status;

use crate::house::{
    COACH, House, KATROL, anchor, coach, contact, coordinator, other_coach, pair, reason, student,
    violations, with_key, with_tag,
};
use crate::story::Story;

fn closing(id: &str, reason: &str) -> CloseTrajectoryRequest {
    CloseTrajectoryRequest {
        trajectory_id: id.to_owned(),
        reason: reason.to_owned(),
        ..CloseTrajectoryRequest::default()
    }
}

async fn close(house: &House, caller: Caller, request: CloseTrajectoryRequest) -> Result<Trajectory, Status> {
    let etag = house.get(caller.clone(), &request.trajectory_id).await?.trajectory.unwrap().etag;
    let answer = house.trajectories(caller).close_trajectory(with_tag(request, &etag)).await?;
    Ok(answer.into_inner().trajectory.unwrap())
}

/// Closes today, with a reason without handover.
pub async fn close_with(house: &House, caller: Caller, id: &str, reason: &str) -> Result<Trajectory, Status> {
    close(house, caller, closing(id, reason)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_has_a_reason_that_counts_as_something() {
    let mut house = House::start_on("2024-06-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    let closed = close_with(&house, coach(), &id, "work-regular").await.unwrap();

    let exit = closed.exit.unwrap();
    assert_eq!(closed.state, i32::from(TrajectoryState::Closed));
    assert_eq!((exit.reason.as_str(), exit.closed_on.as_str()), ("work-regular", "2024-06-10"));
    assert_eq!(exit.outcome, i32::from(ExitOutcome::WithWork));
    assert!(house.told().await.contains(&"trajectory.trajectory_closed.v1".to_owned()));
    let again = close_with(&house, coach(), &id, "work-regular").await.unwrap_err();
    let late = house.log(coach(), contact(&id, "2024-06-10")).await.unwrap_err();
    assert_eq!(
        (reason(&again), reason(&late)),
        ("TRAJECTORY_CLOSED".to_owned(), "TRAJECTORY_CLOSED".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_that_cannot_be_is_refused_with_every_field_and_changes_nothing() {
    let mut house = House::start_on("2024-06-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    house.log(coach(), contact(&id, "2024-06-05")).await.unwrap();
    let before = (house.rows().await, house.told().await, house.etag(&id).await);
    let with = |change: fn(&mut CloseTrajectoryRequest)| {
        let mut request = closing(&id, "regular-offer");
        change(&mut request);
        request
    };

    for (request, expected) in [
        (closing(&id, ""), vec![pair("reason", "REQUIRED")]),
        (closing(&id, "because"), vec![pair("reason", "UNKNOWN_REASON")]),
        (
            with(|_| {}),
            vec![pair("handover_to", "HANDOVER_MISSING"), pair("handover_confirmed_on", "HANDOVER_MISSING")],
        ),
        (
            with(|request| {
                request.closed_on = "2024-06-04".to_owned();
                request.handover_to = "Kanariehuis".to_owned();
            }),
            vec![pair("closed_on", "TOO_EARLY"), pair("handover_confirmed_on", "HANDOVER_MISSING")],
        ),
        (
            with(|request| {
                request.reason = "moved-away".to_owned();
                request.handover_to = "Kanariehuis".to_owned();
            }),
            vec![pair("handover_to", "HANDOVER_NOT_NEEDED")],
        ),
        (
            with(|request| {
                request.closed_on = "2024-06-11".to_owned();
                request.handover_confirmed_on = "2024-06-12".to_owned();
            }),
            vec![pair("closed_on", "IN_FUTURE"), pair("handover_confirmed_on", "IN_FUTURE")],
        ),
    ] {
        assert_eq!(violations(&close(&house, coach(), request).await.unwrap_err()), expected);
    }
    let stale =
        house.trajectories(coach()).close_trajectory(with_tag(closing(&id, "moved-away"), "v9")).await;
    let missing = house.trajectories(coach()).close_trajectory(with_key(closing(&id, "moved-away"))).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    assert_eq!(reason(&missing.unwrap_err()), "IF_MATCH_REQUIRED");
    let stranger =
        house.trajectories(other_coach()).close_trajectory(with_tag(closing(&id, "moved-away"), "v1")).await;
    assert_eq!(reason(&stranger.unwrap_err()), "TRAJECTORY_NOT_FOUND");

    assert_eq!((house.rows().await, house.told().await, house.etag(&id).await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warm_handover_names_who_takes_over_and_the_coordinator_may_close() {
    let mut house = House::start_on("2024-06-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    let request = CloseTrajectoryRequest {
        handover_to: "Kanariehuis, dienst wonen".to_owned(),
        handover_confirmed_on: "2024-06-08".to_owned(),
        closed_on: "2024-06-09".to_owned(),
        ..closing(&id, "warm-referral")
    };
    let exit = close(&house, coordinator(), request).await.unwrap().exit.unwrap();

    assert_eq!((exit.handover_to.as_str(), exit.hidden), ("Kanariehuis, dienst wonen", false));
    assert_eq!((exit.closed_on.as_str(), exit.handover_confirmed_on.as_str()), ("2024-06-09", "2024-06-08"));
    assert_eq!(house.count("words where encode(sealed, 'escape') ilike '%kanarie%'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_gets_another_trajectory_of_the_same_participation() {
    let mut house = House::start_on("2024-06-10").await;
    let (story, first) = house.open_case("2024-03-04").await;
    close_with(&house, coach(), &first, "no-request").await.unwrap();
    let ended = house.producer.next(story.matched, &story.ended("2024-06-10"));
    house.tell(&[ended]).await;
    house.set_today("2024-09-02");

    let again = story.again("2024-09-02");
    let second = house.open(&again).await;

    assert_ne!(first, second);
    let (old, new) =
        (house.get(coordinator(), &first).await.unwrap(), house.get(coach(), &second).await.unwrap());
    let (old, new) = (old.trajectory.unwrap(), new.trajectory.unwrap());
    assert_eq!(old.participation_id, new.participation_id);
    assert_ne!(old.episode_id, new.episode_id);
    assert_eq!((new.state, new.exit), (i32::from(TrajectoryState::Open), None));
    assert_eq!(house.count("person_keys").await, 1);
    assert!(house.get(coach(), &first).await.is_err(), "the match of the first episode is over");
}

async fn evaluate(
    house: &House,
    id: &str,
    outcome: ClosingEvaluationOutcome,
    day: &str,
) -> Result<Trajectory, Status> {
    let request = RecordClosingEvaluationRequest {
        trajectory_id: id.to_owned(),
        outcome: outcome.into(),
        day: day.to_owned(),
        note: "kanarie: het gezin was blij".to_owned(),
    };
    let etag = house.get(anchor(), id).await?.trajectory.unwrap().etag;
    let answer = house.trajectories(student()).record_closing_evaluation(with_tag(request, &etag)).await?;
    Ok(answer.into_inner().trajectory.unwrap())
}

async fn open_family(house: &mut House, first_day: &str) -> String {
    let mut story = Story::new(COACH, KATROL, first_day);
    story.role = chassis::caller::Role::Student;
    house.open(&story).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_family_trajectory_ends_only_after_its_evaluation() {
    let mut house = House::katrol_on("2025-12-05").await;
    let id = open_family(&mut house, "2025-10-06").await;
    let before = (house.rows().await, house.told().await);

    let refused = close_with(&house, anchor(), &id, "visits-completed").await.unwrap_err();
    assert_eq!(reason(&refused), "CLOSING_EVALUATION_OPEN");
    assert_eq!((house.rows().await, house.told().await), before);

    let early = evaluate(&house, &id, ClosingEvaluationOutcome::Held, "2025-10-05").await.unwrap_err();
    let never = evaluate(&house, &id, ClosingEvaluationOutcome::Unspecified, "2025-12-06").await.unwrap_err();
    assert_eq!(violations(&early), [pair("day", "TOO_EARLY")]);
    assert_eq!(violations(&never), [pair("outcome", "REQUIRED"), pair("day", "IN_FUTURE")]);
    let held = evaluate(&house, &id, ClosingEvaluationOutcome::Held, "").await.unwrap();
    let evaluation = held.closing_evaluation.unwrap();
    assert!(held.closing_evaluation_required);
    assert_eq!(
        (evaluation.day.as_str(), evaluation.note.as_str()),
        ("2025-12-05", "kanarie: het gezin was blij")
    );
    let again = evaluate(&house, &id, ClosingEvaluationOutcome::Refused, "").await.unwrap_err();
    assert_eq!(reason(&again), "CLOSING_EVALUATION_RECORDED");
    let seen = house.get(anchor(), &id).await.unwrap().trajectory.unwrap().closing_evaluation.unwrap();
    assert_eq!((seen.hidden, seen.note.as_str()), (true, ""), "as secret as a sensitive domain");

    let closed = close_with(&house, anchor(), &id, "visits-completed").await.unwrap();
    assert_eq!(closed.state, i32::from(TrajectoryState::Closed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_that_the_family_refused_is_enough() {
    let mut house = House::katrol_on("2025-12-05").await;
    let id = open_family(&mut house, "2025-10-06").await;

    evaluate(&house, &id, ClosingEvaluationOutcome::Refused, "2025-12-01").await.unwrap();

    assert!(close_with(&house, student(), &id, "family-stopped").await.is_ok());
}
