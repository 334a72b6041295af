//! The figures of a quarter, against one that was counted by hand.

use proto::common::v1::Money;
use proto::matching::events::v1::MatchEnd;
use proto::reporting::v1::{
    AdmissionFigures, BudgetSource, ContactFigures, Count, DaysSpread, DutyFigures, ExitFigures, Fraction,
    GetTrajectoryFiguresResponse, MatchFigures, StandingFigures,
};
use proto::trajectory::events::v1::{DutyState, ExitOutcome};
use testkit::Sent;

use crate::case::{Case, Contact, approved, capacity, declined, fresh, noon};
use crate::house::{House, Quiet, coordinator};
use crate::quarter::{FROM, TO, quarter};
use crate::quarter_naive;
use crate::story::{at, wire};

/// Percent, and what that asks.
type Targets<'a> = Vec<(&'a str, &'a str)>;

const fn how(reached: bool, with: bool, minutes: u32) -> Contact {
    Contact { reached, with, minutes }
}

fn counts(lines: &[(&str, i64)]) -> Vec<Count> {
    lines.iter().map(|(code, count)| Count { code: (*code).to_owned(), count: *count }).collect()
}

/// Five people around the second quarter of 2024, and four workers.
fn second_quarter(house: &mut House) -> Vec<Sent> {
    let producer = &mut house.producer;
    let mut events = Vec::new();

    // On 30 June: 16 to 18, and 8 to 9 since June; one stopped the day before, one begins the day after.
    let [full, part, stopped, later] = [(); 4].map(|()| fresh());
    for (worker, cases, from, to) in [
        (full, ("16", "18"), "2024-01-01", ""),
        (part, ("12.8", "14.4"), "2024-02-01", ""),
        (part, ("7", "7"), "2024-06-01", ""),
        (part, ("8", "9"), "2024-06-01", ""),
        (stopped, ("16", "18"), "2024-01-01", "2024-06-29"),
        (later, ("16", "18"), "2024-07-01", ""),
    ] {
        events.push(producer.next(worker, &capacity(worker, cases, from, to)));
    }

    // Referred 1 April, matched 11 April: 10 days, with another worker than proposed. Finds work: 12 April to 20 June is 69 days.
    let work = Case::new();
    events.push(producer.next(work.story.referral, &work.story.submitted(noon("2024-04-01"))));
    let mut admitted = work.story.admitted(noon("2024-04-03"));
    admitted.referred_at = wire(noon("2024-04-01"));
    events.push(producer.next(work.story.participation, &admitted));
    let proposal = fresh();
    events.push(producer.next(proposal, &declined(proposal, noon("2024-04-11"))));
    let mut confirmed = work.confirmed(noon("2024-04-11"), "2024-04-12");
    confirmed.overridden = true;
    events.push(producer.next(work.match_id, &confirmed));
    events.push(producer.next(work.trajectory, &work.opened("2024-04-12")));
    let [first, second, third, struck] = [(); 4].map(|()| fresh());
    events.push(producer.next(work.trajectory, &work.logged(first, "2024-04-15", how(true, true, 60))));
    events.push(producer.next(work.trajectory, &work.logged(second, "2024-04-16", how(false, false, 15))));
    events.push(producer.next(work.trajectory, &work.logged(third, "2024-04-17", how(true, false, 30))));
    events.push(producer.next(work.trajectory, &work.logged(struck, "2024-04-18", how(true, true, 500))));
    let values = how(true, true, 45);
    events.push(producer.next(work.trajectory, &work.corrected(third, "2024-04-18", values, false)));
    let values = how(true, true, 500);
    events.push(producer.next(work.trajectory, &work.corrected(struck, "2024-04-18", values, true)));
    events.push(
        producer.next(work.trajectory, &work.closed("2024-06-20", "work-regular", ExitOutcome::WithWork)),
    );
    events.push(producer.next(work.match_id, &work.match_ended("2024-06-20", MatchEnd::TrajectoryClosed)));
    events.push(producer.next(work.story.participation, &work.episode_ended("2024-06-20")));

    // Everything at 23:30 UTC on 30 June, the first of July in the region.
    let next = Case::new();
    let late = at("2024-06-30T23:30:00Z");
    events.push(producer.next(next.story.referral, &next.story.submitted(late)));
    events.push(producer.next(next.story.participation, &next.story.admitted(late)));
    events.push(producer.next(next.match_id, &next.confirmed(late, "2024-07-01")));
    events.push(producer.next(next.trajectory, &next.opened("2024-07-01")));
    let proposal = fresh();
    events.push(producer.next(proposal, &declined(proposal, late)));

    // Confirmed at 22:30 UTC on 31 March, the first of April in the region; referred 20 March: 12 days. Over capacity. Runs on.
    let runs = Case::new();
    events.push(producer.next(runs.story.referral, &runs.story.submitted(noon("2024-03-20"))));
    let mut admitted = runs.story.admitted(noon("2024-03-25"));
    admitted.referred_at = wire(noon("2024-03-20"));
    events.push(producer.next(runs.story.participation, &admitted));
    let mut confirmed = runs.confirmed(at("2024-03-31T22:30:00Z"), "2024-04-01");
    confirmed.over_capacity = true;
    "intensive".clone_into(&mut confirmed.weight);
    events.push(producer.next(runs.match_id, &confirmed));
    events.push(producer.next(runs.trajectory, &runs.opened("2024-04-01")));
    let [kept, late, open] = [(); 3].map(|()| fresh());
    for (duty, code, due_on, state) in [
        (kept, "quarterly-follow-up", "2024-06-25", DutyState::Due),
        (kept, "quarterly-follow-up", "2024-06-25", DutyState::Kept),
        (late, "first-empowerment", "2024-04-22", DutyState::Due),
        (late, "first-empowerment", "2024-04-22", DutyState::Missed),
        (late, "first-empowerment", "2024-04-22", DutyState::KeptLate),
        (open, "quarterly-follow-up", "2024-06-30", DutyState::Due),
    ] {
        events.push(producer.next(runs.trajectory, &runs.duty(duty, code, due_on, state)));
    }
    events.push(producer.next(runs.trajectory, &runs.measured("release", "2024-06-25")));
    events.push(producer.next(runs.trajectory, &runs.measured("release", "2024-07-02")));
    let values = how(true, false, 20);
    events.push(producer.next(runs.trajectory, &runs.logged(fresh(), "2024-06-30", values)));

    // From 10 January to 30 June, the last day: 172 days, without work. It is an exit and runs no more.
    let moved = Case::new();
    events.push(producer.next(moved.story.referral, &moved.story.submitted(noon("2024-01-05"))));
    events.push(producer.next(moved.story.participation, &moved.story.admitted(noon("2024-01-08"))));
    events.push(producer.next(moved.match_id, &moved.confirmed(noon("2024-01-09"), "2024-01-10")));
    events.push(producer.next(moved.trajectory, &moved.opened("2024-01-10")));
    events.push(
        producer.next(moved.trajectory, &moved.closed("2024-06-30", "moved-away", ExitOutcome::WithoutWork)),
    );

    // Comes back on 5 May, and waits for a match.
    let back = Case::new();
    events.push(producer.next(back.story.referral, &back.story.submitted(noon("2024-05-02"))));
    let mut admitted = back.story.admitted(noon("2024-05-05"));
    admitted.re_entry = true;
    events.push(producer.next(back.story.participation, &admitted));
    events
}

