//! A region of real processes on real servers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;

use anyhow::Context as _;
use chassis::id::IdGenerator;
use local::postgres::Profile;
use local::region_run::{GivenBroker, LocalRegion, RegionOptions, Service};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tempfile::TempDir;
use testkit::guard;

use crate::ledger::Ledger;

/// What a region under test is made of.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The folder of the region below `deploy/regions`.
    pub region: &'static str,
    /// A broker of its own, which may be killed; else a vhost on the broker of the test run.
    pub own_broker: bool,
    /// What a commit means on its own PostgreSQL.
    pub profile: Profile,
    /// Services that run.
    pub services: Vec<Service>,
    /// Which of them run as two processes (`intake` and `intake-2`) that their callers both know.
    pub doubled: Vec<Service>,
}

impl Setup {
    /// Durable PostgreSQL of its own, a vhost on the shared broker, all services.
    pub fn durable() -> Self {
        Self {
            region: "waasland",
            own_broker: false,
            profile: Profile::Durable,
            services: Service::ALL.to_vec(),
            doubled: Vec::new(),
        }
    }

    /// As [`durable`](Self::durable), with a broker of its own.
    pub fn with_own_broker() -> Self {
        Self { own_broker: true, ..Self::durable() }
    }

    /// Another region than Waasland.
    #[must_use]
    pub fn of_region(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    /// With two processes of this service.
    #[must_use]
    pub fn twice(mut self, service: Service) -> Self {
        self.doubled.push(service);
        self
    }

    /// Only what a referral needs to become a figure.
    #[must_use]
    pub fn without_operations(mut self) -> Self {
        self.services.retain(|service| *service != Service::Operations);
        self
    }
}

/// A running region with its ledger. Dropping it kills everything it started.
#[derive(Debug)]
pub struct RegionUnderTest {
    /// The processes.
    pub local: LocalRegion,
    /// Its vhost.
    pub vhost: String,
    /// The write ledger.
    pub ledger: Arc<Ledger>,
    failpoints: BTreeMap<Service, PathBuf>,
    folder: TempDir,
    /// Ends the servers when we are killed.
    guard: Child,
}

/// The folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder with the programs of this build.
pub fn programs() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().context("an executable stands in a folder")?;
    let folder =
        if folder.ends_with("deps") { folder.parent().context("deps stands in a folder")? } else { folder };
    for service in Service::ALL {
        refuse_stale(&folder.join(service.name()))?;
    }
    Ok(folder.to_owned())
}

/// One of the programs of this build, such as `bondgenoot`.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let program = programs()?.join(name);
    refuse_stale(&program)?;
    Ok(program)
}

/// Runs a program to its end, with nothing in its environment but this. Gives its exit code with what it printed on both.
///
/// # Errors
/// When it cannot be started, or does not end within 30 s.
pub async fn run_program(
    name: &str,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<(Option<i32>, String)> {
    let mut command = tokio::process::Command::new(program(name)?);
    command.args(arguments).env_clear().envs(environment).current_dir(repository()).kill_on_drop(true);
    let run = tokio::time::timeout(std::time::Duration::from_secs(30), command.output());
    let output = run.await.with_context(|| format!("{name} {arguments:?} does not end"))??;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8_lossy(&text).into_owned()))
}

/// Refuses a program that is missing or older than a source it was built from.
fn refuse_stale(program: &Path) -> anyhow::Result<()> {
    let remedy = "run `cargo build --workspace --bins` (with `--release` for benchmarks) first";
    let built = std::fs::metadata(program)
        .and_then(|metadata| metadata.modified())
        .with_context(|| format!("{} is missing; {remedy}", program.display()))?;
    // Cargo writes beside each program which files it was built from.
    let list = std::fs::read_to_string(program.with_extension("d"))
        .with_context(|| format!("{}.d is missing; {remedy}", program.display()))?;
    let sources = list.split_once(": ").map_or("", |(_, sources)| sources);
    for source in sources.split_whitespace().map(Path::new) {
        let changed = std::fs::metadata(source).and_then(|metadata| metadata.modified());
        anyhow::ensure!(
            changed.is_ok_and(|changed| changed <= built),
            "{} is older than {}; {remedy}",
            program.display(),
            source.display()
        );
    }
    Ok(())
}

