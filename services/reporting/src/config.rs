//! The settings of reporting; `config/default.toml` lists every one with a comment.

use chassis::config::{
    BrokerConfig, DatabaseConfig, GrpcConfig, HealthConfig, KeysConfig, LogConfig, RegionConfig, TlsConfig,
};
use serde::Deserialize;

/// The settings of reporting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportingConfig {
    /// Its database.
    pub database: DatabaseConfig,
    /// The broker its events come from.
    pub broker: BrokerConfig,
    /// Its gRPC server.
    pub grpc: GrpcConfig,
    /// TLS between services.
    #[serde(default)]
    pub tls: TlsConfig,
    /// Its port for probes and metrics.
    pub health: HealthConfig,
    /// Its region.
    pub region: RegionConfig,
    /// Its keys.
    pub keys: KeysConfig,
    /// Its logs.
    pub log: LogConfig,
}
