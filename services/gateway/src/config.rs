//! Settings; `config/default.toml` lists every one with a comment.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use chassis::config::{DatabaseConfig, HealthConfig, LogConfig, RegionConfig, TlsConfig};
use secrecy::SecretString;
use serde::Deserialize;

/// The defaults.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// Settings of the gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Logs.
    pub log: LogConfig,
    /// Health and metrics.
    pub health: HealthConfig,
    /// Sessions and mandates.
    pub database: DatabaseConfig,
    /// Region file.
    pub region: RegionConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// Where the services are, by name: one address, or several with commas between.
    pub upstreams: HashMap<String, String>,
    /// TLS to the services.
    #[serde(default)]
    pub tls: TlsConfig,
    /// Limits per client address.
    pub limits: LimitsConfig,
    /// How long sessions last.
    pub session: SessionConfig,
    /// The identity provider.
    pub sign_in: SignInConfig,
    /// The key that vouches for callers.
    pub keys: KeysConfig,
}

/// The HTTP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address to listen on.
    pub address: SocketAddr,
    /// How browsers reach the region: scheme, host and port, nothing behind.
    pub public_url: String,
    /// How long an answer may take, milliseconds.
    pub deadline_ms: u64,
    /// How long the headers of a request may take, and a connection may lie idle, milliseconds.
    pub header_timeout_ms: u64,
    /// How long a body may take, milliseconds.
    pub body_timeout_ms: u64,
    /// Most connections at once; more wait.
    pub max_connections: usize,
    /// Most requests at once; more are told to come back.
    pub max_concurrent: usize,
    /// Header in which the own proxy puts the client's address; empty without a proxy.
    pub client_address_header: String,
    /// How long the server goes on accepting after readiness turned false, milliseconds.
    pub drain_ms: u64,
}

/// Limits per client address.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Writes a minute without signing in.
    pub anonymous_posts_per_minute: u32,
    /// So many of them at once.
    pub anonymous_posts_burst: u32,
    /// Steps of signing in, a minute.
    pub sign_ins_per_minute: u32,
    /// So many of them at once.
    pub sign_ins_burst: u32,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionConfig {
    /// Without a request, minutes.
    pub idle_minutes: i64,
    /// Altogether, minutes.
    pub absolute_minutes: i64,
}

/// The identity provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInConfig {
    /// Its issuer URL, exactly as it names itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What we prove that with; empty when it stands in a file.
    #[serde(default)]
    pub client_secret: SecretString,
    /// A file with it, instead. It is read for every sign-in.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
}

/// The key that vouches for callers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysConfig {
    /// Ed25519 private key, PKCS #8 PEM.
    pub caller_key_file: PathBuf,
    /// The name under which the services know it.
    pub caller_key_id: String,
}
