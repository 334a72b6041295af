//! Containers without a daemon: buildah builds, podman runs. Their storage is in the target folder, apart from what the machine has.

mod bases;
mod image;
mod region;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::Command;

use crate::program::Said;

pub use bases::Bases;
pub use image::{BuiltImage, build, load};
pub use region::ContainerRegion;

/// What Debian has of it, by packages: where a package holds a program, a program of the package's name.
pub const PACKAGES: [&str; 10] = [
    "buildah",
    "catatonit",
    "conmon",
    "dnsmasq-base",
    "golang-github-containernetworking-plugin-dnsname",
    "mmdebstrap",
    "podman",
    "python3-venv",
    "runc",
    "uidmap",
];

/// How long a step may take; a build of the image is the longest.
const LONGEST: Duration = Duration::from_mins(45);

/// podman-compose and what it needs, with exactly these versions.
const COMPOSE: [&str; 3] = ["podman-compose==1.6.0", "python-dotenv==1.2.4", "PyYAML==6.0.3"];

/// Where images and containers are, and how programs are told.
#[derive(Debug, Clone)]
pub struct Containers {
    folder: PathBuf,
}

impl Containers {
    /// Opens the storage in the target folder; makes podman-compose's environment when it is not there.
    ///
    /// # Errors
    /// When a file cannot be written or a package cannot be had.
    pub async fn open(target: &Path) -> anyhow::Result<Self> {
        let containers = Self { folder: target.join("cluster-containers") };
        fs::create_dir_all(containers.folder.join("run"))?;
        let at = |part: &str| containers.folder.join(part).display().to_string();
        let storage = format!(
            "[storage]\ndriver = \"overlay\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n",
            at("storage"),
            at("run")
        );
        fs::write(containers.folder.join("storage.conf"), storage)?;
        // Without the right to raise limits, and on machines with both kinds of control groups, the defaults are refused.
        let engine = "[containers]\ndefault_ulimits = [\"nofile=20000:20000\", \"nproc=4096:4096\"]\n\n[engine]\nruntime = \"runc\"\n";
        fs::write(containers.folder.join("containers.conf"), engine)?;
        fs::write(
            containers.folder.join("policy.json"),
            "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}\n",
        )?;
        containers.compose_environment().await?;
        containers.clear().await?;
        Ok(containers)
    }

    async fn compose_environment(&self) -> anyhow::Result<()> {
        let venv = self.folder.join("compose");
        let done = venv.join("versions");
        let versions = COMPOSE.join("\n");
        if fs::read_to_string(&done).is_ok_and(|found| found == versions) {
            return Ok(());
        }
        let path = venv.display().to_string();
        self.run("python3", &["-m", "venv", "--clear", &path]).await?.good("an environment of Python")?;
        let pip = venv.join("bin/pip").display().to_string();
        let mut arguments = vec!["install", "--quiet", "--no-deps", "--only-binary=:all:"];
        arguments.extend(COMPOSE);
        self.run(&pip, &arguments).await?.good("podman-compose")?;
        fs::write(done, versions)?;
        Ok(())
    }

    /// Runs a program to its end with our storage.
    ///
    /// # Errors
    /// When it does not start or does not end.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> anyhow::Result<Said> {
        self.run_with(program, arguments, &[]).await
    }

    /// The same with variables.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with(
        &self,
        program: &str,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> anyhow::Result<Said> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("CONTAINERS_CONF", self.folder.join("containers.conf"))
            .env("CONTAINERS_STORAGE_CONF", self.folder.join("storage.conf"))
            .env("STORAGE_DRIVER", "overlay")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(LONGEST, command.output())
            .await
            .with_context(|| format!("{program} does not end"))?
            .with_context(|| format!("{program} does not start"))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Said { well: output.status.success(), out: text(output.stdout), err: text(output.stderr) })
    }

    /// What podman says.
    ///
    /// # Errors
    /// With what it said when it did not end well.
    pub async fn podman(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let what = arguments.first().copied().unwrap_or_default();
        self.run("podman", arguments).await?.good(&format!("podman {what}"))
    }

    /// Removes every container of ours with its data and networks, also those that an earlier run left when it was cut off.
    ///
    /// # Errors
    /// With what podman said.
    pub async fn clear(&self) -> anyhow::Result<()> {
        self.podman(&["rm", "--all", "--force", "--volumes", "--time", "1"]).await?;
        self.podman(&["volume", "prune", "--force"]).await?;
        self.podman(&["network", "prune", "--force"]).await?;
        Ok(())
    }

    /// What buildah says.
    ///
    /// # Errors
    /// With what it said when it did not end well.
    pub async fn buildah(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let what = arguments.first().copied().unwrap_or_default();
        self.run("buildah", arguments).await?.good(&format!("buildah {what}"))
    }

    /// Whether there is an image of this name.
    ///
    /// # Errors
    /// When buildah does not start.
    pub async fn has_image(&self, name: &str) -> anyhow::Result<bool> {
        Ok(self.run("buildah", &["inspect", "--type", "image", name]).await?.well)
    }

    /// Path of podman-compose.
    pub fn compose_program(&self) -> String {
        self.folder.join("compose/bin/podman-compose").display().to_string()
    }

    /// A folder of ours.
    pub fn folder(&self, part: &str) -> PathBuf {
        self.folder.join(part)
    }
}

/// Why this machine cannot run containers, if it cannot.
pub fn unavailable() -> Option<&'static str> {
    let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    (!root).then_some("containers need root here: run it with sudo, or leave tier 4 to the machine of continuous integration")
}

/// Text of a file that must be there.
fn read(path: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if text.is_empty() {
        bail!("{} is empty", path.display());
    }
    Ok(text)
}
