//! The real program `operations`, told what the chart tells its pod: only addresses and the place of files are others. It has a
//! database and a broker of its own, and knows Kubernetes as the service account of the pod does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bondgenoot::verify::{Servers, Wanted, run_cargo};
use chassis::caller::{Caller, Mandate, Principal, Role, Scope, Signer};
use chassis::grpc::{Authorized, channel};
use local::Progress;
use local::files::{private_folder, write_private};
use local::keys::{RegionKeys, SigningKey};
use local::ports::Port;
use local::processes::{Ledger, Process, ProcessSpec};
use proto::operations::v1::action_service_client::ActionServiceClient;
use proto::operations::v1::health_service_client::HealthServiceClient;
use proto::operations::v1::{CheckRegionRequest, RegionHealth};
use serde_json::Value;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use uuid::Uuid;

use super::region::Region;
use crate::kubectl::{Kubectl, text};
use crate::plane::Plane;

/// How long the program may take to start.
const START: Duration = Duration::from_secs(30);
/// How long a call may take.
const CALL: Duration = Duration::from_secs(10);

/// A client that signs.
type Signed = InterceptedService<Channel, Authorized>;

/// The running program.
#[derive(Debug)]
pub struct Operations {
    /// Its process.
    pub process: Process,
    /// `kubectl` as its service account.
    pub account: Kubectl,
    region: String,
    keys: RegionKeys,
    address: SocketAddr,
    region_state: PathBuf,
    _ports: [Port; 2],
}

impl Operations {
    /// Builds it, gives it what it needs, and waits until it is ready.
    ///
    /// # Errors
    /// When something of that fails, with the end of its log.
    pub async fn start(plane: &Plane, region: &Region, servers: &Servers) -> anyhow::Result<Self> {
        let folder = plane.folder().join("operations");
        private_folder(&folder)?;
        let keys = RegionKeys::of_folder(&folder.join("keys"))?;
        let account = region.object("operations");
        let token = ["create", "token", &account, "--namespace", &region.namespace, "--duration=1h"];
        let token = region.installer.run(&token).await?;
        let config = plane.configuration(&account, token.trim(), &region.namespace)?;
        let ports = [Port::any()?, Port::any()?];
        let [address, health] = ports.each_ref().map(Port::address);

        let database =
            local::postgres::create_service_database(&servers.postgres_url(), "operations").await?;
        let program = crate::target().join("debug/operations");
        let spec = |name: &str, argument: &str, environment: BTreeMap<String, String>| {
            let mut spec = ProcessSpec::new(
                name,
                &program,
                crate::repository(),
                plane.folder().join(format!("{name}.log")),
            );
            spec.arguments = vec![argument.to_owned()];
            spec.environment = environment.into_iter().collect();
            spec
        };
        let ledger = Ledger::open(plane.folder().join("processes"))?;
        let region_file =
            crate::repository().join("deploy/regions").join(&region.namespace).join("region.toml");
        let migrating = BTreeMap::from([
            ("OPERATIONS_DATABASE__URL".to_owned(), database.runtime_url.clone()),
            ("OPERATIONS_DATABASE__OWNER_URL".to_owned(), database.owner_url),
            ("OPERATIONS_DATABASE__ALLOW_FAST".to_owned(), "true".to_owned()),
            ("OPERATIONS_REGION__FILE".to_owned(), region_file.display().to_string()),
            ("OPERATIONS_SERVICES__INTAKE".to_owned(), "http://127.0.0.1:1".to_owned()),
        ]);
        let migration =
            Process::start(spec("operations-migrate", "migrate", migrating), &ledger, &Progress::silent())?;
        let ended = migration.wait_ended(START).await.context("the migration does not end")?;
        ensure!(ended.code == Some(0), "the migration: {ended}\n{}", migration.log_tail());

        let mut told = told_by_chart(region).await?;
        let files = Files { folder: &folder, keys: &keys, region: &region_file };
        let region_state =
            told.remove("BONDGENOOT_REGION_STATE").context("nobody tells the command where it is")?;
        ensure!(region_state == "/etc/bondgenoot/state/region.json", "the command looks at {region_state}");
        let region_state = folder.join("region.json");
        write_private(&region_state, files.region_state(region, [address, health]).await?.as_bytes())?;
        files.place(&mut told)?;
        let broker = servers.environment();
        for (setting, given) in
            [("BROKER__URL", "TEST_AMQP_URL"), ("BROKER__MANAGEMENT_URL", "TEST_AMQP_MANAGEMENT_URL")]
        {
            let (_, url) = broker.iter().find(|(name, _)| name == given).context("no broker")?;
            let (without, password) = without_password(url).context("a broker without password")?;
            write_private(&folder.join("broker-password"), password.as_bytes())?;
            set(&mut told, setting, without)?;
        }
        set(&mut told, "DATABASE__URL", database.runtime_url)?;
        set(&mut told, "GRPC__ADDRESS", address.to_string())?;
        set(&mut told, "HEALTH__ADDRESS", health.to_string())?;
        set(&mut told, "KEYS__SIGNING_KEY_ID", keys.operations.id.clone())?;
        // The names of a cluster lead nowhere here.
        for (_, address) in told.iter_mut().filter(|(name, _)| name.starts_with("OPERATIONS_SERVICES__")) {
            "http://127.0.0.1:1".clone_into(address);
        }
        // What the chart does not say: where the API server is, that this database is for tests, and shorter waits.
        told.extend(
            [
                ("KUBERNETES__CONFIG_FILE", config.display().to_string()),
                ("KUBERNETES__COMPARE_MS", "1000".to_owned()),
                ("THRESHOLDS__CLUSTER_SILENT_SECONDS", "1".to_owned()),
                ("THRESHOLDS__DURABLE_DATABASES", "false".to_owned()),
                ("DATABASE__ALLOW_FAST", "true".to_owned()),
            ]
            .map(|(setting, value)| (format!("OPERATIONS_{setting}"), value)),
        );
        let mut serving = spec("operations", "serve", told);
        serving.health = Some(health);
        let process = Process::start(serving, &ledger, &Progress::silent())?;
        process.ready(START).await?;
        let account = region.cluster.with(config);
        let region = region.namespace.clone();
        Ok(Self { process, account, region, keys, address, region_state, _ports: ports })
    }

