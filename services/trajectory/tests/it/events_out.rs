//! What leaves trajectory: the values of the contract, in order, without a word.

use prost::Message as _;
use proto::trajectory::events::v1::{
    ContactLogged, ContactOutcome, DutyChanged, DutyState, ExitOutcome, MeasureTaken, TimeClass,
    TrajectoryClosed, TrajectoryOpened,
};

use crate::close::close_with;
use crate::house::{House, coach, contact};
use crate::measures::{measure, take};
use crate::story::ORGANISATION;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_told_from_its_opening_to_its_close() {
    let mut house = House::start_on("2024-06-04").await;
    let (story, id) = house.open_case("2024-06-01").await;
    let logged = house.log(coach(), contact(&id, "2024-06-03")).await.unwrap();
    let measured = take(&house, coach(), measure(&id, "release", &[("", 6)])).await.unwrap();
    close_with(&house, coach(), &id, "volunteering").await.unwrap();

    let rows: Vec<(String, i64, Vec<u8>)> = sqlx::query_as(
        "select event_type, event_sequence, payload from chassis.outbox where aggregate_id = $1::uuid order by event_sequence",
    )
    .bind(&id)
    .fetch_all(&house.running.database.admin)
    .await
    .unwrap();

    let types: Vec<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        types,
        [
            "trajectory.trajectory_opened.v1",
            "trajectory.contact_logged.v1",
            "trajectory.measure_taken.v1",
            "trajectory.trajectory_closed.v1",
            "trajectory.duty_changed.v1"
        ]
    );
    assert_eq!(rows.iter().map(|(_, sequence, _)| *sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let opened = TrajectoryOpened::decode(rows[0].2.as_slice()).unwrap();
    assert_eq!((opened.episode_id, opened.opened_on), (story.episode.to_string(), "2024-06-01".to_owned()));
    assert_eq!((opened.programme_version.as_str(), opened.opened_at.is_some()), ("1", true));
    let contact = ContactLogged::decode(rows[1].2.as_slice()).unwrap();
    assert_eq!((contact.contact_id, contact.worker_id), (logged.contact_id, logged.worker_id));
    assert_eq!((contact.organisation_id, contact.minutes), (ORGANISATION.to_string(), 45));
    assert_eq!(contact.outcome, i32::from(ContactOutcome::Reached));
    assert_eq!(contact.time_class, i32::from(TimeClass::WithParticipant));
    let measure = MeasureTaken::decode(rows[2].2.as_slice()).unwrap();
    assert_eq!((measure.measure_id, measure.instrument.as_str()), (measured.measure_id, "release"));
    let closed = TrajectoryClosed::decode(rows[3].2.as_slice()).unwrap();
    assert_eq!((closed.exit_reason.as_str(), closed.closed_on.as_str()), ("volunteering", "2024-06-04"));
    assert_eq!(closed.outcome, i32::from(ExitOutcome::StepBelowWork));
    assert_eq!(closed.participation_id, story.participation.to_string());
    let duty = DutyChanged::decode(rows[4].2.as_slice()).unwrap();
    assert_eq!((duty.duty.as_str(), duty.due_on.as_str()), ("last-empowerment", "2024-06-04"));
    assert_eq!(duty.state, i32::from(DutyState::Due));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_told_reaches_the_broker() {
    let mut house = House::start_on("2024-06-04").await;
    let (_, id) = house.open_case("2024-06-01").await;
    house.log(coach(), contact(&id, "2024-06-03")).await.unwrap();

    house.eventually_counts("chassis.outbox where published_at is null", 0).await;
    assert_eq!(house.count("chassis.outbox").await, 2);
}
