//! Layered settings: the service's defaults, an optional file, the environment. Unknown keys are refused.
//!
//! `INTAKE_DATABASE__URL` sets `database.url` of intake. Nothing is parsed before its type is known, so a secret `0123`
//! stays `0123`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "the settings cannot be used: {message}; set {prefix}_<SECTION>__<KEY> or the file named by {prefix}_CONFIG"
)]
pub struct ConfigError {
    message: String,
    prefix: String,
}

/// Reads the settings of a service: `defaults` (TOML), then the file named by `<SERVICE>_CONFIG`, then `<SERVICE>_*`.
pub fn load<T: DeserializeOwned>(service: &str, defaults: &str) -> Result<T, ConfigError> {
    let prefix = service.to_uppercase();
    let mut builder =
        config::Config::builder().add_source(config::File::from_str(defaults, config::FileFormat::Toml));
    let file_variable = format!("{prefix}_CONFIG");
    if let Ok(file) = std::env::var(&file_variable) {
        builder = builder.add_source(config::File::new(&file, config::FileFormat::Toml));
    }
    let variables = std::env::vars().filter(|(name, _)| *name != file_variable).collect();
    let environment = config::Environment::with_prefix(&prefix)
        .prefix_separator("_")
        .separator("__")
        .ignore_empty(true)
        .source(Some(variables));
    builder
        .add_source(environment)
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|error| ConfigError { message: error.to_string(), prefix })
}

/// A file that holds a secret cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the file {} with a password cannot be read", file.display())]
pub struct SecretFileError {
    file: PathBuf,
    #[source]
    source: std::io::Error,
}

/// Reads a secret from its file, e.g. a mounted key of a Secret. The end of the line does not belong to it.
///
/// # Errors
/// When the file cannot be read, or is not text.
pub fn read_secret(file: &Path) -> Result<SecretString, SecretFileError> {
    let text =
        std::fs::read_to_string(file).map_err(|source| SecretFileError { file: file.to_owned(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

/// Reads settings from TOML texts alone, each lying over the one before, without the environment. For tests that run a
/// service in their own process.
pub fn parse<T: DeserializeOwned>(service: &str, layers: &[&str]) -> Result<T, ConfigError> {
    let mut builder = config::Config::builder();
    for layer in layers {
        builder = builder.add_source(config::File::from_str(layer, config::FileFormat::Toml));
    }
    builder
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|error| ConfigError { message: error.to_string(), prefix: service.to_uppercase() })
}

/// Where the database is and how it is used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// URL for the runtime role.
    pub url: SecretString,
    /// A file with the password of the runtime role, instead of one in the URL. It is read again while the process runs.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// URL for the owner role; `migrate` only.
    #[serde(default)]
    pub owner_url: Option<SecretString>,
    /// A file with the password of the owner role, instead of one in its URL.
    #[serde(default)]
    pub owner_password_file: Option<PathBuf>,
    /// Most connections of the pool.
    pub max_connections: u32,
    /// How long a request waits for a connection, milliseconds.
    pub acquire_timeout_ms: u64,
    /// How long a statement may run, milliseconds.
    pub statement_timeout_ms: u64,
    /// Allows a database that may lose acknowledged writes at a crash (`fsync` or `synchronous_commit` off). Tests only.
    #[serde(default)]
    pub allow_fast: bool,
}

/// Where the broker is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfig {
    /// AMQP URL with the region's vhost.
    pub url: SecretString,
    /// A file with the password, instead of one in the URL. It is read for every connection.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// For `amqps`: a file with the certificates (PEM) of who may sign the broker's; those of the machine when it is left out.
    /// It is read for every connection.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Unconfirmed messages in flight at most.
    pub publish_window: usize,
    /// Deliveries a consumer holds at most.
    pub prefetch: u16,
    /// How long an event waits for its parent or an earlier event before it is parked, seconds.
    pub pending_deadline_seconds: i64,
    /// How long a relay that was not woken waits at most before it looks, milliseconds.
    pub poll_interval_ms: u64,
}

/// TLS between services. All of it is optional: without, they speak in clear. The files are followed while the process runs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate this process shows, PEM, with those between it and its authority behind it.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// The certificates of the authorities that sign those of our services, PEM. Only what they signed counts: of the services
    /// that are called, and of who calls.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The gRPC server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrpcConfig {
    /// Address to listen on.
    pub address: SocketAddr,
    /// Longest a call may take, milliseconds; a caller may ask for less.
    pub deadline_ms: u64,
    /// How long the server goes on accepting after readiness turned false, milliseconds.
    pub drain_ms: u64,
}

/// The port for probes and metrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthConfig {
    /// Address to listen on: `/livez`, `/readyz`, `/metrics`.
    pub address: SocketAddr,
}

/// Which region this process serves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionConfig {
    /// The region file.
    pub file: PathBuf,
    /// Demo regions only: a file with the offset of business time in seconds.
    #[serde(default)]
    pub clock_file: Option<PathBuf>,
}

/// Keys a service needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// Public keys whose caller tokens count.
    pub caller_keys_file: PathBuf,
    /// The region key, which wraps person keys.
    pub region_key_file: PathBuf,
    /// The key of blind indexes.
    pub index_key_file: PathBuf,
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// `info`, or targets with levels: `info,chassis=debug`.
    pub filter: String,
    /// `json` or `text`.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// A number of milliseconds as a duration.
pub const fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the parsing is looked at")]
    struct Sample {
        health: HealthConfig,
    }

    #[test]
    fn an_unknown_key_is_refused_and_named() {
        let error = load::<Sample>("no_such_service", "[health]\naddress = \"127.0.0.1:1\"\nadress = \"x\"")
            .unwrap_err();

        assert!(error.to_string().contains("adress"), "{error}");
    }
}
