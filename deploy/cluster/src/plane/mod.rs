//! A control plane of our own on loopback: etcd, the API server with its usual admission, the controllers, the scheduler, and kwok,
//! which plays nodes and pods. Everything is in one private folder, and every process is one that we started.

mod keys;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use local::Progress;
use local::files::write_private;
use local::ports::Port;
use local::processes::{Ledger, Process, ProcessSpec};
use ring::rand::SystemRandom;
use serde_json::json;
use tempfile::NamedTempFile;

use crate::kubectl::Kubectl;
use crate::tools::Tools;
use keys::AccountKey;

/// How long a part may take to start; it takes seconds.
const START: Duration = Duration::from_mins(2);
/// What kwok plays.
const STAGES: &str = include_str!("stages.yaml");
/// Nodes, in two zones.
const NODES: usize = 4;

/// The running control plane. Dropped, its processes are killed.
#[derive(Debug)]
pub struct Plane {
    folder: PathBuf,
    tools: Tools,
    server: String,
    authority: PathBuf,
    admin: Kubectl,
    api: Process,
    /// The others, in the order in which they are to stop.
    others: Vec<Process>,
    // Claims of ports that a restart needs again.
    _ports: [Port; 3],
}

impl Plane {
    /// Starts everything in this folder, which must be private, and waits until it answers.
    ///
    /// # Errors
    /// When a program does not start, with the end of its log.
    pub async fn start(tools: &Tools, folder: &Path, ledger: &Ledger) -> anyhow::Result<Self> {
        let progress = Progress::silent();
        let ports = [Port::any()?, Port::any()?, Port::any()?];
        let [clients, peers, secure] = ports.each_ref().map(|port| port.address().to_string());
        let certificates = folder.join("certificates");
        let key = AccountKey::make(folder)?;
        let token = hex::encode(random()?);
        let tokens = folder.join("tokens.csv");
        write_private(
            &tokens,
            format!("{token},verify-cluster,verify-cluster,\"system:masters\"\n").as_bytes(),
        )?;
        let run = |name: &str, arguments: Vec<String>| -> anyhow::Result<Process> {
            let log = folder.join(format!("{name}.log"));
            let mut spec = ProcessSpec::new(name, tools.program(name)?, folder, log);
            spec.arguments = arguments;
            Ok(Process::start(spec, ledger, &progress)?)
        };

        let etcd = run(
            "etcd",
            vec![
                option("data-dir", folder.join("etcd").display()),
                option("listen-client-urls", format_args!("http://{clients}")),
                option("advertise-client-urls", format_args!("http://{clients}")),
                option("listen-peer-urls", format_args!("http://{peers}")),
                option("initial-advertise-peer-urls", format_args!("http://{peers}")),
                option("initial-cluster", format_args!("default=http://{peers}")),
                "--unsafe-no-fsync".to_owned(),
            ],
        )?;
        let address = ports.first().map(Port::address).context("a port")?;
        let answers = async || tokio::net::TcpStream::connect(address).await.is_ok();
        etcd.ready_when(START, answers).await?;

        let [_, _, secure_port] = &ports;
        let api = run(
            "kube-apiserver",
            vec![
                option("etcd-servers", format_args!("http://{clients}")),
                // With a loopback address the API server cannot say in the cluster where it is, and nobody there asks.
                option("endpoint-reconciler-type", "none"),
                option("bind-address", "127.0.0.1"),
                option("advertise-address", "127.0.0.1"),
                option("secure-port", secure_port.number()),
                option("cert-dir", certificates.display()),
                option("service-account-issuer", "https://kubernetes.default.svc"),
                option("service-account-signing-key-file", key.private.display()),
                option("service-account-key-file", key.public.display()),
                option("authorization-mode", "RBAC"),
                option("token-auth-file", tokens.display()),
                option("service-cluster-ip-range", "10.96.0.0/16"),
            ],
        )?;
        let server = format!("https://{secure}");
        let authority = certificates.join("apiserver.crt");
        let config = kubeconfig(folder, "admin", &server, &authority, &token, "default")?;
        let admin = Kubectl::new(tools.program("kubectl")?, config.clone());
        let ready = async || admin.run(&["get", "--raw", "/readyz"]).await.is_ok();
        api.ready_when(START, ready).await?;

        let config = option("kubeconfig", config.display());
        let private = folder.join("kwok.yaml");
        write_private(&private, STAGES.as_bytes())?;
        let controllers = run(
            "kube-controller-manager",
            vec![
                config.clone(),
                option("service-account-private-key-file", key.private.display()),
                option("root-ca-file", authority.display()),
                // What takes 15 s by itself is not worth waiting for.
                option("horizontal-pod-autoscaler-sync-period", "1s"),
                option("leader-elect", false),
                option("secure-port", 0),
            ],
        )?;
        let scheduler = run(
            "kube-scheduler",
            vec![config.clone(), option("leader-elect", false), option("secure-port", 0)],
        )?;
        let kwok = run(
            "kwok",
            vec![
                config,
                option("config", private.display()),
                "--manage-all-nodes=true".to_owned(),
                // Nodes that nobody hears of are given up after 50 s.
                option("node-lease-duration-seconds", 40),
            ],
        )?;
        let plane = Self {
            folder: folder.to_owned(),
            tools: tools.clone(),
            server,
            authority,
            admin,
            api,
            others: vec![kwok, scheduler, controllers, etcd],
            _ports: ports,
        };
        plane.make_nodes().await?;
        Ok(plane)
    }

