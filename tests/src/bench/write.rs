//! POST through gateway and gRPC to commit, all mechanisms on, against `pgbench` running the same statements on the same
//! server with the same durability.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use chassis::id::IdGenerator;

use super::{Effort, Verdict, closed_loop, difference, pgbench, ratio, sentinel};
use crate::harness::{RegionUnderTest, Setup, repository};
use crate::load::referral;

const FLOOR: f64 = 0.35;
/// Requests in flight at a time; both sides at about their best.
const CONNECTIONS: u64 = 16;
const WARM_UP: Duration = Duration::from_secs(2);

/// Measures.
pub async fn run(effort: Effort) -> anyhow::Result<Verdict> {
    let region = RegionUnderTest::start(Setup::with_own_broker().without_operations()).await?;
    let database = region.database("intake").await?;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: String =
            sqlx::query_scalar("select current_setting($1)").bind(setting).fetch_one(&database).await?;
        anyhow::ensure!(value == "on", "{setting} is {value}: the figures would say nothing");
    }
    let peer = prepare_peer(&region).await?;
    posts(&region, WARM_UP).await?;
    peer_referrals(&region, &peer, WARM_UP).await?;
    let mut pairs = Vec::new();
    let mut noise: f64 = 0.0;
    for pair in 0..effort.pairs {
        let before = sentinel();
        let (ours, theirs) = if pair % 2 == 0 {
            let ours = posts(&region, effort.half).await?;
            (ours, peer_referrals(&region, &peer, effort.half).await?)
        } else {
            let theirs = peer_referrals(&region, &peer, effort.half).await?;
            (posts(&region, effort.half).await?, theirs)
        };
        noise = noise.max(difference(before, sentinel()));
        pairs.push((ours, theirs));
    }
    let verdict = ratio("post_to_commit_vs_pgbench", &pairs, FLOOR, noise);
    region.stop().await?;
    Ok(verdict)
}

/// Referrals acknowledged per second, closed loop; afterwards as many rows as acknowledgements must be there.
async fn posts(region: &RegionUnderTest, time: Duration) -> anyhow::Result<f64> {
    let database = region.database("intake").await?;
    let rows = "select count(*) from referrals";
    let before: i64 = sqlx::query_scalar(rows).fetch_one(&database).await?;
    let url = format!("{}/api/v1/referrals", region.url()?);
    let bodies: Vec<String> =
        (0..CONNECTIONS).map(|number| referral("partner", number).to_string()).collect();
    let next = AtomicUsize::new(0);
    let post = move |client: &reqwest::Client| {
        let body =
            bodies.get(next.fetch_add(1, Ordering::Relaxed) % bodies.len()).cloned().unwrap_or_default();
        let key = IdGenerator.uuid().to_string();
        client.post(&url).header("Idempotency-Key", key).header("Content-Type", "application/json").body(body)
    };
    let (count, seconds) = closed_loop(Arc::new(post), CONNECTIONS, time).await?;
    let after: i64 = sqlx::query_scalar(rows).fetch_one(&database).await?;
    anyhow::ensure!(
        u64::try_from(after - before)? == count,
        "{count} acknowledgements, but {} rows",
        after - before
    );
    let per_second = f64::from(u32::try_from(count)?) / seconds;
    Ok(per_second)
}

/// The schema of intake in a database of its own, so that nothing publishes the peer's rows.
async fn prepare_peer(region: &RegionUnderTest) -> anyhow::Result<String> {
    let name = "pgbench_peer";
    let server = region.database("postgres").await?;
    sqlx::raw_sql("create database pgbench_peer owner intake_owner").execute(&server).await?;
    let state = region.local.state()?;
    let owner = region.local.database(local::region_run::Service::Intake).context("intake has a database")?;
    let (server_of_owner, _) = owner.owner_url.rsplit_once('/').context("a database URL ends in its name")?;
    let owner_url = format!("{server_of_owner}/{name}");
    let status = tokio::process::Command::new(crate::harness::programs()?.join("intake"))
        .arg("migrate")
        .env("INTAKE_DATABASE__URL", &owner_url)
        .env("INTAKE_DATABASE__OWNER_URL", &owner_url)
        .env("INTAKE_DATABASE__ALLOW_FAST", "true")
        .env("INTAKE_BROKER__URL", &state.amqp_url)
        .env("INTAKE_GRPC__ADDRESS", "127.0.0.1:0")
        .env("INTAKE_HEALTH__ADDRESS", "127.0.0.1:0")
        .env("INTAKE_REGION__FILE", &state.region_file)
        .env("INTAKE_KEYS__CALLER_KEYS_FILE", &state.caller_keys_file)
        .env("INTAKE_KEYS__REGION_KEY_FILE", &region.local.keys().region_key_file)
        .env("INTAKE_KEYS__INDEX_KEY_FILE", &region.local.keys().index_key_file)
        .status()
        .await?;
    anyhow::ensure!(status.success(), "the peer's database cannot be migrated");
    let peer = region.database(name).await?;
    sqlx::raw_sql(
        "insert into file_versions (hash, kind, code, number, valid_from, content, first_used_at)
         values (repeat('a', 64), 'programme', 'waasland-esf', 1, '2024-01-01', '', now())",
    )
    .execute(&peer)
    .await?;
    Ok(name.to_owned())
}

/// Transactions per second of pgbench with the statements of one referral.
async fn peer_referrals(region: &RegionUnderTest, database: &str, time: Duration) -> anyhow::Result<f64> {
    let started = std::time::SystemTime::UNIX_EPOCH.elapsed()?;
    // Ids rise from run to run and from transaction to transaction.
    let variables = ["n=0".to_owned(), format!("base={}", started.as_micros())];
    let script = repository().join("tests/bench/submit_referral.sql");
    pgbench::per_second(region, "intake", database, &script, &variables, time).await
}
