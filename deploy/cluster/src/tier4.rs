//! Tier 4: the image, and a region of containers of it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use local::Progress;
use local::region_run::Service;
use serde_json::Value;
use tokio::time::Instant;

use crate::containers::{self, Bases, BuiltImage, ContainerRegion, Containers, PACKAGES};
use crate::report::{Report, seconds};
use crate::scaling;
use crate::{repository, target};

/// How long each step may take at most; several times what it takes on two cores.
const BASES: Duration = Duration::from_mins(12);
const BUILD: Duration = Duration::from_mins(40);
const SHORT: Duration = Duration::from_mins(1);
const START: Duration = Duration::from_mins(6);
const WALK: Duration = Duration::from_mins(4);
/// An image that grows beyond it carries what a region does not run: every program is some 20 MB.
const LARGEST: u64 = 350_000_000;

/// What to run.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Builds the image a second time from nothing and compares.
    pub full: bool,
    /// Installs missing packages without asking.
    pub yes: bool,
}

/// Runs all of it; what needs a step that failed is not run and counts as not run.
pub async fn run(report: &mut Report, wanted: Wanted) {
    report.heading("tier 4: containers");
    if let Some(why) = containers::unavailable() {
        report.cannot("tier 4", why);
        return;
    }
    if let Err(error) = local::packages::install(&PACKAGES, wanted.yes, &Progress::silent()).await {
        report.cannot("tier 4", &error.to_string());
        return;
    }
    let (checkout, target) = (repository(), target());
    let (checkout, target) = (checkout.as_path(), target.as_path());
    let opened = report.check("podman-compose is there", BASES, Containers::open(target)).await;
    let Some(containers) = opened else { return };
    let made = report.check("bases are made from Debian's packages", BASES, Bases::make(&containers)).await;
    let Some(bases) = made else { return };
    let begun = Instant::now();
    let given = std::env::var_os("CLUSTER_IMAGE").filter(|archive| !archive.is_empty());
    let built = if let Some(archive) = given {
        report.note("the image is that of CLUSTER_IMAGE; none is built");
        let load = containers::load(&containers, Path::new(&archive));
        report.check("the image is taken from its archive", BUILD, load).await
    } else {
        let build = containers::build(&containers, &bases, checkout, false);
        report.check("the image is built as docker/Dockerfile says", BUILD, build).await
    };
    let Some(image) = built else { return };
    report.note(&format!("image: {} MB, in {}", image.bytes / 1_000_000, seconds(begun.elapsed())));
    image_holds(report, &containers, &image).await;
    let start = ContainerRegion::start(&containers, &bases, checkout, "waasland");
    if let Some(region) = report.check("a region of containers starts", START, start).await {
        plays(report, &region).await;
        report.check("and goes, with its data", SHORT * 3, region.stop()).await;
    }
    if wanted.full {
        let again = async {
            let second = containers::build(&containers, &bases, checkout, true).await?;
            ensure!(second.id == image.id, "{} is not {}", second.id, image.id);
            Ok(())
        };
        report.check("the image built again is the same to the bit", BUILD, again).await;
    }
}

async fn image_holds(report: &mut Report, containers: &Containers, image: &BuiltImage) {
    report
        .check("the image runs as nobody and says where it comes from", SHORT, async {
            image.check_configuration()
        })
        .await;
    let content = image.check_content(containers);
    report.check("it holds the programs with their parts, and no shell", SHORT, content).await;
    let small = async {
        ensure!(image.bytes < LARGEST, "it has {} bytes", image.bytes);
        Ok(())
    };
    report.check("it is not larger than it has to be", SHORT, small).await;
    let help = async {
        let said = image.run(containers, &["bondgenoot", "--help"]).await?;
        ensure!(said.contains("Usage"), "it says {said}");
        Ok(())
    };
    report.check("a program runs with nothing to write on and no right", SHORT, help).await;
}

async fn plays(report: &mut Report, region: &ContainerRegion) {
    let memory = region.memory().await;
    let walk = async {
        let mut told = |_: &str| {};
        bondgenoot::walk::play(region.state(), &mut told)
            .await
            .map_err(|trouble| anyhow::anyhow!("{trouble}"))
    };
    report.check("people play the walk against it", WALK, walk).await;
    let status = async {
        let screen = region.status().await?;
        let services = screen.get("services").and_then(Value::as_array).context("it shows no service")?;
        let silent = services.iter().filter(|service| service.get("ready") != Some(&Value::Bool(true)));
        let silent: Vec<&Value> = silent.collect();
        ensure!(services.len() == Service::ALL.len() && silent.is_empty(), "not ready: {silent:?}");
        let answered = services.iter().filter(|service| service.get("build").is_some_and(Value::is_string));
        ensure!(answered.count() == Service::ALL.len() - 1, "who does not tell operators: {services:?}");
        Ok(())
    };
    report.check("`bondgenoot status` in the container of operations sees all of it", SHORT, status).await;
    match memory {
        Ok(memory) => {
            let of: Vec<String> = memory
                .iter()
                .map(|(name, bytes)| format!("{} {} MB", last_part(name), bytes / 1_000_000))
                .collect();
            report.note(&format!("idle memory: {}", of.join(", ")));
        }
        Err(error) => report.note(&format!("idle memory is not known: {error:#}")),
    }
    scaling::run(report, region).await;
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('_').map_or(name, |(rest, _)| rest.rsplit_once('_').map_or(rest, |(_, service)| service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_called_by_its_service() {
        assert_eq!(last_part("bondgenoot-0a1b_trajectory_2"), "trajectory");
        assert_eq!(last_part("alone"), "alone");
    }
}