    /// With every right.
    pub const fn admin(&self) -> &Kubectl {
        &self.admin
    }

    /// The process of the API server, to be killed and started again.
    pub const fn api(&self) -> &Process {
        &self.api
    }

    /// The folder with logs and configurations.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The programs.
    pub const fn tools(&self) -> &Tools {
        &self.tools
    }

    /// A configuration file for who has this token.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn configuration(&self, name: &str, token: &str, namespace: &str) -> anyhow::Result<PathBuf> {
        kubeconfig(&self.folder, name, &self.server, &self.authority, token, namespace)
    }

    /// Waits until the API server answers, after it was started again.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn answers(&self) -> anyhow::Result<()> {
        let ready = async || self.admin.run(&["get", "--raw", "/readyz"]).await.is_ok();
        Ok(self.api.ready_when(START, ready).await?)
    }

    /// Stops everything. What does not stop is killed when it is dropped.
    pub async fn stop(self) {
        for process in self.others.iter().take(3).chain([&self.api]).chain(self.others.iter().skip(3)) {
            // Nothing of it is kept, so nothing has to end in good order.
            let _ = process.kill().await;
        }
    }

    async fn make_nodes(&self) -> anyhow::Result<()> {
        let nodes: Vec<_> = (0..NODES)
            .map(|number| {
                let (name, zone) = (format!("node-{number}"), format!("zone-{}", number % 2));
                let labels = json!({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": zone});
                json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
            })
            .collect();
        self.admin.apply(&nodes).await?;
        self.admin.run(&["wait", "node", "--all", "--for=condition=Ready", "--timeout=60s"]).await.map(drop)
    }
}

fn option(name: &str, value: impl std::fmt::Display) -> String {
    format!("--{name}={value}")
}

fn random() -> anyhow::Result<[u8; 16]> {
    let bytes = ring::rand::generate(&SystemRandom::new());
    bytes.map(ring::rand::Random::expose).map_err(|_| anyhow!("the machine gives no random bytes"))
}

fn kubeconfig(
    folder: &Path,
    name: &str,
    server: &str,
    authority: &Path,
    token: &str,
    namespace: &str,
) -> anyhow::Result<PathBuf> {
    let context = json!({"cluster": "c", "user": "u", "namespace": namespace});
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server, "certificate-authority": authority}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "c", "context": context}],
        "current-context": "c",
    });
    let path = folder.join(format!("{name}.kubeconfig"));
    write_private(&path, config.to_string().as_bytes())?;
    Ok(path)
}

/// A file with objects, for a program that reads files.
pub(crate) fn temporary(content: &str) -> anyhow::Result<NamedTempFile> {
    use std::io::Write as _;
    let mut file = NamedTempFile::new()?;
    file.write_all(content.as_bytes())?;
    Ok(file)
}
