//! The same request again, two requests at once, and clients that hang up.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use proto::intake::v1::SubmitReferralRequest;
use proto::intake::v1::referral_service_client::ReferralServiceClient;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Client;
use serde_json::{Value, json};
use tests::check::{drained, invariants};
use tests::harness::{RegionUnderTest, Setup};
use tests::load::{Attempts, Load, SUBMIT, until_definite};
use tests::operator::signed_by_gateway;
use tests::scenario::{People, answers, form};
use tests::web::{Ask, Web};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::TWO_REGIONS;
use crate::support::wounds;

/// Clients that hang up at the gateway, and calls that are cancelled at intake itself.
const HANG_UPS: u64 = 500;
const CANCELLED: u64 = 1_500;
/// So many of them at once.
const AT_ONCE: usize = 16;

async fn count(region: &RegionUnderTest, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&region.database("intake").await.unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_write_has_one_effect_and_a_stale_one_none() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let web = Web::open(&region.url().unwrap()).unwrap();
    let people = People::sign_in(&web).await.unwrap();

    a_hundred_identical_posts_have_one_effect(&region, &web).await;
    another_request_under_the_same_key_is_refused(&region, &web).await;
    the_same_key_of_another_caller_is_another_key(&region, &web, &people).await;
    of_two_edits_at_once_one_is_told_who_was_first(&region, &web, &people).await;
    a_repeated_edit_gets_its_first_answer_although_the_version_moved_on(&web, &people).await;

    assert_eq!(wounds(&region).await, Vec::<String>::new());
    region.stop().await.unwrap();
}

async fn a_hundred_identical_posts_have_one_effect(region: &RegionUnderTest, web: &Web) {
    let before = count(region, "select count(*) from referrals").await;
    let ask = Ask::post("/api/v1/referrals", &form(1));

    let answers = join_all((0..100).map(|_| web.send(&ask))).await;

    let first = answers[0].as_ref().unwrap();
    assert_eq!(first.status, 200, "{}", first.text);
    for answer in &answers {
        let answer = answer.as_ref().unwrap();
        assert_eq!((answer.status, &answer.text), (first.status, &first.text), "100 equal answers");
    }
    assert_eq!(count(region, "select count(*) from referrals").await, before + 1, "one effect");
    assert_eq!(web.send(&ask).await.unwrap().text, first.text, "and the same answer afterwards");
}

async fn another_request_under_the_same_key_is_refused(region: &RegionUnderTest, web: &Web) {
    let key = Uuid::from_u128(7).to_string();
    let with = |number| Ask::post("/api/v1/referrals", &form(number)).with("idempotency-key", key.as_str());
    assert_eq!(web.send(&with(1)).await.unwrap().status, 200);
    let before = count(region, "select count(*) from referrals").await;

    let answer = web.send(&with(2)).await.unwrap();

    assert_eq!(answer.status, 422, "{}", answer.text);
    assert_eq!(answer.faults_of_a_problem(), Vec::<String>::new());
    assert_eq!(count(region, "select count(*) from referrals").await, before);
}

async fn the_same_key_of_another_caller_is_another_key(region: &RegionUnderTest, web: &Web, people: &People) {
    let ask = Ask::post("/api/v1/referrals", &form(3));
    let before = count(region, "select count(*) from referrals").await;

    let anybody = web.send(&ask).await.unwrap();
    let els = web.send(&ask.clone().as_person(&people.els)).await.unwrap();

    assert_eq!((anybody.status, els.status), (200, 200), "{} {}", anybody.text, els.text);
    assert_ne!(anybody.text, els.text, "nobody gets the answer to somebody else's request");
    assert_eq!(count(region, "select count(*) from referrals").await, before + 2);
}

async fn of_two_edits_at_once_one_is_told_who_was_first(
    region: &RegionUnderTest,
    web: &Web,
    people: &People,
) {
    for _ in 0..10 {
        let referral = people.refer(web, &form(4)).await.unwrap();
        let (screening, withdrawal) = (json!({ "answers": answers() }), json!({"reason": "moved-away"}));

        let (one, other) = tokio::join!(
            people.step(web, &referral, "screen", &screening),
            people.step(web, &referral, "withdraw", &withdrawal)
        );

        let mut both = [one.unwrap(), other.unwrap()];
        both.sort_by_key(|answer| answer.status);
        assert_eq!([both[0].status, both[1].status], [200, 412], "{} {}", both[0].text, both[1].text);
        let stale = &both[1];
        assert_eq!(stale.faults_of_a_problem(), Vec::<String>::new());
        assert_eq!(stale.field("changed_by"), "0193a5c0-1000-7a01-8000-000000000001", "els: {}", stale.text);
        let changed_at: jiff::Timestamp = stale.field("changed_at").parse().unwrap();
        let sql = r#"select to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') from referrals where referral_id = $1"#;
        let stored: String = sqlx::query_scalar(sql)
            .bind(referral.id.parse::<Uuid>().unwrap())
            .fetch_one(&region.database("intake").await.unwrap())
            .await
            .unwrap();
        assert_eq!(changed_at, stored.parse().unwrap());
        let now = people.read(web, &referral.id).await.unwrap();
        assert_eq!(stale.field("current_etag"), now.etag, "with it one can go on");
    }
}

