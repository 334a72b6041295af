//! The region of a walk: its own temporary data, never those of a kept region.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use local::postgres::Profile;
use local::region_run::{LocalRegion, RegionOptions, RegionState};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::DevArgs;
use crate::commands::{Progressing, build_programs};
use crate::failure::{Failure, Outcome};
use crate::place::{needed_checkout, programs};
use crate::terminal::Terminal;

/// A running region and the folder it goes with.
pub struct WalkRegion {
    region: LocalRegion,
    folder: TempDir,
}

/// Provisions, builds and starts; durable, as a real region is.
pub async fn start(arguments: &DevArgs, region: &str, terminal: &Terminal) -> Outcome<WalkRegion> {
    let checkout = needed_checkout()?;
    let programs = programs()?;
    let progressing = Progressing::new(terminal);
    local::packages::install(&[], arguments.yes, &progressing.progress()).await?;
    if !arguments.no_build {
        build_programs(&checkout, terminal).await?;
    }
    // PostgreSQL runs as another user under root, and has to pass through.
    let folder = tempfile::Builder::new()
        .prefix("bondgenoot-walk-")
        .permissions(Permissions::from_mode(0o711))
        .tempdir()?;
    let region_file = checkout.join("deploy/regions").join(region).join("region.toml");
    let people = region_file.with_file_name("demo-people.toml");
    let mut options = RegionOptions::new(folder.path().join("region"), region_file, people, programs)
        .for_tests(Profile::Durable)
        .with_business_clock();
    options.progress = progressing.progress();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let region = tokio::select! {
        started = Box::pin(LocalRegion::start(options)) => started?,
        // What was started is killed when the start is dropped.
        _ = terminate.recv() => return Err(Failure::new("stopped")),
        _ = interrupt.recv() => return Err(Failure::new("stopped")),
    };
    terminal.wait_over();
    Ok(WalkRegion { region, folder })
}

impl WalkRegion {
    /// Where everything is.
    pub fn state(&self) -> local::Result<RegionState> {
        self.region.state()
    }

    /// Stops everything and removes the folder; keeps the logs, and says where, when they are wanted.
    pub async fn stop(self, keep_logs: bool, terminal: &Terminal) -> Outcome<Option<PathBuf>> {
        let stopped = Box::pin(self.region.stop()).await;
        terminal.wait_over();
        let kept = keep_logs.then(|| self.folder.keep().join("region/logs"));
        stopped?;
        Ok(kept)
    }
}
