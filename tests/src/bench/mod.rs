//! Benchmarks: always a peer or a limit in the same run, always a ratio.
//!
//! Rules: pairs in the order A B B A, both sides warmed, the median of pairwise ratios; a spin sentinel before and after each
//! pair tells whether the machine was busy with something else; durability is asserted on the server both sides use.

#![expect(
    clippy::float_arithmetic,
    clippy::print_stdout,
    reason = "ratios of measurements, printed for people; no money"
)]

pub mod events;
pub mod exports;
pub mod footprint;
pub mod hot;
mod pgbench;
mod raw_broker;
mod statements;
pub mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};

/// A question or a write, as a request that can be sent any number of times.
type Request = Arc<dyn Fn(&Client) -> RequestBuilder + Send + Sync>;

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Pairs.
    pub pairs: usize,
    /// Each half of a pair.
    pub half: Duration,
}

impl Effort {
    /// Under a minute and a half per goal.
    pub const QUICK: Self = Self { pairs: 3, half: Duration::from_secs(5) };
    /// For claims.
    pub const FULL: Self = Self { pairs: 9, half: Duration::from_secs(20) };
}

/// Whether a floor or ceiling was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Kept.
    Pass,
    /// Missed.
    Miss,
}

/// Prints a ratio with its floor.
pub fn ratio(name: &str, pairs: &[(f64, f64)], floor: f64, noise: f64) -> Verdict {
    let (median, line) = line(name, pairs, noise);
    let verdict = if median >= floor { Verdict::Pass } else { Verdict::Miss };
    println!("RATIO {line} floor={floor:.2} {verdict:?}");
    verdict
}

/// Prints a ratio that nothing depends on.
pub fn shown(name: &str, pairs: &[(f64, f64)], noise: f64) {
    println!("RATIO {} no floor", line(name, pairs, noise).1);
}

/// The median of the ratios of pairs, and a line about them.
fn line(name: &str, pairs: &[(f64, f64)], noise: f64) -> (f64, String) {
    let mut ratios: Vec<f64> = pairs.iter().map(|(ours, peer)| ours / peer).collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(0.0);
    let (low, high) = (ratios.first().copied().unwrap_or(0.0), ratios.last().copied().unwrap_or(0.0));
    let ours: Vec<String> = pairs.iter().map(|(ours, _)| format!("{ours:.0}")).collect();
    let peer: Vec<String> = pairs.iter().map(|(_, peer)| format!("{peer:.0}")).collect();
    let line = format!(
        "{name} {median:.2} range={low:.2}..{high:.2} pairs={} ours/s={} peer/s={} noise={}",
        pairs.len(),
        ours.join(","),
        peer.join(","),
        if noise < 0.10 { "ok" } else { "high" },
    );
    (median, line)
}

/// Prints a figure with its ceiling.
pub fn ceiling(name: &str, value: f64, unit: &str, ceiling: f64) -> Verdict {
    let verdict = if value <= ceiling { Verdict::Pass } else { Verdict::Miss };
    println!("LIMIT {name} {value:.1} {unit} ceiling={ceiling:.1} {verdict:?}");
    verdict
}

/// How often one core can do a fixed piece of work in 100 ms: differs when something else runs.
pub fn sentinel() -> f64 {
    let started = Instant::now();
    let mut rounds = 0_u32;
    let mut value = 1_u64;
    while started.elapsed() < Duration::from_millis(100) {
        for _ in 0..10_000 {
            value = std::hint::black_box(value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
        rounds += 1;
    }
    f64::from(rounds)
}

/// How much two sentinels differ, as a fraction.
pub fn difference(before: f64, after: f64) -> f64 {
    (before - after).abs() / before.max(after)
}

/// Sends a request over and over, so many at a time, for so long. Gives how many were answered well, and the seconds.
///
/// # Errors
/// When one is not answered well.
pub async fn closed_loop<F>(request: Arc<F>, connections: u64, time: Duration) -> anyhow::Result<(u64, f64)>
where
    F: Fn(&Client) -> RequestBuilder + Send + Sync + ?Sized + 'static,
{
    let client = Client::builder().pool_max_idle_per_host(64).build()?;
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut senders = tokio::task::JoinSet::new();
    let started = Instant::now();
    for _ in 0..connections {
        let (client, request, stop, answered) =
            (client.clone(), Arc::clone(&request), Arc::clone(&stop), Arc::clone(&answered));
        senders.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let response = request(&client).send().await?;
                let (status, body) = (response.status(), response.bytes().await?);
                anyhow::ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    Ok((answered.load(Ordering::Relaxed), started.elapsed().as_secs_f64()))
}
