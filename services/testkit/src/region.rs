//! A region of one test.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chassis::caller::{Caller, Principal, Signer};
use chassis::database::Migrations;
use chassis::grpc::{Authorized, channel};
use chassis::health::Readiness;
use chassis::id::IdGenerator;
use chassis::process::{Context, Service};
use chassis::tasks::Tasks;
use local::keys::RegionKeys;
use local::ports::Port;
use tempfile::TempDir;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::TestDatabase;
use crate::servers::{Servers, servers};

/// Deadline of test calls.
const CALL: Duration = Duration::from_secs(30);

/// The region file of Waasland in this repository.
pub fn region_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland/region.toml")
}

/// A region of one test: its own keys and its own vhost on the shared servers.
#[derive(Debug)]
pub struct TestRegion {
    /// The servers.
    pub servers: Servers,
    /// Its keys.
    pub keys: RegionKeys,
    /// Its vhost.
    pub vhost: String,
    /// Its code.
    pub code: String,
    folder: TempDir,
    has_vhost: bool,
}

impl Drop for TestRegion {
    /// Deletes the vhost: hundreds of quorum queues of tests long gone make a broker slow.
    fn drop(&mut self) {
        if self.has_vhost {
            crate::servers::delete_vhost(&self.servers, &self.vhost);
        }
    }
}

/// A service that runs in the test's process.
#[derive(Debug)]
pub struct Running {
    /// Where its gRPC server listens.
    pub address: SocketAddr,
    /// Where its health port listens.
    pub health: SocketAddr,
    /// Its database.
    pub database: TestDatabase,
    /// Its tasks; `finish` stops it.
    pub tasks: Tasks,
}

impl TestRegion {
    /// A new region with the code `waasland`.
    pub async fn start() -> anyhow::Result<Self> {
        // The management API takes its time for a vhost; many at once would run into its time-out.
        static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let mut region = Self::without_broker().await?;
        let turn = ONE_AT_A_TIME.lock().await;
        region.servers.management.create_vhost(&region.vhost).await?;
        region.has_vhost = true;
        drop(turn);
        Ok(region)
    }

    /// A new region whose vhost does not exist: for tests without events.
    pub async fn without_broker() -> anyhow::Result<Self> {
        let servers = servers().await;
        let folder = TempDir::with_prefix("bondgenoot-region-")?;
        let keys = RegionKeys::of_folder(&folder.path().join("keys"))?;
        let vhost = format!("test-{}", IdGenerator.uuid().simple());
        Ok(Self { servers, keys, vhost, code: "waasland".to_owned(), folder, has_vhost: false })
    }

    /// A folder of the region for whatever a test writes; gone with the region.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// AMQP URL of the region's vhost.
    pub fn amqp_url(&self) -> String {
        format!("{}/{}", self.servers.amqp_url, self.vhost)
    }

    /// A migrated database for a service.
    pub async fn database(&self, migrations: &Migrations) -> anyhow::Result<TestDatabase> {
        TestDatabase::create(&self.servers.database_url, migrations, &self.code).await
    }

    /// Runs a service in this process on a new database. `overrides` is TOML over its defaults.
    pub async fn run<S: Service>(&self, overrides: &str) -> anyhow::Result<Running> {
        let database = self.database(&S::migrations()).await?;
        self.run_on::<S>(database, overrides).await
    }

    /// Runs a service in this process on a database that exists: a second instance, or after a stop.
    pub async fn run_on<S: Service>(
        &self,
        database: TestDatabase,
        overrides: &str,
    ) -> anyhow::Result<Running> {
        let (grpc, health) = (Port::any()?, Port::any()?);
        let (address, health_address) = (grpc.address(), health.address());
        let settings = self.settings(&database, address, health_address);
        drop((grpc, health));
        let config: S::Config = chassis::config::parse(S::NAME, &[S::DEFAULTS, &settings, overrides])?;
        let context = Context { tasks: Tasks::new(), readiness: Readiness::new() };
        S::start(config, context.clone()).await.with_context(|| format!("{} does not start", S::NAME))?;
        context.readiness.set(true);
        Ok(Running { address, health: health_address, database, tasks: context.tasks })
    }

    /// The settings every service shares, as TOML; sections a service does not have are an error of the test.
    fn settings(&self, database: &TestDatabase, grpc: SocketAddr, health: SocketAddr) -> String {
        format!(
            r#"
            [database]
            url = "{runtime}"
            allow_fast = true
            [broker]
            url = "{amqp}"
            [grpc]
            address = "{grpc}"
            [health]
            address = "{health}"
            [region]
            file = "{region}"
            [keys]
            caller_keys_file = "{caller}"
            region_key_file = "{key}"
            index_key_file = "{index}"
            "#,
            runtime = database.runtime_url,
            amqp = self.amqp_url(),
            region = region_file().display(),
            caller = self.keys.caller_keys_file.display(),
            key = self.keys.region_key_file.display(),
            index = self.keys.index_key_file.display(),
        )
    }

    /// The gateway's signer: workers, anybody, participants.
    pub fn gateway_signer(&self) -> anyhow::Result<Signer> {
        Ok(Signer::from_file(&self.keys.gateway.file, &self.keys.gateway.id, &self.code)?)
    }

    /// Calls as this worker, or as anybody.
    pub fn calls_as(&self, caller: Caller) -> anyhow::Result<Authorized> {
        Ok(Authorized::new(self.gateway_signer()?, caller))
    }

    /// Calls as an operator.
    pub fn calls_as_operator(&self) -> anyhow::Result<Authorized> {
        let signer = Signer::from_file(&self.keys.operator.file, &self.keys.operator.id, &self.code)?;
        Ok(Authorized::new(signer, Caller::principal(Principal::Operator)))
    }
}

impl Running {
    /// A connection to the service.
    pub fn channel(&self) -> anyhow::Result<Channel> {
        Ok(channel(&format!("http://{}", self.address), CALL)?)
    }

    /// A connection on which every call is signed as one caller; for the generated clients' `new`.
    pub fn client_channel(
        &self,
        caller: Authorized,
    ) -> anyhow::Result<InterceptedService<Channel, Authorized>> {
        Ok(InterceptedService::new(self.channel()?, caller))
    }

    /// Stops the service and waits for its tasks.
    pub async fn stop(&self) {
        self.tasks.finish().await;
    }
}
