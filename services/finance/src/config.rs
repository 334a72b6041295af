//! The settings of finance; `config/default.toml` lists every one with a comment.

use std::path::PathBuf;

use chassis::config::{
    BrokerConfig, DatabaseConfig, GrpcConfig, HealthConfig, KeysConfig, LogConfig, RegionConfig, TlsConfig,
};
use serde::Deserialize;

/// The settings of finance.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinanceConfig {
    /// Its database.
    pub database: DatabaseConfig,
    /// The broker its events come from and go to.
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
    /// Where its exports go, and how.
    pub export: ExportConfig,
    /// Its logs.
    pub log: LogConfig,
}

/// Where exports go, and how; only `finance export` reads it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportConfig {
    /// The folder that exports are published in.
    pub target: PathBuf,
    /// The Ed25519 key (PKCS #8, PEM) that signs manifests.
    pub signing_key_file: PathBuf,
    /// Between the cells of a CSV file: one character.
    pub separator: String,
    /// Before the decimals of a number in a CSV file: `,` or `.`, and not the separator.
    pub decimal: String,
}

impl ExportConfig {
    /// Refuses characters that would make files nobody can read back.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            matches!(self.separator.as_str(), ";" | "," | "\t"),
            "export.separator must be `;`, `,` or a tab"
        );
        anyhow::ensure!(
            matches!(self.decimal.as_str(), "," | ".") && self.decimal != self.separator,
            "export.decimal must be `,` or `.`, and not the separator"
        );
        Ok(())
    }
}
