//! A region of `docker/compose.yaml`: the product, PostgreSQL and RabbitMQ in containers, on ports and with secrets of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use local::ports::Port;
use local::processes::Identity;
use local::region_run::{RegionState, Service, ServiceState};
use local::secrets::RegionSecrets;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{Bases, Containers, read};

/// Whom the containers run as, the user of the image.
const NOBODY: u32 = 65532;
/// The port for probes and metrics of every container.
const HEALTH: u16 = 7200;
/// Until all of a region is ready: RabbitMQ alone takes some ten seconds.
const READY: Duration = Duration::from_mins(4);
/// Where containers see the file with business time.
const CLOCK: &str = "/run/bondgenoot-clock";

/// A running region.
#[derive(Debug)]
pub struct ContainerRegion {
    containers: Containers,
    project: String,
    files: Vec<String>,
    environment: Vec<(String, String)>,
    state: RegionState,
    folder: TempDir,
}

impl ContainerRegion {
    /// Makes its secrets and brings it up; gives it when every service is ready.
    ///
    /// # Errors
    /// With what podman-compose said, or the last lines of whoever is not ready. What was started is taken down.
    pub async fn start(
        containers: &Containers,
        bases: &Bases,
        checkout: &Path,
        region: &str,
    ) -> anyhow::Result<Self> {
        let this = Self::prepare(containers, bases, checkout, region)?;
        let started = async {
            this.compose(&["up", "-d"]).await?;
            this.wait_until_ready().await
        };
        if let Err(error) = started.await {
            let logs = this.last_lines().await;
            this.stop().await?;
            return Err(error.context(logs));
        }
        Ok(this)
    }

