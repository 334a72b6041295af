//! The fault campaign: many seeded faults under load, with checkpoints and a report.
//!
//! `cargo run --bin campaign -- --faults 100 --seed 7 --report report.json`. A seed repeats the schedule of faults, not the
//! interleaving of processes. Every twenty faults the region heals, drains and is checked against the ledger.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use tests::check::{Findings, drained, invariants};
use tests::faults::Fault;
use tests::harness::{RegionUnderTest, Setup};
use tests::lives::Lives;
use tests::load::Load;

/// Faults between two checkpoints.
const CHECKPOINT: usize = 20;
/// Lives are numbered, other ones after each checkpoint.
const LIVES_OF_A_ROUND: u64 = 1_000_000;

/// Mixes seeded faults under load and checks that nothing acknowledged is lost and nothing is done twice.
#[derive(Debug, Parser)]
struct Arguments {
    /// Seed of the schedule.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many faults.
    #[arg(long, default_value_t = 100)]
    faults: usize,
    /// Writers at the same time who play whole lives. Beside them half as many only refer people, also while the broker is away.
    #[arg(long, default_value_t = 4)]
    writers: u64,
    /// Where the report goes, as JSON; standard output without it.
    #[arg(long)]
    report: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Report {
    seed: u64,
    build: &'static str,
    faults: Vec<Happened>,
    acknowledged: usize,
    lives: u64,
    checkpoints: usize,
    violations: Vec<String>,
    seconds: u64,
}

#[derive(Debug, Serialize)]
struct Happened {
    fault: Fault,
    milliseconds: u128,
    acknowledged: usize,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(report) if report.violations.is_empty() => {
            eprintln!(
                "{} faults, {} acknowledged writes in {} lives and more, {} checkpoints, nothing lost, nothing done twice ({} s)",
                report.faults.len(),
                report.acknowledged,
                report.lives,
                report.checkpoints,
                report.seconds
            );
            ExitCode::SUCCESS
        }
        Ok(report) => {
            eprintln!(
                "{} violations; repeat with --seed {} --faults {}",
                report.violations.len(),
                report.seed,
                report.faults.len()
            );
            for violation in &report.violations {
                eprintln!("  {violation}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the campaign could not go on: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let region = RegionUnderTest::start(Setup::with_own_broker().without_operations()).await?;
    let mut report = Report {
        seed: arguments.seed,
        build: chassis::build::id(),
        faults: Vec::new(),
        acknowledged: 0,
        lives: 0,
        checkpoints: 0,
        violations: Vec::new(),
        seconds: 0,
    };
    while report.faults.len() < arguments.faults && report.violations.is_empty() {
        let load = Load::start(&region.url()?, &region.ledger, arguments.writers.div_ceil(2))?;
        let first = u64::try_from(report.checkpoints)? * LIVES_OF_A_ROUND;
        let mut lives = Lives::start(&region, arguments.writers, first).await?;
        for _ in 0..CHECKPOINT.min(arguments.faults - report.faults.len()) {
            let fault = Fault::random(&mut random);
            let began = Instant::now();
            fault
                .happen(&region)
                .await
                .with_context(|| format!("fault {}: {fault:?}", report.faults.len() + 1))?;
            let acknowledged = region.ledger.acknowledged()?;
            eprintln!(
                "{:>5}  {fault:?}  {} ms  {acknowledged} acknowledged",
                report.faults.len() + 1,
                began.elapsed().as_millis()
            );
            if let Some(trouble) = lives.trouble() {
                return Err(trouble.context(format!("after fault {}", report.faults.len() + 1)));
            }
            report.faults.push(Happened { fault, milliseconds: began.elapsed().as_millis(), acknowledged });
        }
        load.stop().await?;
        report.lives += lives.stop(&region).await?;
        drained(&region).await?;
        let Findings { violations, acknowledged } = invariants(&region, &region.ledger).await?;
        report.checkpoints += 1;
        report.acknowledged = acknowledged;
        report.violations = violations;
    }
    report.seconds = started.elapsed().as_secs();
    let text = serde_json::to_string_pretty(&report)?;
    match &arguments.report {
        Some(file) => std::fs::write(file, text)?,
        None => println!("{text}"),
    }
    region.stop().await?;
    Ok(report)
}
