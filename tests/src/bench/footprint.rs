//! Resident memory of each process when idle, and the time from start to ready.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use local::region_run::Service;

use super::{Verdict, ceiling};
use crate::harness::{RegionUnderTest, Setup};

/// Megabytes a process may hold when idle.
const MEMORY: f64 = 20.0;
/// Milliseconds from start to ready.
const START: f64 = 50.0;
const STARTS: usize = 5;

/// Measures every service.
pub async fn run() -> anyhow::Result<Vec<Verdict>> {
    let region = RegionUnderTest::start(Setup::durable()).await?;
    let mut verdicts = Vec::new();
    for service in Service::ALL {
        let process =
            region.local.process(service.name()).with_context(|| format!("{service} does not run"))?;
        let health = region.local.state()?.services.get(service.name()).context("no address")?.health;
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            process.stop().await?;
            let began = Instant::now();
            process.start_again()?;
            while local::processes::http_status(health, "/readyz").await != Some(200) {
                anyhow::ensure!(began.elapsed() < Duration::from_secs(20), "{service} does not become ready");
                tokio::time::sleep(Duration::from_micros(500)).await;
            }
            starts.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        starts.sort_by(f64::total_cmp);
        let median = starts.get(starts.len() / 2).copied().unwrap_or(f64::MAX);
        verdicts.push(ceiling(&format!("{service}_start"), median, "ms", START));
    }
    // Idle means: connected, nothing to do, allocations of the start settled.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for service in Service::ALL {
        let pid = region
            .local
            .process(service.name())
            .and_then(local::processes::Process::pid)
            .context("no process")?;
        verdicts.push(ceiling(&format!("{service}_memory"), resident_megabytes(pid)?, "MB", MEMORY));
    }
    region.stop().await?;
    Ok(verdicts)
}

fn resident_megabytes(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
    Ok(kilobytes / 1_024.0)
}
