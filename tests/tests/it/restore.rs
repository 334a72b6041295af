//! The database of intake is restored from an older copy: the others are told, compared and mended.

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tests::check::drained;
use tests::harness::{RegionUnderTest, Setup, run_program};
use tests::operator::admin;
use tests::scenario::{People, Referral, form};
use tests::web::{Ask, Web};
use uuid::Uuid;

use crate::TWO_REGIONS;
use crate::support::wounds;

/// Runs statements on the server, none of them in a transaction.
async fn server(region: &RegionUnderTest, statements: &[&str]) {
    let pool = region.database("postgres").await.unwrap();
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe((*statement).to_owned())).execute(&pool).await.unwrap();
    }
    pool.close().await;
}

async fn stop_intake(region: &RegionUnderTest) {
    region.local.process("intake").unwrap().stop().await.unwrap();
}

/// Copies the database of intake as it is now.
async fn back_up(region: &RegionUnderTest) {
    stop_intake(region).await;
    server(
        region,
        &[
            "drop database if exists intake_copy",
            "create database intake_copy template intake owner intake_owner",
        ],
    )
    .await;
    region.local.start_again("intake").await.unwrap();
}

/// Puts the copy in the place of the database. Intake is stopped and stays so.
async fn restore(region: &RegionUnderTest) {
    stop_intake(region).await;
    server(region, &["drop database intake with (force)", "alter database intake_copy rename to intake"])
        .await;
    // The rights on the database itself are no part of a copy.
    let url = region.local.state().unwrap().postgres_url;
    local::postgres::create_service_database(&url, "intake").await.unwrap();
}

async fn epoch(region: &RegionUnderTest) -> i64 {
    let status =
        admin(region, "intake").unwrap().get_status(proto::admin::v1::GetStatusRequest {}).await.unwrap();
    status.into_inner().epoch
}

async fn reconcile(region: &RegionUnderTest, more: &[&str]) -> (Option<i32>, String) {
    let data = region.folder().join("data");
    let arguments = [&["--data", data.to_str().unwrap(), "reconcile"], more].concat();
    run_program("bondgenoot", &arguments, &std::env::vars().collect()).await.unwrap()
}

async fn text(region: &RegionUnderTest, database: &str, sql: &'static str) -> String {
    let pool = region.database(database).await.unwrap();
    let text: Option<String> = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
    pool.close().await;
    text.unwrap_or_default()
}

