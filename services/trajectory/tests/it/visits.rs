//! Visits over school weeks (Katrol).

use chassis::caller::{Caller, Role};
use proto::trajectory::v1::{
    ListVisitsRequest, ListVisitsResponse, PlanVisitsRequest, PlanVisitsResponse, ProposeCatchUpRequest,
    RecordVisitRequest, Visit, VisitState,
};
use tonic::Status;

use crate::house::{
    COACH, House, KATROL, anchor, coach, pair, reason, student, violations, with_key, with_tag,
};
use crate::story::Story;

async fn family(house: &mut House, first_day: &str) -> String {
    let mut story = Story::new(COACH, KATROL, first_day);
    story.role = Role::Student;
    house.open(&story).await
}

fn plan_from(id: &str, first_day: &str, weekdays: &[i32]) -> PlanVisitsRequest {
    PlanVisitsRequest {
        trajectory_id: id.to_owned(),
        first_day: first_day.to_owned(),
        weekdays: weekdays.to_vec(),
        school_free_days: Vec::new(),
    }
}

async fn plan(
    house: &House,
    caller: Caller,
    request: PlanVisitsRequest,
) -> Result<PlanVisitsResponse, Status> {
    Ok(house.visits(caller).plan_visits(with_key(request)).await?.into_inner())
}

async fn record(house: &House, visit: &Visit, state: VisitState, day: &str) -> Result<Visit, Status> {
    let request =
        RecordVisitRequest { visit_id: visit.visit_id.clone(), state: state.into(), day: day.to_owned() };
    let answer = house.visits(student()).record_visit(with_tag(request, &visit.etag)).await?;
    Ok(answer.into_inner().visit.unwrap())
}

async fn catch_up(house: &House, visit: &Visit, day: &str) -> Result<Visit, Status> {
    let request = ProposeCatchUpRequest { visit_id: visit.visit_id.clone(), day: day.to_owned() };
    Ok(house.visits(student()).propose_catch_up(with_key(request)).await?.into_inner().visit.unwrap())
}

