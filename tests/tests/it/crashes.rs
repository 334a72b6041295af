//! A process dies at the worst moments, under load: nothing acknowledged is lost, nothing is done twice.

use std::future::ready;
use std::sync::Arc;

use local::region_run::Service;
use tests::check::{drained, invariants};
use tests::faults::{CRASH_POINTS, Fault, crash_at};
use tests::harness::{RegionUnderTest, Setup};
use tests::lives::Lives;

use crate::TWO_REGIONS;

/// Whole lives are played while faults happen one after the other; afterwards everything must be explained by the ledger.
async fn survives(setup: Setup, faults: &[Fault]) {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(setup.without_operations()).await.unwrap();
    let mut lives = Lives::start(&region, 4, 0).await.unwrap();

    for fault in faults {
        let before = region.ledger.acknowledged().unwrap();
        let happened = fault.happen(&region).await;
        goes_on(&region, &mut lives, before + 4).await.unwrap_or_else(|error| panic!("{fault:?}: {error:#}"));
        happened.unwrap_or_else(|error| panic!("{fault:?}: {error:#}"));
    }

    let count = lives.stop(&region).await.unwrap_or_else(|error| panic!("{error:#}"));
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
    assert!(
        findings.acknowledged > 5 * faults.len() && count >= 4,
        "only {} writes in {count} lives: the test tests nothing",
        findings.acknowledged
    );
    region.stop().await.unwrap();
}

/// Waits until so many writes are acknowledged.
async fn goes_on(region: &RegionUnderTest, lives: &mut Lives, wanted: usize) -> anyhow::Result<()> {
    testkit::eventually("writes are acknowledged again after the fault", || {
        ready(match (lives.trouble(), region.ledger.acknowledged()) {
            (Some(trouble), _) | (None, Err(trouble)) => Some(Err(trouble)),
            (None, Ok(count)) => (count > wanted).then_some(Ok(())),
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_point_between_request_and_last_effect_loses_and_doubles_nothing() {
    let faults: Vec<Fault> = (0..CRASH_POINTS.len()).map(Fault::Crash).collect();
    survives(Setup::durable(), &faults).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_paused_and_restarted_processes_lose_and_double_nothing() {
    survives(
        Setup::durable(),
        &[
            Fault::Kill(Service::Intake),
            Fault::Kill(Service::Matching),
            Fault::Kill(Service::Trajectory),
            Fault::Kill(Service::Finance),
            Fault::Kill(Service::Reporting),
            Fault::Kill(Service::Gateway),
            Fault::Pause(Service::Intake, 1_500),
            Fault::Pause(Service::Trajectory, 1_500),
            Fault::Pause(Service::Reporting, 1_500),
            Fault::Restart(Service::Matching),
            Fault::Restart(Service::Trajectory),
            Fault::Restart(Service::Reporting),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stops_at_once_loses_and_doubles_nothing() {
    survives(Setup::durable(), &[Fault::DatabaseStop; 5]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_before_the_answer_is_answered_the_first_time_again() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let lives = Lives::start(&region, 1, 0).await.unwrap();

    crash_at(&region, Service::Intake, "work.after_commit").await.unwrap();

    let attempts = Arc::clone(&lives.attempts);
    lives.stop(&region).await.unwrap_or_else(|error| panic!("{error:#}"));
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert!(findings.violations.is_empty(), "{:#?}", findings.violations);
    let succeeded = attempts.succeeded.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(u64::try_from(findings.acknowledged).unwrap(), succeeded, "one answer for each write");
    the_checker_sees_what_is_lost_and_doubled(&region).await;
    region.stop().await.unwrap();
}

/// The tester tested: damages the databases in one way after the other.
async fn the_checker_sees_what_is_lost_and_doubled(region: &RegionUnderTest) {
    for (service, damage, seen) in [
        ("trajectory", "delete from goals", "LOST: SetGoal"),
        (
            "matching",
            "insert into proposals select (jsonb_populate_record(proposals, jsonb_build_object('proposal_id', gen_random_uuid(), 'match_id', null))).* from proposals limit 1",
            "UNEXPECTED: ProposeMatch",
        ),
        (
            "intake",
            "delete from chassis.idempotency_keys where rpc like '%/AdmitReferral'",
            "AdmitReferral: answers are kept under 0 keys",
        ),
        ("finance", "update suggested_hours set minutes = minutes + 1", "hours that finance suggests"),
        ("matching", "update matches set last_day = last_day + 1", "places that exits freed"),
        (
            "reporting",
            "delete from chassis.inbox where position = (select max(position) from chassis.inbox)",
            "for reporting, which applied",
        ),
    ] {
        let pool = region.database(service).await.unwrap();
        let done = sqlx::raw_sql(damage).execute(&pool).await.unwrap();
        assert!(done.rows_affected() > 0, "{damage} does nothing");
        let findings = invariants(region, &region.ledger).await.unwrap();
        assert!(
            findings.violations.iter().any(|violation| violation.contains(seen)),
            "{damage} is not seen: {:#?}",
            findings.violations
        );
    }
}