/// What intake and reporting say about the same referrals; they agree once nothing is on its way any more.
async fn agree(region: &RegionUnderTest) {
    let histories = "select string_agg(aggregate_id::text || ' ' || last_sequence || ' ' || encode(digest, 'hex'), ', ' order by aggregate_id) from ";
    let own = async |table: &str| {
        let pool =
            region.database(if table.contains("consumed") { "reporting" } else { "intake" }).await.unwrap();
        let sql = AssertSqlSafe(format!("{histories}{table}"));
        let text: Option<String> = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        text.unwrap_or_default()
    };
    testkit::eventually("intake and reporting have the same histories", || async {
        (own("chassis.histories").await == own("chassis.consumed_histories").await).then_some(())
    })
    .await;
    let states =
        "select string_agg(referral_id::text || ' ' || state, ', ' order by referral_id) from referrals";
    let facts = "select string_agg(referral_id::text || ' ' || state, ', ' order by referral_id) from referral_facts \
                 where generation = (select active_generation from chassis.projection_generations)";
    assert_eq!(text(region, "intake", states).await, text(region, "reporting", facts).await);
    for waits in [
        "select count(*)::text from chassis.pending",
        "select count(*)::text from chassis.parked where redriven_at is null",
    ] {
        assert_eq!(text(region, "reporting", waits).await, "0", "{waits}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_of_intake_is_found_out_listed_and_mended() {
    let _turn = TWO_REGIONS.acquire().await;
    let region = RegionUnderTest::start(Setup::durable().without_operations()).await.unwrap();
    let web = Web::open(&region.url().unwrap()).unwrap();
    let people = People::sign_in(&web).await.unwrap();

    what_was_written_after_the_copy_is_listed_and_mended(&region, &web, &people).await;
    who_was_erased_after_the_copy_stays_erased_by_the_ledger(&region, &web, &people).await;

    assert_eq!(wounds(&region).await, Vec::<String>::new());
    region.stop().await.unwrap();
}

async fn what_was_written_after_the_copy_is_listed_and_mended(
    region: &RegionUnderTest,
    web: &Web,
    people: &People,
) {
    let withdraw = async |referral: &Referral, reason: &str| {
        people.take(web, referral, "withdraw", &json!({"reason": reason})).await.unwrap();
    };
    let (ahead, forked, untouched) = (
        people.refer(web, &form(1)).await.unwrap(),
        people.refer(web, &form(2)).await.unwrap(),
        people.refer(web, &form(3)).await.unwrap(),
    );
    drained(region).await.unwrap();
    back_up(region).await;
    withdraw(&ahead, "moved-away").await;
    withdraw(&forked, "moved-away").await;
    let lost = people.refer(web, &form(4)).await.unwrap();
    drained(region).await.unwrap();
    agree(region).await;
    assert_eq!(epoch(region).await, 1);

    restore(region).await;
    region.local.start_again("intake").await.unwrap();

    assert_eq!(epoch(region).await, 2, "the database itself tells that it is a copy");
    // Life goes on before anybody reconciles: another end for the same referral, and a new one.
    withdraw(&people.read(web, &forked.id).await.unwrap(), "found-work").await;
    let new = people.refer(web, &form(5)).await.unwrap();
    let (code, listed) = reconcile(region, &[]).await;
    assert_eq!(code, Some(1), "{listed}");
    for (what, referral) in [("ahead", &ahead), ("forked", &forked), ("lost", &lost)] {
        assert!(listed.contains(&referral.id), "{what} is not listed: {listed}");
    }
    for referral in [&untouched, &new] {
        assert!(!listed.contains(&referral.id), "{} does not differ: {listed}", referral.id);
    }
    let (code, json) = reconcile(region, &["--json"]).await;
    assert_eq!(code, Some(1), "{json}");
    let from = json.find('[').unwrap();
    let compared: Value =
        serde_json::Deserializer::from_str(&json[from..]).into_iter().next().unwrap().unwrap();
    let pair = compared.as_array().unwrap().iter().find(|pair| {
        pair["producer"].as_str() == Some("intake") && pair["consumer"].as_str() == Some("reporting")
    });
    let kinds: Vec<&str> = pair.unwrap()["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 3, "{json}");

    let (code, mended) = reconcile(region, &["--repair"]).await;

    assert_eq!(code, Some(0), "{mended}");
    agree(region).await;
    assert_eq!(reconcile(region, &[]).await.0, Some(0), "nothing differs any more");
    people.refer(web, &form(6)).await.unwrap();
    agree(region).await;
    let gone =
        web.send(&Ask::get(&format!("/api/v1/referrals/{}", lost.id)).as_person(&people.els)).await.unwrap();
    assert_eq!(gone.status, 404, "what the copy did not have is to be entered again: {}", gone.text);
}

/// What the README of intake promises: an older copy of the other tables beside the present ledger of erasures. A copy
/// that is older than the ledger itself is not covered.
async fn who_was_erased_after_the_copy_stays_erased_by_the_ledger(
    region: &RegionUnderTest,
    web: &Web,
    people: &People,
) {
    let referral = people.refer(web, &form(7)).await.unwrap();
    let person: Uuid = referral.person.parse().unwrap();
    drained_after_repair(region).await;
    back_up(region).await;
    people.erase(web, &referral.person).await.unwrap();
    drained_after_repair(region).await;
    stop_intake(region).await;
    let pool = region.database("intake").await.unwrap();
    let ledger: Value = sqlx::query_scalar("select jsonb_agg(to_jsonb(row)) from erasures row")
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;

    restore(region).await;
    let pool = region.database("intake").await.unwrap();
    let key = "select wrapped is not null from person_keys where person_id = $1";
    let back: bool = sqlx::query_scalar(key).bind(person).fetch_one(&pool).await.unwrap();
    assert!(back, "the copy brings the key back: else the test tests nothing");
    sqlx::query("insert into erasures select * from jsonb_populate_recordset(null::erasures, $1) on conflict do nothing")
        .bind(&ledger)
        .execute(&pool)
        .await
        .unwrap();
    region.local.start_again("intake").await.unwrap();

    let key: bool = sqlx::query_scalar(key).bind(person).fetch_one(&pool).await.unwrap();
    let left: i64 = sqlx::query_scalar(
        "select count(*) from persons where person_id = $1 and num_nonnulls(name, contact, birth_date, national_number) > 0",
    )
    .bind(person)
    .fetch_one(&pool)
    .await
    .unwrap();
    let indexed: i64 = sqlx::query_scalar("select count(*) from duplicate_keys where person_id = $1")
        .bind(person)
        .fetch_one(&pool)
        .await
        .unwrap();
    pool.close().await;
    assert_eq!((key, left, indexed), (false, 0, 0), "key, sealed columns, blind indexes");
    let read = people.read(web, &referral.id).await.unwrap();
    assert_eq!(read.body["erased"], true, "{}", read.body);
    assert!(!read.body.to_string().to_lowercase().contains("kanarie"), "{}", read.body);
    reconcile(region, &["--repair"]).await;
    agree(region).await;
}

/// Everything is published and nothing waits; counts of the inbox no longer equal those of the outbox after a repair.
async fn drained_after_repair(region: &RegionUnderTest) {
    testkit::eventually("everything is published", || async {
        let left =
            text(region, "intake", "select count(*)::text from chassis.outbox where published_at is null")
                .await;
        (left == "0").then_some(())
    })
    .await;
    agree(region).await;
}
