//! `bondgenoot dev`: a region on this machine, for development.

use std::path::{Path, PathBuf};

use local::issuer::DemoPeople;
use local::region_run::{GivenBroker, IssuerMode, LocalRegion, PortPlan, RegionOptions, RegionState};
use region::Region;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use super::{Progressing, build_programs};
use crate::cli::{DevArgs, Place};
use crate::failure::{Exit, Failure, Outcome};
use crate::place::{checkout, data_folder, programs, waasland};
use crate::terminal::{Style, Terminal};

/// Starts a region, tells where it is, and stops it at Ctrl-C or SIGTERM.
pub async fn run(place: &Place, arguments: &DevArgs, terminal: &Terminal) -> Outcome {
    let folder = data_folder(place)?;
    if let Some(running) = RegionState::read(&folder)? {
        return Err(Failure::new(format!("a region runs from {} already", folder.display()))
            .because(format!("process {} started it", running.supervisor.pid))
            .effect(format!("its door is {}", running.public_url))
            .next("bondgenoot status, or another one beside it: cargo dev --data DIR"));
    }
    // Asked before anything is built: a running program that is replaced no longer knows its own path.
    let (this, programs) = (std::env::current_exe()?, programs()?);
    let region_file = region_file(arguments)?;
    let region = load(&region_file)?;
    let progressing = Progressing::new(terminal);
    if arguments.postgres.is_none() {
        local::packages::install(&[], arguments.yes, &progressing.progress()).await?;
    }
    if let (Some(checkout), false) = (checkout(), arguments.no_build) {
        build_programs(&checkout, terminal).await?;
    }
    let mut signals = Signals::new()?;
    let begun = Instant::now();
    let mut options = options(&folder, &region_file, &programs, arguments, &region)?;
    options.issuer =
        IssuerMode::Process { program: this, arguments: vec!["issuer".to_owned(), "--settings".to_owned()] };
    options.progress = progressing.progress();
    let running = tokio::select! {
        started = Box::pin(LocalRegion::start(options)) => started?,
        // What was started so far is killed when the start is dropped.
        () = signals.next() => return Err(Failure::new("stopped before the region was ready")),
    };
    terminal.wait_over();
    banner(&running.state()?, &region, begun.elapsed().as_millis(), terminal);
    signals.next().await;
    terminal.talk("stopping; once more to stop at once");
    let stopped = tokio::select! {
        stopped = Box::pin(running.stop()) => stopped,
        () = signals.next() => Ok(()),
    };
    terminal.wait_over();
    stopped?;
    Ok(Exit::Ok)
}

/// Ctrl-C and SIGTERM.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Outcome<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn region_file(arguments: &DevArgs) -> Outcome<PathBuf> {
    let given = arguments.region.clone().or_else(|| checkout().map(|checkout| waasland(&checkout)));
    let file = given.ok_or_else(|| {
        Failure::usage("there is no checkout, so no region file is known").next("give one with --region FILE")
    })?;
    Ok(std::path::absolute(if file.is_dir() { file.join("region.toml") } else { file })?)
}

fn load(file: &Path) -> Outcome<Region> {
    let region = region::load(file).map_err(|report| {
        Failure::new(format!("the region file {} has {} mistakes", file.display(), report.mistakes.len()))
            .because(report.to_string())
            .effect("no service would start with it")
            .next(format!("bondgenoot region check {}", file.display()))
    })?;
    if region.demo {
        return Ok(region);
    }
    Err(Failure::refused(format!("{} is a region with real people", region.name))
        .because("`dev` lets anybody sign in as anybody, so it takes regions with demo = true only")
        .next("give a region file with demo = true"))
}

