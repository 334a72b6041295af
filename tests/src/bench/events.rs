//! From commit to effect: throughput against a raw confirmed publish and consume on the same broker, latency at 200 events a
//! second.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use chassis::id::IdGenerator;
use local::region_run::Service;
use prost::Message as _;
use proto::Event as _;
use proto::intake::events::v1::ReferralSubmitted;
use sqlx::PgPool;
use uuid::Uuid;

use super::raw_broker::{Message, raw};
use super::{Effort, Verdict, ceiling, difference, ratio, sentinel, shown};
use crate::check::{DRAIN, drained};
use crate::harness::{RegionUnderTest, Setup};

const FLOOR: f64 = 0.5;
/// Events of one half of a pair.
const EVENTS: i64 = 20_000;
const RATE: u64 = 200;
/// Milliseconds; the goal names none, a user notices from here on.
const P50: f64 = 20.0;
const P99: f64 = 250.0;

/// Measures.
pub async fn run(effort: Effort) -> anyhow::Result<Vec<Verdict>> {
    let region = RegionUnderTest::start(Setup::with_own_broker().without_operations()).await?;
    ours(&region, EVENTS / 10).await?;
    raw(&region, EVENTS / 10, Message::Plain).await?;
    raw(&region, EVENTS / 10, Message::Event).await?;
    let (mut pairs, mut same) = (Vec::new(), Vec::new());
    let mut noise: f64 = 0.0;
    for pair in 0..effort.pairs {
        let before = sentinel();
        let (our, peer) = if pair % 2 == 0 {
            let our = ours(&region, EVENTS).await?;
            (our, raw(&region, EVENTS, Message::Plain).await?)
        } else {
            let peer = raw(&region, EVENTS, Message::Plain).await?;
            (ours(&region, EVENTS).await?, peer)
        };
        noise = noise.max(difference(before, sentinel()));
        pairs.push((our, peer));
        same.push((our, raw(&region, EVENTS, Message::Event).await?));
    }
    shown("commit_to_effect_vs_raw_events", &same, noise);
    let mut verdicts = vec![ratio("commit_to_effect_vs_raw_broker", &pairs, FLOOR, noise)];
    verdicts.extend(latency(&region, effort.half).await?);
    region.stop().await?;
    Ok(verdicts)
}

/// Effects per second: an outbox full of referrals, drained by relay, broker and consumer into reporting's projection. It
/// ends when every effect is committed and every event is marked as published.
async fn ours(region: &RegionUnderTest, events: i64) -> anyhow::Result<f64> {
    let intake = region.database("intake").await?;
    let reporting = region.database("reporting").await?;
    // The relay may not start before the outbox is full, or it would be measured while the database fills it.
    let process = region.local.process("intake").context("intake runs")?;
    process.stop().await?;
    let last = fill_outbox(&intake, events).await?;
    // The same state for every half: dead rows gone, statistics fresh, nothing left to write back.
    sqlx::raw_sql("vacuum (analyze) chassis.outbox, chassis.histories").execute(&intake).await?;
    sqlx::raw_sql("vacuum (analyze) chassis.inbox, chassis.consumed_histories").execute(&reporting).await?;
    sqlx::raw_sql("vacuum (analyze) referral_facts").execute(&reporting).await?;
    sqlx::raw_sql("checkpoint").execute(&intake).await?;
    let before: i64 = sqlx::query_scalar("select coalesce(max(position), 0) from chassis.inbox")
        .fetch_one(&reporting)
        .await?;
    let target = applied(&reporting).await? + events;
    region.local.start_again(Service::Intake.name()).await?;
    // From the first effect on: the start of the process is not what is measured. Both questions are one probe of an index:
    // a count would be a load of its own.
    until("the first effect", async || {
        let seen = sqlx::query_scalar("select exists (select 1 from chassis.inbox where position > $1)");
        Ok(seen.bind(before).fetch_one(&reporting).await?)
    })
    .await?;
    let began = Instant::now();
    let at = applied(&reporting).await?;
    until("the last effect", async || {
        let seen = sqlx::query_scalar("select exists (select 1 from chassis.inbox where event_id = $1)");
        Ok(seen.bind(last).fetch_one(&reporting).await?)
    })
    .await?;
    until("all effects and marks", async || {
        let unmarked = "select exists (select 1 from chassis.outbox where published_at is null)";
        let unmarked: bool = sqlx::query_scalar(unmarked).fetch_one(&intake).await?;
        Ok(!unmarked && applied(&reporting).await? >= target)
    })
    .await?;
    let seconds = began.elapsed().as_secs_f64();
    drained(region).await?;
    anyhow::ensure!(applied(&reporting).await? == target, "an event took effect twice");
    let per_second = f64::from(u32::try_from(target - at)?) / seconds;
    Ok(per_second)
}