    /// The health of the region now, as its operator sees it.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn health(&self) -> anyhow::Result<RegionHealth> {
        let caller = Caller::principal(Principal::Operator);
        let mut client = HealthServiceClient::new(self.signed(&self.keys.operator, caller)?);
        client.check_region(CheckRegionRequest {}).await?.into_inner().health.context("no health")
    }

    /// What `bondgenoot status --json` prints, run with what the chart puts beside operations.
    ///
    /// # Errors
    /// When it does not run, or ends in another way than by a finding: services of played pods do not answer.
    pub async fn status(&self) -> anyhow::Result<Value> {
        let mut command = tokio::process::Command::new(crate::target().join("debug/bondgenoot"));
        command.args(["status", "--json"]).env("BONDGENOOT_REGION_STATE", &self.region_state);
        let output = tokio::time::timeout(CALL, command.kill_on_drop(true).output()).await??;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() == Some(1), "it ends with {}: {said}", output.status);
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// A client of the actions, as an administrator of the region.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn actions(&self) -> anyhow::Result<ActionServiceClient<Signed>> {
        let id = |number: u128| Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number);
        let mandate = Mandate {
            id: id(1),
            role: Role::Administrator,
            programme: None,
            scope: Scope::Region,
            valid_from: jiff::civil::date(2000, 1, 1),
            valid_to: None,
        };
        let caller = Caller {
            principal: Principal::Worker,
            worker: Some(id(2)),
            organisation: Some(id(3)),
            mandates: vec![mandate],
        };
        Ok(ActionServiceClient::new(self.signed(&self.keys.gateway, caller)?))
    }

    fn signed(&self, key: &SigningKey, caller: Caller) -> anyhow::Result<Signed> {
        let signer = Signer::from_file(&key.file, &key.id, &self.region)?;
        let channel = channel(&format!("http://{}", self.address), CALL)?;
        Ok(InterceptedService::new(channel, Authorized::new(signer, caller)))
    }
}

/// Builds the program, and the command that looks at it.
///
/// # Errors
/// When the compiler refuses.
pub async fn build() -> anyhow::Result<()> {
    run_cargo(
        &crate::repository(),
        &["build", "--quiet", "--bin", "operations", "--bin", "bondgenoot"],
        &[],
        "mend what the compiler says",
    )
    .await
    .map_err(|failure| anyhow::anyhow!("{}", failure.what))
}