async fn list(house: &House, caller: Caller, id: &str) -> Result<ListVisitsResponse, Status> {
    let request = ListVisitsRequest { trajectory_id: id.to_owned() };
    Ok(house.visits(caller).list_visits(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_visits_are_planned_around_the_holidays() {
    let mut house = House::katrol_on("2026-03-09").await;
    for (first_day, last, ends_on) in [
        ("2025-10-06", ["2025-12-04", "2025-12-05"], "2025-12-05"),
        ("2026-01-12", ["2026-03-12", "2026-03-13"], "2026-03-13"),
        ("2026-03-09", ["2026-05-12", "2026-05-13"], "2026-05-15"),
    ] {
        let id = family(&mut house, first_day).await;

        let made = plan(&house, student(), plan_from(&id, first_day, &[4, 5])).await.unwrap();

        let days: Vec<&str> = made.visits.iter().map(|visit| visit.day.as_str()).collect();
        assert_eq!((days.len(), made.ends_on.as_str()), (16, ends_on));
        assert_eq!(days[14..], last);
        assert_eq!(
            made.visits.iter().map(|visit| visit.number).collect::<Vec<_>>(),
            (1..=16).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_on_a_school_holiday_is_refused_everywhere_and_changes_nothing() {
    let mut house = House::katrol_on("2025-11-07").await;
    let id = family(&mut house, "2025-10-06").await;
    let before = house.rows().await;

    for (request, expected) in [
        (plan_from(&id, "2025-10-28", &[1, 4]), vec![pair("first_day", "SCHOOL_HOLIDAY")]),
        (plan_from(&id, "2025-10-11", &[1, 4]), vec![pair("first_day", "WEEKEND")]),
        (plan_from(&id, "2025-10-03", &[1, 4]), vec![pair("first_day", "TOO_EARLY")]),
        (plan_from(&id, "2025-10-06", &[1]), vec![pair("weekdays", "WEEKDAYS")]),
        (
            plan_from(&id, "", &[1, 6]),
            vec![pair("first_day", "REQUIRED"), pair("weekdays[1]", "UNKNOWN_VALUE")],
        ),
    ] {
        assert_eq!(violations(&plan(&house, student(), request).await.unwrap_err()), expected);
    }
    assert_eq!(house.rows().await, before);

    let visits = plan(&house, student(), plan_from(&id, "2025-10-06", &[1, 4])).await.unwrap().visits;
    for (day, reason) in
        [("2025-10-29", "SCHOOL_HOLIDAY"), ("2025-10-25", "WEEKEND"), ("2025-11-10", "IN_FUTURE")]
    {
        let refused = record(&house, &visits[0], VisitState::Held, day).await.unwrap_err();
        assert_eq!(violations(&refused), [pair("day", reason)], "{day}");
    }
    let missed = record(&house, &visits[0], VisitState::Missed, "").await.unwrap();
    for (day, reason) in [
        ("2025-11-11", "SCHOOL_HOLIDAY"),
        ("2025-11-15", "WEEKEND"),
        ("2025-11-06", "IN_PAST"),
        ("2025-11-13", "DAY_TAKEN"),
    ] {
        let refused = catch_up(&house, &missed, day).await.unwrap_err();
        assert_eq!(violations(&refused), [pair("day", reason)], "{day}");
    }
    assert_eq!(house.count("visits").await, 16);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missed_visit_is_caught_up_once_on_the_first_free_school_day() {
    let mut house = House::katrol_on("2025-11-10").await;
    let id = family(&mut house, "2025-10-06").await;
    let visits = plan(&house, student(), plan_from(&id, "2025-10-06", &[1, 4])).await.unwrap().visits;
    let held = record(&house, &visits[0], VisitState::Held, "").await.unwrap();
    let moved = record(&house, &visits[1], VisitState::Held, "2025-10-10").await.unwrap();
    let missed = record(&house, &visits[2], VisitState::Missed, "").await.unwrap();

    let instead = catch_up(&house, &missed, "").await.unwrap();

    assert_eq!((held.state(), moved.day.as_str()), (VisitState::Held, "2025-10-10"));
    assert_eq!(
        (instead.day.as_str(), instead.number, instead.week),
        ("2025-11-12", 3, 0),
        "10 is taken, 11 is free"
    );
    assert_eq!(instead.catches_up, missed.visit_id);
    let seen = list(&house, anchor(), &id).await.unwrap();
    assert_eq!(
        (seen.held, seen.to_catch_up, seen.visits.len(), seen.ends_on.as_str()),
        (2, 0, 17, "2025-12-05")
    );
    let seen_missed = seen.visits.iter().find(|visit| visit.visit_id == missed.visit_id).unwrap();
    assert_eq!(seen_missed.caught_up_by, instead.visit_id);
    assert_eq!(reason(&catch_up(&house, &missed, "").await.unwrap_err()), "VISIT_CAUGHT_UP");
    assert_eq!(reason(&record(&house, &missed, VisitState::Held, "").await.unwrap_err()), "VISIT_CAUGHT_UP");
    assert_eq!(reason(&catch_up(&house, &held, "").await.unwrap_err()), "VISIT_NOT_MISSED");
    assert_eq!(reason(&record(&house, &visits[0], VisitState::Missed, "").await.unwrap_err()), "STALE_ETAG");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_own_free_days_of_the_school_of_a_family_count_too() {
    let mut house = House::katrol_on("2025-10-20").await;
    let id = family(&mut house, "2025-10-06").await;
    let request = PlanVisitsRequest {
        school_free_days: vec!["2025-10-13".to_owned()],
        ..plan_from(&id, "2025-10-06", &[1, 4])
    };

    let visits = plan(&house, student(), request).await.unwrap().visits;

    assert_eq!((visits[2].day.as_str(), visits[2].week), ("2025-10-14", 2));
    let refused = record(&house, &visits[2], VisitState::Held, "2025-10-13").await.unwrap_err();
    assert_eq!(violations(&refused), [pair("day", "SCHOOL_HOLIDAY")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_made_once_by_who_is_on_the_case_in_a_programme_with_visits() {
    let mut house = House::katrol_on("2025-10-06").await;
    let id = family(&mut house, "2025-10-06").await;
    plan(&house, student(), plan_from(&id, "2025-10-06", &[1, 4])).await.unwrap();

    let again = plan(&house, student(), plan_from(&id, "2025-10-06", &[2, 4])).await.unwrap_err();
    let by_anchor = plan(&house, anchor(), plan_from(&id, "2025-10-06", &[2, 4])).await.unwrap_err();
    assert_eq!((reason(&again), reason(&by_anchor)), ("VISITS_PLANNED".to_owned(), "NOT_ON_CASE".to_owned()));
    assert_eq!(house.count("visits").await, 16);

    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let refused = plan(&house, coach(), plan_from(&id, "2024-03-11", &[1, 4])).await.unwrap_err();
    assert_eq!(reason(&refused), "VISITS_NOT_COUNTED");
    let none = list(&house, coach(), &id).await.unwrap();
    assert_eq!((none.visits.len(), none.ends_on.as_str()), (0, ""));
}
