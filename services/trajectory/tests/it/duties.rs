//! Duties fall due, are kept, missed, kept late.

use chassis::process::Service as _;
use proto::trajectory::v1::{Duty, DutyState, KeepDutyRequest};
use tonic::Status;
use trajectory::TrajectoryService;

use crate::close::close_with;
use crate::house::{House, coach, coordinator, other_coach, pair, reason, violations, with_key};
use crate::measures::{measure, take};

async fn keep(
    house: &House,
    caller: chassis::caller::Caller,
    duty: &Duty,
    day: &str,
) -> Result<Duty, Status> {
    let request = KeepDutyRequest { duty_id: duty.duty_id.clone(), day: day.to_owned() };
    Ok(house.duties(caller).keep_duty(with_key(request)).await?.into_inner().duty.unwrap())
}

fn state_of(duties: &[Duty], code: &str, occurrence: i32) -> DutyState {
    duties.iter().find(|duty| duty.duty == code && duty.occurrence == occurrence).unwrap().state()
}

/// How often an event of this state left, read from the outbox.
async fn told_duties(house: &House) -> usize {
    house.told().await.iter().filter(|event| *event == "trajectory.duty_changed.v1").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quarterly_duty_falls_due_by_itself_and_is_seen() {
    let mut house = House::start_on("2024-03-04").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let planned = house.list_duties(coach(), &id).await;
    assert_eq!(
        planned.iter().map(|duty| (duty.duty.as_str(), duty.due_on.as_str())).collect::<Vec<_>>(),
        [("first-empowerment", "2024-04-01"), ("quarterly-follow-up", "2024-06-04")]
    );

    house.set_today("2024-06-04");
    house.eventually_counts("duties where state = 'due' and code = 'quarterly-follow-up'", 1).await;

    let duties = house.list_duties(coach(), &id).await;
    assert_eq!(state_of(&duties, "first-empowerment", 1), DutyState::Missed);
    assert_eq!(state_of(&duties, "quarterly-follow-up", 2), DutyState::Planned);
    let shown = house.get(coordinator(), &id).await.unwrap().open_duties;
    assert_eq!(shown.len(), 2, "missed and due");
    assert_eq!(told_duties(&house).await, 3, "due, missed, due");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_in_the_past_tells_what_fell_due_since() {
    let mut house = House::start_on("2024-09-10").await;

    let (_, id) = house.open_case("2024-03-04").await;

    let duties = house.list_duties(coach(), &id).await;
    assert_eq!(state_of(&duties, "quarterly-follow-up", 1), DutyState::Missed);
    assert_eq!(state_of(&duties, "quarterly-follow-up", 2), DutyState::Due);
    assert_eq!(state_of(&duties, "quarterly-follow-up", 3), DutyState::Planned);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn measures_keep_a_duty_in_time_or_late() {
    let mut house = House::start_on("2024-06-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    take(&house, coach(), measure(&id, "release", &[("", 4)])).await.unwrap();
    let half = house.list_duties(coach(), &id).await;
    take(&house, coach(), measure(&id, "star", &[("work", 3)])).await.unwrap();
    let empowerment =
        ["know-what-i-want", "know-where-to-go", "decide-myself", "others-help"].map(|item| (item, 3));
    take(&house, coach(), measure(&id, "empowerment", &empowerment)).await.unwrap();

    assert_eq!(state_of(&half, "quarterly-follow-up", 1), DutyState::Due, "the star is missing");
    let duties = house.list_duties(coach(), &id).await;
    assert_eq!(state_of(&duties, "quarterly-follow-up", 1), DutyState::Kept);
    assert_eq!(state_of(&duties, "first-empowerment", 1), DutyState::KeptLate);
    let kept = duties.iter().find(|duty| duty.duty == "quarterly-follow-up").unwrap();
    assert_eq!(kept.kept_on, "2024-06-10");
    house.set_today("2024-07-10");
    house.eventually_counts("duties where state = 'missed'", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_lets_duties_lapse_and_begins_those_after_it() {
    let mut house = House::start_on("2024-05-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let empowerment =
        ["know-what-i-want", "know-where-to-go", "decide-myself", "others-help"].map(|item| (item, 3));
    take(&house, coach(), measure(&id, "empowerment", &empowerment)).await.unwrap();

    close_with(&house, coach(), &id, "work-regular").await.unwrap();

    let duties = house.list_duties(coordinator(), &id).await;
    assert_eq!(state_of(&duties, "quarterly-follow-up", 1), DutyState::Lapsed);
    assert_eq!(
        state_of(&duties, "last-empowerment", 1),
        DutyState::Kept,
        "measured within two weeks before the end"
    );
    let after = duties.iter().find(|duty| duty.duty == "result-four-weeks").unwrap();
    assert_eq!((after.due_on.as_str(), after.state()), ("2024-06-07", DutyState::Planned));

    house.set_today("2024-06-08");
    house.eventually_counts("duties where code = 'result-four-weeks' and state = 'due'", 1).await;
    let kept = keep(&house, coordinator(), after, "").await.unwrap();
    assert_eq!((kept.state(), kept.kept_on.as_str()), (DutyState::Kept, "2024-06-08"));
    assert_eq!(reason(&keep(&house, coordinator(), after, "").await.unwrap_err()), "DUTY_SETTLED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duty_is_not_kept_by_word_when_it_asks_for_measures_or_on_a_day_that_cannot_be() {
    let mut house = House::start_on("2024-05-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    close_with(&house, coach(), &id, "moved-away").await.unwrap();
    let duties = house.list_duties(coordinator(), &id).await;
    let find = |code: &str| duties.iter().find(|duty| duty.duty == code).unwrap();
    let before = house.told().await;

    let measured = keep(&house, coordinator(), find("last-empowerment"), "").await.unwrap_err();
    let early = keep(&house, coordinator(), find("result-four-weeks"), "").await.unwrap_err();
    let future = keep(&house, coordinator(), find("result-four-weeks"), "2024-06-07").await.unwrap_err();
    let stranger = keep(&house, other_coach(), find("result-four-weeks"), "").await.unwrap_err();

    assert_eq!(reason(&measured), "DUTY_NEEDS_MEASURES");
    assert_eq!(violations(&early), [pair("day", "TOO_EARLY")]);
    assert_eq!(violations(&future), [pair("day", "IN_FUTURE")]);
    assert_eq!(reason(&stranger), "DUTY_NOT_FOUND");
    assert_eq!(house.told().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_coordinator_measures_what_follows_the_exit_and_nothing_else() {
    let mut house = House::start_on("2024-05-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    close_with(&house, coach(), &id, "work-social").await.unwrap();
    house.set_today("2024-05-20");

    let refused = take(&house, coordinator(), measure(&id, "release", &[("", 9)])).await.unwrap_err();
    let empowerment =
        ["know-what-i-want", "know-where-to-go", "decide-myself", "others-help"].map(|item| (item, 4));
    take(&house, coordinator(), measure(&id, "empowerment", &empowerment)).await.unwrap();

    assert_eq!(reason(&refused), "TRAJECTORY_CLOSED");
    let duties = house.list_duties(coordinator(), &id).await;
    assert_eq!(state_of(&duties, "last-empowerment", 1), DutyState::Kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_that_passed_while_it_was_stopped_are_made_up_for_at_its_start() {
    let mut house = House::start_on("2024-03-04").await;
    let (_, id) = house.open_case("2024-03-04").await;
    house.running.stop().await;
    house.set_today("2024-06-04");
    let settings = format!(
        "[region]\nclock_file = \"{}\"\n[duties]\nlook_every_ms = 3600000",
        house.region.folder().join("clock").display()
    );
    let database = house.running.database.clone();
    // It sweeps at its start.
    house.running = house.region.run_on::<TrajectoryService>(database, &settings).await.unwrap();
    house.connection = house.running.channel().unwrap();

    house.eventually_counts("duties where state = 'due'", 1).await;

    assert_eq!(house.list_duties(coach(), &id).await.len(), 3);
    let audited = house.count("chassis.audit where action = 'sweep_duties' and subject_ids <> '{}'").await;
    assert_eq!(audited, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_does_what_the_service_does_and_a_second_run_nothing() {
    let mut house = House::start_on("2024-03-04").await;
    house.open_case("2024-03-04").await;
    house.running.stop().await;
    house.set_today("2024-06-04");
    let keys = &house.region.keys;
    let settings = format!(
        "[database]\nurl = '{}'\nallow_fast = true\n[region]\nfile = '{}'\nclock_file = '{}'\n
         [keys]\ncaller_keys_file = '{}'\nregion_key_file = '{}'\nindex_key_file = '{}'",
        house.running.database.runtime_url,
        testkit::region_file().display(),
        house.region.folder().join("clock").display(),
        keys.caller_keys_file.display(),
        keys.region_key_file.display(),
        keys.index_key_file.display(),
    );
    let run = async || {
        let layers = [TrajectoryService::DEFAULTS, &settings];
        let config = chassis::config::parse(TrajectoryService::NAME, &layers).unwrap();
        TrajectoryService::command("duties", &[], config).await.unwrap().unwrap();
    };

    run().await;
    let told = told_duties(&house).await;
    run().await;

    assert_eq!((told, told_duties(&house).await), (3, 3), "due, missed, due");
    let states = house.texts("select code || ' ' || occurrence || ' ' || state from duties order by 1").await;
    assert_eq!(
        states,
        ["first-empowerment 1 missed", "quarterly-follow-up 1 due", "quarterly-follow-up 2 planned"]
    );
}