fn options(
    folder: &Path,
    region_file: &Path,
    programs: &Path,
    arguments: &DevArgs,
    region: &Region,
) -> Outcome<RegionOptions> {
    let people = region_file.with_file_name("demo-people.toml");
    if !people.is_file() {
        return Err(Failure::usage(format!("there is no {}", people.display()))
            .effect("nobody could sign in")
            .next("write one like deploy/regions/waasland/demo-people.toml"));
    }
    let mut options = RegionOptions::new(folder, region_file, people, programs);
    options.ports = PortPlan::From(arguments.port);
    options.fresh = arguments.fresh;
    options.vhost = region.code.to_string();
    options.postgres.clone_from(&arguments.postgres);
    if let Some(amqp) = &arguments.amqp {
        let management_url = match &arguments.management {
            Some(given) => given.clone(),
            None => management_beside(amqp)?,
        };
        options.broker = Some(GivenBroker { amqp_url: amqp.clone(), management_url });
        // A given server may be shared: names that nothing else has.
        options.database_prefix = format!("bondgenoot_{}_", region.code.as_str().replace('-', "_"));
        options.vhost = format!("bondgenoot-{}", region.code);
    }
    if arguments.fresh {
        // The played time belongs to the data that are thrown away. None there is fine.
        let _ = std::fs::remove_file(RegionOptions::clock_file(folder));
    }
    Ok(options.with_business_clock())
}

/// The management API as it usually is: on the host of the broker, port 15672, with the same user.
fn management_beside(amqp: &str) -> Outcome<String> {
    let wrong = || {
        Failure::usage("the address given with --amqp is none").next("--amqp amqp://user:password@host:5672/")
    };
    let url: reqwest::Url = amqp.parse().map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    let user = if url.username().is_empty() { "guest" } else { url.username() };
    Ok(format!("http://{user}:{}@{host}:15672", url.password().unwrap_or("guest")))
}

fn banner(state: &RegionState, region: &Region, took_ms: u128, terminal: &Terminal) {
    let door = state.public_url.trim_end_matches('/');
    let people = DemoPeople::of_file(&state.region_file.with_file_name("demo-people.toml"));
    let title = format!("Bondgenoot {} · {}", env!("CARGO_PKG_VERSION"), region.name);
    terminal.data("");
    terminal.data(&terminal.style(Style::Heading, &title));
    terminal.data("For development only: everybody in it is invented, and anybody can sign in as anybody.");
    terminal.data("");
    terminal.data(&format!("  Door      {door}"));
    terminal.data(&format!("  API       {door}/api/openapi.json"));
    terminal.data(&format!("  Sign in   {door}/sign-in   as one of"));
    if let Ok(people) = people {
        let width = people.people.iter().map(|person| person.login.chars().count()).max().unwrap_or_default();
        for person in &people.people {
            terminal.data(&format!("              {:<width$}  {}", person.login, person.about));
        }
    }
    terminal.data(&format!("  Logs      {}", state.folder.join("logs").display()));
    terminal.data(&format!("  Data      {}, kept until --fresh", state.folder.display()));
    terminal.data("  Look      bondgenoot check, bondgenoot status");
    terminal.data("  Stop      Ctrl-C");
    terminal.data("");
    terminal.data(&format!("  ready in {}.{} s", took_ms / 1000, took_ms % 1000 / 100));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_management_api_is_found_beside_the_broker() {
        assert_eq!(
            management_beside("amqp://me:secret@broker:5673/x").unwrap(),
            "http://me:secret@broker:15672"
        );
        assert_eq!(management_beside("amqp://broker").unwrap(), "http://guest:guest@broker:15672");
        assert_eq!(management_beside("broker").unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_region_with_real_people_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let waasland = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland");
        let text = std::fs::read_to_string(waasland.join("region.toml")).unwrap();
        std::fs::create_dir(folder.path().join("programmes")).unwrap();
        let programme = "programmes/waasland-esf.toml";
        std::fs::copy(waasland.join(programme), folder.path().join(programme)).unwrap();
        let file = folder.path().join("region.toml");
        std::fs::write(&file, text.replace("demo = true", "demo = false")).unwrap();

        assert_eq!(load(&file).unwrap_err().exit, Exit::Refused);
    }
}