async fn a_repeated_edit_gets_its_first_answer_although_the_version_moved_on(web: &Web, people: &People) {
    let referral = people.refer(web, &form(5)).await.unwrap();
    let ask =
        Ask::post(&format!("/api/v1/referrals/{}:screen", referral.id), &json!({ "answers": answers() }));
    let ask = ask.as_person(&people.els).on(&referral.etag);
    let first = web.send(&ask).await.unwrap();
    assert_eq!(first.status, 200, "{}", first.text);
    let screened = people.read(web, &referral.id).await.unwrap();
    people.take(web, &screened, "withdraw", &json!({"reason": "found-work"})).await.unwrap();

    let again = web.send(&ask).await.unwrap();

    assert_eq!((again.status, again.text), (200, first.text));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_hang_up_leave_nothing_half_done() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let url = region.url().unwrap();
    let load = Load::start(&url, &region.ledger, 1).unwrap();

    let mut keys = hang_up(&region).await;
    keys.extend(cancel(&region).await);

    // Everybody who hung up asks again, with the same key: whatever became of the first time, there is one effect.
    let (client, referrals) = (Client::new(), format!("{url}/api/v1/referrals"));
    let attempts = Arc::new(Attempts::default());
    for chunk in keys.chunks(AT_ONCE) {
        let again = chunk.iter().map(async |(key, number)| {
            until_definite(&client, &referrals, &region.ledger, &attempts, *key, &form(*number)).await
        });
        for done in join_all(again).await {
            done.unwrap();
        }
    }
    load.stop().await.unwrap();
    let idle = count(
        &region,
        "select count(*) from pg_stat_activity where datname = 'intake' and state like 'idle in transaction%' \
         and state_change < clock_timestamp() - interval '100 milliseconds'",
    )
    .await;
    assert_eq!(idle, 0, "a transaction that nobody ends");
    drained(&region).await.unwrap();
    let findings = invariants(&region, &region.ledger).await.unwrap();
    assert_eq!(findings.violations, Vec::<String>::new());
    assert!(findings.acknowledged >= keys.len(), "only {} writes", findings.acknowledged);
    assert_eq!(wounds(&region).await, Vec::<String>::new());
    region.stop().await.unwrap();
}

/// Clients of the gateway whose connection is reset at a random byte or a random moment after the last one.
async fn hang_up(region: &RegionUnderTest) -> Vec<(Uuid, u64)> {
    let address = region.local.state().unwrap().services["gateway"].address;
    let mut random = StdRng::seed_from_u64(20_261_123);
    let mut all = Vec::new();
    let mut running = JoinSet::new();
    for number in 0..HANG_UPS {
        let key = chassis::id::IdGenerator.uuid();
        region.ledger.intend(key, SUBMIT).unwrap();
        all.push((key, number));
        let body = form(number).to_string();
        let request = format!(
            "POST /api/v1/referrals HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        // Two in three send everything: the interesting moments are then.
        let sent = if random.random_range(0..3) == 0 {
            random.random_range(0..request.len())
        } else {
            request.len()
        };
        let (wait, read) =
            (Duration::from_micros(random.random_range(0..20_000)), random.random_range(0..60));
        if running.len() >= AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(&request.as_bytes()[..sent]).await.unwrap();
            let _ = tokio::time::timeout(wait, stream.read_exact(&mut vec![0; read])).await;
            // Closed at once, with a reset, whatever is on its way.
            stream.set_zero_linger().unwrap();
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    all
}

/// Calls of intake that their caller drops at a random moment.
async fn cancel(region: &RegionUnderTest) -> Vec<(Uuid, u64)> {
    let client = ReferralServiceClient::new(
        signed_by_gateway(region, "intake", chassis::caller::Caller::anonymous()).unwrap(),
    );
    let mut random = StdRng::seed_from_u64(20_261_124);
    let mut all = Vec::new();
    let mut running = JoinSet::new();
    for number in HANG_UPS..HANG_UPS + CANCELLED {
        let key = chassis::id::IdGenerator.uuid();
        region.ledger.intend(key, SUBMIT).unwrap();
        all.push((key, number));
        let mut request = tonic::Request::new(to_request(&form(number)));
        request.metadata_mut().insert("idempotency-key", key.to_string().parse().unwrap());
        let (mut client, wait) = (client.clone(), Duration::from_micros(random.random_range(0..12_000)));
        if running.len() >= AT_ONCE {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(async move {
            let _ = tokio::time::timeout(wait, client.submit_referral(request)).await;
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    all
}

fn to_request(form: &Value) -> SubmitReferralRequest {
    let text = |name: &str| form[name].as_str().unwrap().to_owned();
    SubmitReferralRequest {
        programme: text("programme"),
        channel: text("channel"),
        consent: proto::intake::v1::Consent::Given.into(),
        person_name: text("personName"),
        person_contact: text("personContact"),
        municipality_nis: text("municipalityNis"),
        reasons: form["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect(),
        referrer_name: text("referrerName"),
        referrer_organisation: text("referrerOrganisation"),
        referrer_contact: text("referrerContact"),
        note: text("note"),
    }
}