fn by_hand() -> GetTrajectoryFiguresResponse {
    GetTrajectoryFiguresResponse {
        admissions: Some(AdmissionFigures {
            admissions: 2,
            re_entries: 1,
            participants: 4,
            episodes_ended: 1,
        }),
        standing: Some(StandingFigures {
            running_before: 1,
            opened: 2,
            running: 1,
            running_weighted: "1.5".to_owned(),
            capacity_min: "24".to_owned(),
            capacity_max: "27".to_owned(),
            workers: 2,
            running_min: Some(10),
            running_max: Some(50),
        }),
        matches: Some(MatchFigures {
            confirmed: 2,
            overridden: 1,
            over_capacity: 1,
            handovers: 0,
            proposals_declined: 1,
            waiting_to_match: Some(DaysSpread { count: 2, median_days: 10, p90_days: 12, longest_days: 12 }),
            ended: counts(&[("trajectory_closed", 1)]),
        }),
        contacts: Some(ContactFigures {
            reached: 3,
            tried: 1,
            minutes_with_participant: 105,
            minutes_around_participant: 35,
            share_with_participant: Some(Fraction { numerator: 105, denominator: 140 }),
            rule_percent: "60".to_owned(),
            intensity: Some(Fraction { numerator: 3, denominator: 3 }),
        }),
        duties: vec![
            DutyFigures {
                code: "first-empowerment".to_owned(),
                due: 1,
                kept_late: 1,
                ..DutyFigures::default()
            },
            DutyFigures {
                code: "quarterly-follow-up".to_owned(),
                due: 2,
                kept: 1,
                open: 1,
                ..DutyFigures::default()
            },
        ],
        measures: counts(&[("release", 1)]),
        exits: Some(ExitFigures {
            exits: 2,
            by_reason: counts(&[("moved-away", 1), ("work-regular", 1)]),
            by_outcome: counts(&[("with_work", 1), ("without_work", 1)]),
            lead_time: Some(DaysSpread { count: 2, median_days: 69, p90_days: 172, longest_days: 172 }),
        }),
        as_of: wire(noon("2024-06-30")),
        ..GetTrajectoryFiguresResponse::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_of_a_quarter_are_as_counted_by_hand() {
    let mut house = House::start_on("2024-07-10").await;
    let events = second_quarter(&mut house);
    house.tell(&events).await;

    let figures = house.quarter(FROM, TO).await;

    assert_eq!(quarter_naive::recomputed_part(&figures), by_hand());
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(quarter_naive::figures(&events, day(FROM), day(TO)), by_hand());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_half_an_hour_before_midnight_utc_belongs_to_the_next_day_of_the_region() {
    let mut house = House::start_on("2024-07-10").await;
    let events = second_quarter(&mut house);
    house.tell(&events).await;

    let july = house.quarter("2024-07-01", "2024-07-01").await;

    let matches = july.matches.unwrap();
    assert_eq!((matches.confirmed, matches.proposals_declined), (1, 1));
    assert_eq!(july.admissions.unwrap().admissions, 1);
    let standing = july.standing.unwrap();
    assert_eq!((standing.running_before, standing.opened, standing.running), (1, 1, 2));
    assert_eq!(standing.capacity_max, "45");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outflow_to_work_stands_beside_every_target_out_of_every_denominator() {
    let mut house = House::start_on("2024-07-10").await;
    let events = second_quarter(&mut house);
    house.tell(&events).await;

    let figures = house.quarter(FROM, TO).await;

    let outflow = figures.indicators.iter().find(|figure| figure.code == "outflow-to-work").unwrap();
    assert_eq!((outflow.numerator.as_str(), outflow.value), ("exits_with_work", 1));
    let table: Vec<(&str, &str, Targets<'_>)> = outflow
        .denominators
        .iter()
        .map(|line| {
            let targets = line.targets.iter();
            let targets = targets.map(|target| (target.percent.as_str(), target.required.as_str()));
            (line.denominator.as_str(), line.value.as_str(), targets.collect())
        })
        .collect();
    let expected = [
        ("exits", "2", vec![("15", "0.3"), ("20", "0.4")]),
        ("participants", "4", vec![("15", "0.6"), ("20", "0.8")]),
        ("running_max", "50", vec![("15", "7.5"), ("20", "10")]),
        ("capacity_min", "24", vec![("15", "3.6"), ("20", "4.8")]),
        ("capacity_max", "27", vec![("15", "4.05"), ("20", "5.4")]),
    ];
    assert_eq!(table, expected);
    assert!(outflow.denominators.iter().all(|line| !line.label.is_empty() && !line.reported));
    assert!(figures.indicators_not_counted.contains(&"stable-housing".to_owned()));
    assert!(figures.definitions.iter().any(|definition| definition.of == "contacts.intensity"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn budgets_of_the_years_of_the_period_are_shown_to_the_cent() {
    let mut house = House::start_on("2024-07-10").await;
    let [this, other] = [(); 2].map(|()| fresh());
    let events = [
        house.producer.next(this, &approved(this, 2024, 53_346_857)),
        house.producer.next(other, &approved(other, 2025, 1_000)),
    ];
    house.tell(&events).await;

    let budgets = house.quarter(FROM, TO).await.budgets;

    assert_eq!(budgets.len(), 1);
    let money = |cents| Some(Money { cents });
    assert_eq!((budgets[0].budget_id.as_str(), budgets[0].year), (this.to_string().as_str(), 2024));
    assert_eq!((budgets[0].total, budgets[0].flat_rate), (money(53_346_857), money(40)));
    let sources = [("esf", 53_346_842), ("local", 15)]
        .map(|(source, cents)| BudgetSource { source: source.to_owned(), amount: money(cents) });
    assert_eq!(budgets[0].sources, sources);
    assert_eq!(house.quarter("2024-12-31", "2025-01-01").await.budgets.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quarter_without_anything_is_all_zero_and_divides_by_nothing() {
    let house = Quiet::start_on("2024-07-10").await;

    let figures = house.ask_quarter(coordinator(), quarter(FROM, TO)).await.unwrap();

    let day = |text: &str| text.parse().unwrap();
    assert_eq!(quarter_naive::recomputed_part(&figures), quarter_naive::figures(&[], day(FROM), day(TO)));
    let nothing = Some(Fraction { numerator: 0, denominator: 0 });
    let contacts = figures.contacts.unwrap();
    assert_eq!((contacts.intensity, contacts.share_with_participant), (nothing, nothing));
    assert_eq!(figures.as_of, None);
}