async fn applied(reporting: &PgPool) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from chassis.inbox").fetch_one(reporting).await?)
}

async fn until(what: &str, holds: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let started = Instant::now();
    while !holds().await? {
        anyhow::ensure!(started.elapsed() < DRAIN, "{what} did not come within {DRAIN:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Writes events as units of work would, many at once. `recorded_at` is now. Gives the last event.
async fn fill_outbox(intake: &PgPool, events: i64) -> anyhow::Result<Uuid> {
    let ids: Vec<Uuid> = (0..events).map(|_| IdGenerator.uuid()).collect();
    let payloads: Vec<Vec<u8>> = ids.iter().map(|id| encode(*id)).collect();
    let event_ids: Vec<Uuid> = ids.iter().map(|_| IdGenerator.uuid()).collect();
    let mut transaction = intake.begin().await?;
    sqlx::query(
        "insert into chassis.histories (aggregate_id, aggregate_type, epoch, last_sequence, digest)
         select a, 'referral', 1, 1, sha256(uuid_send(e)) from unnest($1::uuid[], $2::uuid[]) as t(a, e)",
    )
    .bind(&ids)
    .bind(&event_ids)
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "insert into chassis.outbox
            (event_id, event_type, aggregate_type, aggregate_id, event_sequence, epoch, digest, recorded_at, traceparent, payload)
         select e, $4, 'referral', a, 1, 1, sha256(uuid_send(e)), now(),
                '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', p
         from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as t(a, e, p)",
    )
    .bind(&ids)
    .bind(&event_ids)
    .bind(&payloads)
    .bind(ReferralSubmitted::TYPE)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    event_ids.last().copied().context("there are events")
}

/// A referral as intake would tell it.
pub(super) fn encode(referral: Uuid) -> Vec<u8> {
    ReferralSubmitted {
        referral_id: referral.to_string(),
        person_id: IdGenerator.uuid().to_string(),
        programme: "waasland-esf".to_owned(),
        programme_version: "1".to_owned(),
        channel: "partner".to_owned(),
        municipality_nis: "46020".to_owned(),
        reasons: vec!["work-search".to_owned(), "network".to_owned()],
        submitted_at: std::time::UNIX_EPOCH
            .elapsed()
            .ok()
            .map(|since| (std::time::UNIX_EPOCH + since).into()),
    }
    .encode_to_vec()
}

/// From written to applied, at an even rate; both clocks are this machine's.
async fn latency(region: &RegionUnderTest, time: Duration) -> anyhow::Result<Vec<Verdict>> {
    let reporting = region.database("reporting").await?;
    let from: i64 = sqlx::query_scalar("select coalesce(max(position), 0) from chassis.inbox")
        .fetch_one(&reporting)
        .await?;
    let url = format!("{}/api/v1/referrals", region.url()?);
    let client = reqwest::Client::new();
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..(time.as_secs() * RATE) {
        ticks.tick().await;
        let request = client
            .post(&url)
            .header("Idempotency-Key", IdGenerator.uuid().to_string())
            .json(&crate::load::referral("partner", number));
        calls.spawn(async move { anyhow::Ok(request.send().await?.error_for_status()?) });
    }
    while let Some(call) = calls.join_next().await {
        call??;
    }
    drained(region).await?;
    let mut milliseconds: Vec<f64> = sqlx::query_scalar(
        "select (extract(epoch from received_at - recorded_at) * 1000)::float8 from chassis.inbox where position > $1",
    )
    .bind(from)
    .fetch_all(&reporting)
    .await?;
    milliseconds.sort_by(f64::total_cmp);
    let at =
        |percent: usize| milliseconds.get(milliseconds.len() * percent / 100).copied().unwrap_or(f64::MAX);
    Ok(vec![
        ceiling("commit_to_effect_p50_at_200_per_second", at(50), "ms", P50),
        ceiling("commit_to_effect_p99_at_200_per_second", at(99), "ms", P99),
    ])
}