/// PostgreSQL and `RabbitMQ` of our own.
///
/// # Errors
/// When they are not there or do not start.
pub async fn servers(yes: bool, terminal: &bondgenoot::terminal::Terminal) -> anyhow::Result<Servers> {
    let said = |failure: bondgenoot::failure::Failure| {
        anyhow::anyhow!("{}; {}", failure.what, failure.next.or(failure.cause).unwrap_or_default())
    };
    let mut servers = Servers::prepare(yes, terminal).await.map_err(said)?;
    servers.start(Wanted::Both, terminal).await.map_err(said)?;
    Ok(servers)
}

/// The environment of the container, as it stands in the API server.
async fn told_by_chart(region: &Region) -> anyhow::Result<BTreeMap<String, String>> {
    let deployment = region.deployment("operations").await?;
    let told = deployment.pointer("/spec/template/spec/containers/0/env").and_then(Value::as_array);
    let told = told.context("the container of operations is told nothing")?;
    Ok(told.iter().map(|one| (text(one, "/name").to_owned(), text(one, "/value").to_owned())).collect())
}

/// Sets what the chart sets too; a setting that it does not know would prove nothing.
fn set(told: &mut BTreeMap<String, String>, setting: &str, value: String) -> anyhow::Result<()> {
    let name = format!("OPERATIONS_{setting}");
    let place = told.get_mut(&name).with_context(|| format!("the chart does not set {name}"))?;
    *place = value;
    Ok(())
}

/// The files that a pod has mounted.
struct Files<'a> {
    folder: &'a Path,
    keys: &'a RegionKeys,
    region: &'a Path,
}

impl Files<'_> {
    /// What is mounted where, and our own file for it.
    fn ours(&self) -> [(&'static str, PathBuf); 5] {
        [
            ("/run/secrets/bondgenoot/database/password", self.folder.join("database-password")),
            ("/run/secrets/bondgenoot/broker/password", self.folder.join("broker-password")),
            ("/run/secrets/bondgenoot/keys/caller-keys.json", self.keys.caller_keys_file.clone()),
            ("/run/secrets/bondgenoot/keys/operations.pem", self.keys.operations.file.clone()),
            ("/etc/bondgenoot/region/region.toml", self.region.to_owned()),
        ]
    }

    /// Puts our own files where the environment names mounted ones.
    fn place(&self, told: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
        write_private(&self.folder.join("database-password"), b"nobody-asks")?;
        let ours = self.ours();
        for (name, value) in told.iter_mut().filter(|(_, value)| value.starts_with('/')) {
            let found = ours.iter().find(|(mounted, _)| mounted == value);
            let (_, file) = found.with_context(|| format!("{name}: nobody expects {value}"))?;
            *value = file.display().to_string();
        }
        Ok(())
    }

    /// The file for the command as the chart makes it, with our own files, and with addresses of this machine: operations answers at the
    /// two given ones, and nobody else runs.
    async fn region_state(&self, region: &Region, [grpc, health]: [SocketAddr; 2]) -> anyhow::Result<String> {
        let name = region.object("region-state");
        let maps = region.cluster.list(&region.namespace, "configmaps").await?;
        let map = maps.iter().find(|map| text(map, "/metadata/name") == name);
        let made = map.with_context(|| format!("there is no ConfigMap {name}"))?;
        let mut made: Value = serde_json::from_str(text(made, "/data/region.json"))?;
        let services = made.get_mut("services").and_then(Value::as_object_mut).context("no services")?;
        for (name, service) in services.iter_mut() {
            let of_operations = name == "operations";
            for (key, ours) in [("grpc", format!("http://{grpc}")), ("health", health.to_string())] {
                let Some(place) = service.get_mut(key) else { continue };
                let nobody = if key == "grpc" { "http://127.0.0.1:1" } else { "127.0.0.1:1" };
                *place = if of_operations { ours } else { nobody.to_owned() }.into();
            }
        }
        let mut made = made.to_string();
        for (mounted, file) in self.ours() {
            made = made.replace(mounted, &file.display().to_string());
        }
        Ok(made)
    }
}

/// `scheme://user:password@host` without its password, and the password.
fn without_password(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let (login, host) = rest.rsplit_once('@')?;
    let (user, password) = login.split_once(':')?;
    Some((format!("{scheme}://{user}@{host}"), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_a_url() {
        let (url, password) = without_password("amqp://me:secret@127.0.0.1:5672").unwrap();

        assert_eq!((url.as_str(), password.as_str()), ("amqp://me@127.0.0.1:5672", "secret"));
        assert_eq!(without_password("amqp://127.0.0.1"), None);
    }
}
