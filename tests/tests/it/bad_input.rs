//! Whatever comes in: refused with a remedy, or kept exactly as it was written; nothing changes by a refusal, and nobody panics.

mod bodies;
mod case;
mod fields;
mod grpc;
mod names;
mod questions;
mod strangers;

use serde_json::json;
use tests::harness::{RegionUnderTest, Setup};
use tests::scenario::{People, form};
use tests::snapshot::Camera;
use tests::web::{Ask, Web};

use self::case::Watch;
use crate::TWO_REGIONS;
use crate::support::{published, wounds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_refused_with_a_remedy_and_changes_nothing() {
    let _turn = TWO_REGIONS.acquire().await;
    // Operations asks the others how they are, and each question has its audit row.
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let web = Web::open(&region.url().unwrap()).unwrap();
    let people = People::sign_in(&web).await.unwrap();
    let referral = people.refer(&web, &form(1)).await.unwrap();
    published(&region).await;
    let (els, fatima) = (people.els.as_str(), people.fatima.as_str());
    let mut cameras = Vec::new();
    for service in ["intake", "matching", "trajectory", "finance", "reporting"] {
        cameras.push(Camera::of(&region, service).await.unwrap());
    }
    let mut watch = Watch::start(cameras).await;
    let tables = [
        ("malformed bodies", bodies::malformed()),
        ("too much", bodies::too_much()),
        ("headers", bodies::headers()),
        ("texts of a referral", fields::texts_of_a_referral()),
        ("codes of a referral", fields::codes_of_a_referral()),
        ("screenings", fields::screenings(els, &referral)),
        ("decisions", fields::decisions(els, &referral)),
        ("queries", questions::queries(els)),
        ("ids", questions::ids(els, fatima)),
        ("routes", questions::routes(els)),
    ];

    let mut failures = Vec::new();
    let mut sent = 0;
    for (table, cases) in tables {
        sent += cases.len();
        let found = case::failures(&web, &mut watch, cases).await;
        failures.extend(found.into_iter().map(|failure| format!("[{table}] {failure}")));
    }
    let strange = strangers::differences(&region, &web, &referral).await;
    failures.extend(strange.into_iter().map(|failure| format!("[what is not yours] {failure}")));
    failures.extend(watch.changes().await.into_iter().map(|change| format!("[what is not yours] {change}")));
    let kept = names::failures(&web, &people).await;
    failures.extend(kept.into_iter().map(|failure| format!("[naughty texts] {failure}")));

    // The referral that all of it was about is as it was, and still takes the next step.
    let step = people.step(&web, &referral, "withdraw", &json!({"reason": "moved-away"})).await.unwrap();
    assert_eq!(step.status, 200, "{}", step.text);
    failures.extend(wounds(&region).await);
    assert!(failures.is_empty(), "of {sent} cases and more:\n{}", shown(&failures));
    region.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_call_never_harm_a_service() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable()).await.unwrap();

    let mut failures = grpc::failures(&region).await;

    failures.extend(wounds(&region).await);
    let web = Web::open(&region.url().unwrap()).unwrap();
    let answer = web.send(&Ask::post("/api/v1/referrals", &form(1))).await.unwrap();
    assert_eq!(answer.status, 200, "the region still works: {}", answer.text);
    assert!(failures.is_empty(), "{}", shown(&failures));
    region.stop().await.unwrap();
}

/// The first of many failures.
fn shown(failures: &[String]) -> String {
    let first: Vec<&str> = failures.iter().take(40).map(String::as_str).collect();
    format!("{} failed:\n{}", failures.len(), first.join("\n"))
}