impl RegionUnderTest {
    /// Starts a region.
    pub async fn start(setup: Setup) -> anyhow::Result<Self> {
        chassis::process::install_tls_provider();
        // PostgreSQL runs as another user under root, and has to pass through.
        let pass = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        let folder =
            tempfile::Builder::new().prefix("bondgenoot-region-under-test-").permissions(pass).tempdir()?;
        let regions = repository().join("deploy/regions").join(setup.region);
        let mut options = RegionOptions::new(
            folder.path().join("data"),
            regions.join("region.toml"),
            regions.join("demo-people.toml"),
            programs()?,
        )
        .for_tests(setup.profile)
        .with_business_clock();
        options.services.clone_from(&setup.services);
        options.doubled.clone_from(&setup.doubled);
        options.vhost = format!("test-{}", IdGenerator.uuid().simple());
        if !setup.own_broker {
            let servers = testkit::servers::servers().await;
            options.broker = Some(GivenBroker {
                amqp_url: servers.amqp_url.clone(),
                management_url: servers.management_url.clone(),
            });
        }
        let mut failpoints = BTreeMap::new();
        for service in setup.services {
            let file = folder.path().join(format!("failpoints-{service}"));
            let environment = options.environment.entry(service).or_default();
            environment.push(("BONDGENOOT_FAILPOINT_FILE".to_owned(), file.display().to_string()));
            failpoints.insert(service, file);
        }
        // Load from one address is what these tests are; limits have tests of their own.
        let gateway = options.environment.entry(Service::Gateway).or_default();
        for name in
            ["ANONYMOUS_POSTS_PER_MINUTE", "ANONYMOUS_POSTS_BURST", "SIGN_INS_PER_MINUTE", "SIGN_INS_BURST"]
        {
            gateway.push((format!("GATEWAY_LIMITS__{name}"), "1000000".to_owned()));
        }
        let vhost = options.vhost.clone();
        let ledger = Arc::new(Ledger::create(&folder.path().join("ledger.jsonl"))?);
        let data = folder.path().join("data");
        let guard = guard::start(&data.join("pids"), folder.path(), &data)?;
        let local = LocalRegion::start(options).await.context("the region does not start")?;
        Ok(Self { local, vhost, ledger, failpoints, folder, guard })
    }

    /// Where browsers go.
    pub fn url(&self) -> anyhow::Result<String> {
        Ok(self.local.state()?.public_url)
    }

    /// The folder of the test; the data folder of the region is `data` in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A superuser's pool on a service's database.
    pub async fn database(&self, name: &str) -> anyhow::Result<PgPool> {
        let options: PgConnectOptions = self.local.state()?.postgres_url.parse()?;
        Ok(PgPoolOptions::new().max_connections(1).connect_with(options.database(name)).await?)
    }

    /// Arms a failpoint of a service: `relay.after_publish=kill`.
    pub fn arm(&self, service: Service, failpoints: &str) -> anyhow::Result<()> {
        let file = self.failpoints.get(&service).context("the service does not run")?;
        // In one step, so that a process never reads half of it.
        let next = file.with_extension("next");
        std::fs::write(&next, failpoints)?;
        std::fs::rename(&next, file)?;
        Ok(())
    }

    /// Disarms all failpoints of a service.
    pub fn disarm(&self, service: Service) -> anyhow::Result<()> {
        self.arm(service, "")
    }

    /// The environment a running service process was started with.
    pub fn environment(&self, process: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let pid = self.local.process(process).and_then(local::processes::Process::pid);
        let pid = pid.with_context(|| format!("{process} does not run"))?;
        let bytes = std::fs::read(format!("/proc/{pid}/environ"))
            .context("cannot read the environment of the process")?;
        let text = String::from_utf8(bytes)?;
        let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
        Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Stops everything in good order and gives the folder with what is left: data, logs, keys.
    pub async fn stop_and_keep(mut self) -> anyhow::Result<TempDir> {
        self.local.stop().await?;
        // It would remove the folder.
        self.guard.kill()?;
        self.guard.wait()?;
        Ok(self.folder)
    }

    /// Stops everything in good order, and leaves nothing on a broker that others use.
    pub async fn stop(self) -> anyhow::Result<()> {
        let shared = self.local.rabbit().is_none().then(|| self.local.management().clone());
        self.local.stop().await?;
        if let Some(management) = shared {
            management.delete_vhost(&self.vhost).await?;
        }
        Ok(())
    }
}
