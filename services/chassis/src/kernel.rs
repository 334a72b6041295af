//! What every service opens at its start, in one place: keys, clock, database, unit of work, server.

use std::path::Path;

use crate::caller::Verifier;
use crate::clock::Clock;
use crate::config::{DatabaseConfig, GrpcConfig, KeysConfig, TlsConfig};
use crate::database::{self, Migrations, UnitOfWork};
use crate::events::Wake;
use crate::grpc::Server;
use crate::tasks::Tasks;
use crate::tls::{Tls, TlsError};
use crate::vault::Vault;

/// What a kernel is opened with.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// Database of the service.
    pub database: &'a DatabaseConfig,
    /// Keys of the service.
    pub keys: &'a KeysConfig,
    /// Code of the region, from the region file.
    pub region: &'a str,
    /// IANA time zone of the region, from the region file.
    pub time_zone: &'a str,
    /// Demo regions only: the file with the offset of business time.
    pub clock_file: Option<&'a Path>,
}

/// The opened kernel of a service.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The one way to a connection.
    pub work: UnitOfWork,
    /// The clock.
    pub clock: Clock,
    /// Proves callers.
    pub verifier: Verifier,
    /// Background work.
    pub tasks: Tasks,
}

impl Kernel {
    /// Opens keys, clock and database, and refuses a database that lacks migrations of this build.
    pub async fn open(
        settings: &Settings<'_>,
        migrations: &Migrations,
        tasks: &Tasks,
    ) -> anyhow::Result<Self> {
        let clock = Clock::new(settings.time_zone, settings.clock_file.map(Path::to_owned))?;
        let verifier = Verifier::from_file(&settings.keys.caller_keys_file, settings.region)?;
        let vault = Vault::from_files(&settings.keys.region_key_file, &settings.keys.index_key_file)?;
        let (pool, deployment) =
            database::open_migrated(settings.database, migrations, settings.region, tasks).await?;
        let work = UnitOfWork::new(pool, deployment, clock.clone(), vault, tasks.clone(), Wake::new());
        Ok(Self { work, clock, verifier, tasks: tasks.clone() })
    }

    /// The gRPC server of the service.
    ///
    /// # Errors
    /// When the files of `tls` cannot be used.
    pub fn server(&self, config: &GrpcConfig, tls: &TlsConfig) -> Result<Server, TlsError> {
        let tls = Tls::open_for_server(tls, &self.tasks)?;
        Ok(Server::new(self.verifier.clone(), self.clock.clone(), config).with_tls(tls))
    }
}
