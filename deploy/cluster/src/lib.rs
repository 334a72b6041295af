//! `cargo verify-cluster`: the chart and the service operations against the programs of Kubernetes themselves.
//!
//! [`tools`] builds the programs with Go, [`plane`] starts a control plane of them on loopback, [`kubectl`] and [`helm`] speak to
//! it as somebody, and each tier is a module with one entry: [`tier2`] asks the programs that users run, [`tier3`] a real API server,
//! [`tier4`] builds the image and runs a region of [`containers`].

pub mod cli;
pub mod containers;
pub mod helm;
pub mod kubectl;
pub mod plane;
mod program;
pub mod report;
mod scaling;
pub mod tier2;
pub mod tier3;
pub mod tier4;
pub mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bondgenoot::terminal::Terminal;
use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::cli::Cli;
use crate::report::{Report, seconds};
use crate::tools::{Tools, Unavailable};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new();
    // Several libraries use TLS; all of them take this provider. An error means it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(stoppable(&cli, &terminal)));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            terminal.talk(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A stop drops the work, and with it its processes.
async fn stoppable(cli: &Cli, terminal: &Terminal) -> anyhow::Result<bool> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        outcome = Box::pin(run(cli, terminal)) => outcome,
        _ = terminate.recv() => anyhow::bail!("stopped"),
        _ = interrupt.recv() => anyhow::bail!("stopped"),
    }
}

/// Runs the tiers; gives whether everything is green.
async fn run(cli: &Cli, terminal: &Terminal) -> anyhow::Result<bool> {
    let begun = Instant::now();
    let integration = std::env::var_os("CI").is_some_and(|value| value == "true");
    let mut report = Report::new(terminal.clone());
    let wanted = |tier| cli.tier.is_empty() || cli.tier.contains(&tier);
    let yes = cli.yes || integration;
    if cli.tools_only || wanted(2) || wanted(3) {
        let found = match Tools::given()? {
            Some(given) => {
                report.note("the programs are those of CLUSTER_TOOLS; none is built");
                Ok(given)
            }
            None => Tools::built(&target(), &|line| terminal.talk(line)).await,
        };
        match found {
            Err(error) if error.is::<Unavailable>() => report.cannot("tiers 2 and 3", &error.to_string()),
            Err(error) => return Err(error),
            Ok(_) if cli.tools_only => {}
            Ok(tools) => {
                if wanted(2) {
                    let tier = Instant::now();
                    tier2::run(&tools, &mut report).await;
                    report.note(&format!("tier 2 took {}", seconds(tier.elapsed())));
                }
                if wanted(3) {
                    let tier = Instant::now();
                    tier3::run(&tools, cli, yes, &mut report).await?;
                    report.note(&format!("tier 3 took {}", seconds(tier.elapsed())));
                }
            }
        }
    }
    if !cli.tools_only && wanted(4) {
        let tier = Instant::now();
        tier4::run(&mut report, tier4::Wanted { full: cli.full, yes }).await;
        report.note(&format!("tier 4 took {}", seconds(tier.elapsed())));
    }
    report.conclude();
    terminal.data(&format!("total time {}", seconds(begun.elapsed())));
    Ok(report.is_green(integration))
}

/// The checkout.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The target folder, which `cargo clean` empties.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}
