//! `pgbench` on the region's own server: the peer of what a service does in its database.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::harness::RegionUnderTest;

/// Clients; 4, 8 and 16 differ little on two cores.
const CLIENTS: &str = "8";

/// Transactions per second of a script, its statements prepared once, as this service's runtime role and with the settings of a
/// service's session.
///
/// # Errors
/// When pgbench is missing or a statement fails.
pub async fn per_second(
    region: &RegionUnderTest,
    service: &str,
    database: &str,
    script: &Path,
    variables: &[String],
    time: Duration,
) -> anyhow::Result<f64> {
    let postgres = region.local.postgres().context("the region has a PostgreSQL of its own")?;
    // The path of the search may hold a link to the server alone; its tools stand beside the server itself.
    let server = local::packages::Machine::look().postgres()?.program("postgres");
    let mut command = tokio::process::Command::new(std::fs::canonicalize(server)?.with_file_name("pgbench"));
    command.env("PGOPTIONS", "-c jit=off -c plan_cache_mode=force_generic_plan");
    command.args(["-n", "-M", "prepared", "-c", CLIENTS, "-j", "1", "-h", "127.0.0.1"]);
    command.args(["-U", &format!("{service}_runtime"), "-p", &postgres.port().to_string()]);
    command.args(["-T", &time.as_secs().max(1).to_string()]);
    for variable in variables {
        command.args(["-D", variable]);
    }
    let output = command.arg("-f").arg(script).arg(database).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find(|line| line.starts_with("tps = ")).context("pgbench printed no tps")?;
    Ok(line.split_whitespace().nth(2).context("no figure")?.parse()?)
}
