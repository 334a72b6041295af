//! The settings of trajectory; `config/default.toml` lists every one with a comment.

use chassis::config::{
    BrokerConfig, DatabaseConfig, GrpcConfig, HealthConfig, KeysConfig, LogConfig, RegionConfig, TlsConfig,
};
use serde::Deserialize;

/// The settings of trajectory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrajectoryConfig {
    /// Its database.
    pub database: DatabaseConfig,
    /// The broker its events go to and come from.
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
    /// The sweep of duties.
    pub duties: DutiesConfig,
}

/// The sweep of duties.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutiesConfig {
    /// How often a serving process looks whether the day of the region changed, milliseconds. It looks through the duties once
    /// at its start and once on every new day.
    pub look_every_ms: u64,
}