    fn prepare(
        containers: &Containers,
        bases: &Bases,
        checkout: &Path,
        region: &str,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("bondgenoot-containers-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()?;
        let at = |part: &str| folder.path().join(part);
        RegionSecrets::make(&at("secrets"), region, Some(NOBODY))?;
        fs::create_dir(at("clock"))?;
        fs::set_permissions(at("clock"), fs::Permissions::from_mode(0o755))?;
        // Let go again when all five are known; whoever takes one meanwhile makes the start fail, and nothing else.
        let claimed = [Port::any()?, Port::any()?, Port::any()?, Port::any()?, Port::any()?];
        let [door, sign_in, postgres, amqp, management] = claimed.each_ref().map(Port::number);
        drop(claimed);
        let issuer = issuer(&read(&checkout.join("docker/compose/issuer.json"))?, door, sign_in)?;
        local::files::write_readable(&at("issuer.json"), issuer.as_bytes())?;
        let clock = with_clock(&at("clock"));
        local::files::write_readable(&at("clock.yaml"), clock.as_bytes())?;
        let secrets = RegionSecrets::of_folder(&at("secrets"));
        let superuser = read(&secrets.postgres_password_file())?;
        let variables = [
            ("REGION", region.to_owned()),
            ("VHOST", region.to_owned()),
            ("BONDGENOOT_SECRETS", at("secrets").display().to_string()),
            ("BONDGENOOT_USER", format!("{NOBODY}:{NOBODY}")),
            ("ISSUER_SETTINGS", at("issuer.json").display().to_string()),
            ("POSTGRES_IMAGE", bases.postgres.clone()),
            ("RABBITMQ_IMAGE", bases.rabbitmq.clone()),
            ("DOOR_PORT", door.to_string()),
            ("SIGN_IN_PORT", sign_in.to_string()),
            ("POSTGRES_PORT", postgres.to_string()),
            ("AMQP_PORT", amqp.to_string()),
            ("MANAGEMENT_PORT", management.to_string()),
        ];
        let broker = secrets.password(local::secrets::Password::Broker)?;
        let keys = secrets.keys();
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let state = RegionState {
            supervisor: Identity::of(std::process::id()).context("this process is not in /proc")?,
            folder: at("clock"),
            region_file: checkout.join("deploy/regions").join(region).join("region.toml"),
            public_url: format!("http://localhost:{door}"),
            issuer_url: format!("http://localhost:{sign_in}"),
            postgres_url: format!("postgres://postgres:{superuser}@127.0.0.1:{postgres}/postgres"),
            amqp_url: format!("amqp://bondgenoot:{broker}@127.0.0.1:{amqp}/{region}"),
            management_url: format!("http://bondgenoot:{broker}@127.0.0.1:{management}"),
            vhost: region.to_owned(),
            caller_keys_file: keys.join("caller-keys.json"),
            operator_key_file: keys.join("operator-signing.pem"),
            operator_key_id: String::new(),
            services: Service::ALL
                .into_iter()
                .map(|service| {
                    let state = ServiceState {
                        address: nowhere,
                        health: nowhere,
                        database_url: Some(format!("postgres://127.0.0.1:{postgres}/{service}")),
                        log: PathBuf::new(),
                    };
                    (service.to_string(), state)
                })
                .collect(),
        };
        Ok(Self {
            containers: containers.clone(),
            project: format!("bondgenoot-{}", hex::encode(rand_word())),
            files: vec![
                checkout.join("docker/compose.yaml").display().to_string(),
                at("clock.yaml").display().to_string(),
            ],
            environment: variables.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            state,
            folder,
        })
    }

    /// What the walk has to know of it.
    pub const fn state(&self) -> &RegionState {
        &self.state
    }

    /// Runs podman-compose on it.
    ///
    /// # Errors
    /// With what it said.
    pub async fn compose(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut all = vec!["--project-name", self.project.as_str()];
        for file in &self.files {
            all.extend(["-f", file.as_str()]);
        }
        all.extend(["--profile", "app"]);
        all.extend(arguments);
        let program = self.containers.compose_program();
        self.containers.run_with(&program, &all, &self.environment).await?.good("podman-compose")
    }

    /// The running containers of a service by name, with where each shows its health.
    ///
    /// # Errors
    /// When podman does not say.
    pub async fn running(&self, service: &str) -> anyhow::Result<BTreeMap<String, SocketAddr>> {
        let project = format!("label=io.podman.compose.project={}", self.project);
        let name = format!("label=com.docker.compose.service={service}");
        let ids = self.containers.podman(&["ps", "--quiet", "--filter", &project, "--filter", &name]).await?;
        let mut found = BTreeMap::new();
        for id in ids.split_whitespace() {
            let text = self.containers.podman(&["inspect", id]).await?;
            let all: Vec<Value> = serde_json::from_str(&text)?;
            let one = all.first().context("podman inspect gave nothing")?;
            let name = one.get("Name").and_then(Value::as_str).context("a container without a name")?;
            let networks = one.pointer("/NetworkSettings/Networks").and_then(Value::as_object);
            let address = networks
                .and_then(|all| all.values().find_map(|network| network.get("IPAddress")?.as_str()))
                .and_then(|text| text.parse::<Ipv4Addr>().ok());
            let Some(address) = address else { bail!("{name} has no address") };
            found.insert(name.to_owned(), SocketAddr::from((address, HEALTH)));
        }
        Ok(found)
    }

    /// What `bondgenoot status --json` prints, run in the container of operations.
    ///
    /// # Errors
    /// With what podman or the command said; a finding is none.
    pub async fn status(&self) -> anyhow::Result<Value> {
        let found = self.running("operations").await?;
        let (name, _) = found.first_key_value().context("operations does not run")?;
        let said = self.containers.run("podman", &["exec", name, "bondgenoot", "status", "--json"]).await?;
        serde_json::from_str(&said.out).with_context(|| format!("it says {}{}", said.out, said.err))
    }

    /// Asks a container to end, gives it the time a pod has, and removes it; podman-compose itself never lets one go when it
    /// scales down.
    ///
    /// # Errors
    /// With what podman said.
    pub async fn remove(&self, name: &str) -> anyhow::Result<()> {
        self.containers.podman(&["stop", "--time", "30", name]).await?;
        self.containers.podman(&["rm", name]).await?;
        Ok(())
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let until = Instant::now() + READY;
        for service in Service::ALL {
            // The gateway has the network of the issuer.
            let of = if service == Service::Gateway { "issuer" } else { service.name() };
            loop {
                let at = self.running(of).await?;
                let mut ready = !at.is_empty();
                for health in at.values() {
                    ready &= is_ready(*health).await;
                }
                if ready {
                    break;
                }
                ensure!(Instant::now() < until, "{service} is not ready after {} s", READY.as_secs());
                sleep(Duration::from_millis(500)).await;
            }
        }
        Ok(())
    }

    /// Memory of every running container in bytes, by name: its share of what processes share counted once (PSS).
    ///
    /// # Errors
    /// When podman does not say, or a process went.
    pub async fn memory(&self) -> anyhow::Result<BTreeMap<String, u64>> {
        let project = format!("label=io.podman.compose.project={}", self.project);
        let format = "{{.Pid}} {{.Names}}";
        let text = self.containers.podman(&["ps", "--filter", &project, "--format", format]).await?;
        let mut all = BTreeMap::new();
        for line in text.lines() {
            let (pid, name) = line.split_once(' ').context("a line without a name")?;
            let mut bytes = 0;
            for process in with_children(pid.parse()?)? {
                bytes += shared_once(process)?;
            }
            all.insert(name.to_owned(), bytes);
        }
        Ok(all)
    }

    async fn last_lines(&self) -> String {
        let project = format!("label=io.podman.compose.project={}", self.project);
        let format = "{{.Names}}\t{{.Status}}";
        let list = self
            .containers
            .podman(&["ps", "--all", "--filter", &project, "--format", format])
            .await
            .unwrap_or_default();
        let mut text = String::new();
        for line in list.lines() {
            let (name, status) = line.split_once('\t').unwrap_or((line, ""));
            let _ = writeln!(text, "{name}: {status}");
            if !status.starts_with("Exited (0)")
                && let Ok(said) = self.containers.run("podman", &["logs", "--tail", "4", name]).await
            {
                text.push_str(&said.out);
                text.push_str(&said.err);
            }
        }
        text
    }

    /// Stops and removes everything of it, with its data.
    ///
    /// # Errors
    /// With what podman-compose said.
    pub async fn stop(self) -> anyhow::Result<()> {
        let down = self.compose(&["down", "--volumes", "--timeout", "20"]).await;
        // It forgets those that a service was scaled to.
        let rest = self.containers.clear().await;
        self.folder.close()?;
        down?;
        rest
    }
}

/// Whether somebody says at this address that it is ready.
async fn is_ready(health: SocketAddr) -> bool {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build();
    let Ok(client) = client else { return false };
    client
        .get(format!("http://{health}/readyz"))
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

/// The settings of the issuer for other ports.
fn issuer(settings: &str, door: u16, sign_in: u16) -> anyhow::Result<String> {
    let mut settings: Value = serde_json::from_str(settings)?;
    let all = settings.as_object_mut().context("the settings of the issuer are no object")?;
    for (key, value) in [
        ("address", json!(format!("0.0.0.0:{sign_in}"))),
        ("url", json!(format!("http://localhost:{sign_in}"))),
        ("redirect_origins", json!([format!("http://localhost:{door}")])),
    ] {
        let old = all.insert(key.to_owned(), value);
        ensure!(old.is_some(), "the settings of the issuer have no {key}");
    }
    Ok(settings.to_string())
}

/// A file for compose that lets business time be set.
fn with_clock(folder: &Path) -> String {
    let services: serde_json::Map<String, Value> = Service::ALL
        .into_iter()
        .map(|service| {
            let setting = format!("{}_REGION__CLOCK_FILE", service.name().to_uppercase());
            let with = json!({
                "environment": { setting: format!("{CLOCK}/clock-offset") },
                "volumes": [format!("{}:{CLOCK}:ro", folder.display())],
            });
            (service.to_string(), with)
        })
        .collect();
    // JSON is YAML.
    json!({ "services": services }).to_string()
}

fn rand_word() -> [u8; 4] {
    (std::process::id() ^ std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.subsec_nanos())).to_be_bytes()
}

fn with_children(process: u32) -> anyhow::Result<Vec<u32>> {
    let mut all = vec![process];
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        next += 1;
        for thread in fs::read_dir(format!("/proc/{parent}/task"))? {
            let children = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    Ok(all)
}

fn shared_once(process: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss in smaps_rollup")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_of_compose_moves_to_other_ports_and_keeps_the_rest() {
        let committed = include_str!("../../../../docker/compose/issuer.json");
        let moved: Value = serde_json::from_str(&issuer(committed, 9000, 9001).unwrap()).unwrap();
        let before: Value = serde_json::from_str(committed).unwrap();

        assert_eq!(moved["url"], "http://localhost:9001");
        assert_eq!(moved["redirect_origins"], json!(["http://localhost:9000"]));
        assert_eq!(moved["client_secret_file"], before["client_secret_file"]);
        assert!(issuer("{}", 1, 2).is_err());
    }

    #[test]
    fn this_process_has_memory() {
        let own = std::process::id();
        assert!(with_children(own).unwrap().contains(&own));
        assert!(shared_once(own).unwrap() > 100_000);
    }
}
