//! The chart and operations against a real API server, with its admission, its rights and its controllers. Pods are played.

mod change;
mod install;
mod neighbours;
mod operations;
mod process;
mod refusals;
mod region;
mod state;

use std::time::Duration;

use bondgenoot::verify::Servers;
use local::processes::Ledger;

use crate::cli::Cli;
use crate::plane::Plane;
use crate::report::Report;
use crate::tools::Tools;
use region::Region;

/// How long a check may take that installs or waits for pods.
const WITHIN: Duration = Duration::from_mins(4);
/// How long a build or an installation of packages may take.
const BUILD: Duration = Duration::from_mins(20);

/// Runs tier 3. `yes` installs missing packages without asking.
///
/// # Errors
/// When the machine refuses a folder.
pub async fn run(tools: &Tools, cli: &Cli, yes: bool, report: &mut Report) -> anyhow::Result<()> {
    report.heading("tier 3: what operations needs");
    report.check("the program operations is built", BUILD, process::build()).await;
    let terminal = report.terminal().clone();
    let servers = process::servers(yes, &terminal);
    let servers = report.check("PostgreSQL and RabbitMQ of our own", BUILD, servers).await;
    let both = [("helm4", "helm3"), ("helm3", "helm4")];
    for (one, other) in both.into_iter().take(if cli.full { 2 } else { 1 }) {
        report.heading(&format!(
            "tier 3: a control plane, pods played by kwok; one region by {one}, another by {other}"
        ));
        let folder = tempfile::Builder::new().prefix("bondgenoot-cluster-").tempdir()?;
        let ledger = Ledger::open(folder.path().join("processes"))?;
        let before = report.failures();
        let started = Plane::start(tools, folder.path(), &ledger);
        let plane =
            report.check("etcd, API server, controllers, scheduler and kwok answer", WITHIN, started).await;
        if let Some(plane) = plane {
            everything(&plane, one, other, servers.as_ref(), report).await;
            plane.stop().await;
        }
        if cli.keep || report.failures() > before {
            report.note(&format!("logs are kept in {}", folder.keep().display()));
        }
    }
    if let Some(servers) = servers {
        servers.stop().await;
    }
    Ok(())
}

async fn everything(plane: &Plane, one: &str, other: &str, servers: Option<&Servers>, report: &mut Report) {
    let prepared = Region::prepare(plane, "waasland", one);
    let Some(first) = report.check("a namespace with its administrator", WITHIN, prepared).await else {
        return;
    };
    report.note("no chart was published yet: the one before is this one under version 0.0.9");
    if !install::run(&first, plane.folder(), report).await {
        report.cannot("the rest of tier 3", "there is no region to do it with");
        return;
    }
    change::run(&first, report).await;
    refusals::run(&first, report).await;
    let prepared = Region::prepare(plane, "katrol-asse", other);
    let prepared = report.check("another namespace with another administrator", WITHIN, prepared).await;
    let Some(second) = prepared else { return };
    neighbours::run(&first, &second, report).await;
    if let Some(servers) = servers {
        operations::run(plane, &second, servers, report).await;
    }
}
