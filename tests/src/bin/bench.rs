//! The benchmarks: ratios with a peer or a limit in the same run.
//!
//! `cargo build --release --workspace --bins && cargo run --release --bin bench -- all`. Prints one line per ratio and exits
//! non-zero when a floor is missed.

#![expect(clippy::print_stderr, reason = "a command line")]

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tests::bench::{Effort, Verdict, events, exports, footprint, hot, write};

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Goal {
    /// POST to commit against pgbench running the same statements.
    Write,
    /// Commit to effect against a raw confirmed publish and consume; latency at 200 events a second.
    Events,
    /// What people ask all day, against the cheapest answers of the same kind.
    Hot,
    /// Resident memory and start of each process.
    Footprint,
    /// An export of 100,000 and 1,000,000 rows against `XlsxWriter` and COPY, and claims over them. Not among `all`: it takes minutes.
    Exports,
    /// All of them but the exports.
    All,
}

/// Measures and prints ratios.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure.
    #[arg(value_enum, default_value = "all")]
    goal: Goal,
    /// Nine pairs of twenty seconds in place of three of five.
    #[arg(long)]
    full: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let effort = if arguments.full { Effort::FULL } else { Effort::QUICK };
    let wanted = |goal| arguments.goal == Goal::All || arguments.goal == goal;
    let mut verdicts = Vec::new();
    let result: anyhow::Result<()> = async {
        if wanted(Goal::Write) {
            verdicts.push(write::run(effort).await?);
        }
        if wanted(Goal::Events) {
            verdicts.extend(events::run(effort).await?);
        }
        if wanted(Goal::Hot) {
            verdicts.extend(hot::run(effort).await?);
        }
        if wanted(Goal::Footprint) {
            verdicts.extend(footprint::run().await?);
        }
        if arguments.goal == Goal::Exports {
            verdicts.extend(exports::run().await?);
        }
        Ok(())
    }
    .await;
    if let Err(error) = result {
        eprintln!("the benchmark could not go on: {error:#}");
        return ExitCode::FAILURE;
    }
    if verdicts.iter().all(|verdict| *verdict == Verdict::Pass) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
