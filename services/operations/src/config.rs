//! Settings of operations; `config/default.toml` lists every one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chassis::config::{DatabaseConfig, GrpcConfig, HealthConfig, LogConfig, RegionConfig, TlsConfig};
use secrecy::SecretString;
use serde::Deserialize;

use crate::domain::Thresholds;

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationsConfig {
    /// Service name to the addresses of its instances, with commas between them.
    pub services: BTreeMap<String, String>,
    /// Database.
    pub database: DatabaseConfig,
    /// Broker.
    pub broker: BrokerConfig,
    /// gRPC server.
    pub grpc: GrpcConfig,
    /// TLS between services.
    #[serde(default)]
    pub tls: TlsConfig,
    /// Health port.
    pub health: HealthConfig,
    /// Region.
    pub region: RegionConfig,
    /// Kubernetes.
    pub kubernetes: KubernetesConfig,
    /// Keys.
    pub keys: KeysConfig,
    /// Logs.
    pub log: LogConfig,
    /// How often is looked.
    pub watch: WatchConfig,
    /// From when on something is a finding.
    pub thresholds: ThresholdsConfig,
}

/// Where the broker can be asked about its queues.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfig {
    /// AMQP URL as the services have it; only its vhost is used.
    pub url: SecretString,
    /// Management API, with user and password.
    pub management_url: SecretString,
    /// A file with the password, instead of one in the URLs. It is read for every look.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// For `https`: a file with the certificates (PEM) of who may sign the broker's; those of the machine when it is left out.
    /// It is read for every look.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The namespace of the region, where it runs on Kubernetes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesConfig {
    /// Whether it is looked at.
    pub watch: KubernetesWatch,
    /// Namespace; empty for the one of the service account.
    pub namespace: String,
    /// Which objects belong to the region.
    pub selector: String,
    /// The user's configuration of `kubectl`, outside of a cluster; empty for the service account.
    pub config_file: String,
    /// Between two comparisons of what the watches know with what the API server lists, milliseconds.
    pub compare_ms: u64,
}

/// Whether Kubernetes is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KubernetesWatch {
    /// When the process runs in a cluster, or `config_file` is set.
    Auto,
    /// Never.
    Off,
}

/// Keys. Operations seals nothing, so it holds no key of the region.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// Public keys whose caller tokens count.
    pub caller_keys_file: PathBuf,
    /// Operations' own signing key, PKCS #8 PEM.
    pub signing_key_file: PathBuf,
    /// Its name in the public keys.
    pub signing_key_id: String,
}

/// How often is looked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchConfig {
    /// Between two looks of the watcher, milliseconds, give or take a fifth.
    pub interval_ms: u64,
    /// How long a service or the broker may take to answer, milliseconds.
    pub answer_within_ms: u64,
    /// How often open findings are read again from the database, milliseconds.
    pub refresh_ms: u64,
    /// How often finance is asked what waits to be exported, milliseconds.
    pub exports_ms: u64,
    /// Between two comparisons of histories while a service waits for reconciliation, milliseconds.
    pub compare_ms: u64,
}

/// Thresholds; see [`Thresholds`].
#[derive(Debug, Clone, Deserialize)]
#[serde(remote = "Thresholds", deny_unknown_fields)]
struct ThresholdsFields {
    outbox_oldest_seconds: i64,
    no_leader_seconds: i64,
    no_connection_seconds: i64,
    pending_oldest_seconds: i64,
    no_consumer_seconds: i64,
    backlog_messages: i64,
    backlog_seconds: i64,
    dead_letters_seconds: i64,
    builds_differ_seconds: i64,
    too_few_pods_seconds: i64,
    at_most_seconds: i64,
    cluster_silent_seconds: i64,
    export_missed_seconds: i64,
    export_unplanned_seconds: i64,
    durable_databases: bool,
}

/// Thresholds of the rules, as settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct ThresholdsConfig(#[serde(with = "ThresholdsFields")] pub Thresholds);
