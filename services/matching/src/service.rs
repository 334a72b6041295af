//! Composition root: settings to gRPC services, relay and event consumer.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chassis::admin::Admin;
use chassis::caller::Principal;
use chassis::database::Migrations;
use chassis::events::{Consumer, Relay};
use chassis::kernel::{Kernel, Settings};
use chassis::process::{Context, Service, Shell};
use proto::matching::v1::match_service_server::MatchServiceServer;
use proto::matching::v1::worker_service_server::WorkerServiceServer;
use region::Region;
use sqlx::migrate::Migrator;
use tonic::service::Routes;

use crate::config::MatchingConfig;
use crate::events;
use crate::grpc::{Matches, Workers};
use crate::use_cases::PrepareStart;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The service matching.
#[derive(Debug)]
pub struct Matching;

fn load_region(file: &Path) -> anyhow::Result<Region> {
    region::load(file)
        .map_err(|report| anyhow::anyhow!("the region file cannot be used (region.file):\n{report}"))
}

impl Service for Matching {
    const NAME: &'static str = "matching";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    type Config = MatchingConfig;

    fn shell(config: &MatchingConfig) -> Shell<'_> {
        Shell {
            log: &config.log,
            health: &config.health,
            database: &config.database,
            drain_ms: config.grpc.drain_ms,
        }
    }

    fn migrations() -> Migrations {
        Migrations { service: Self::NAME, set: &MIGRATIONS }
    }

    fn region_code(config: &MatchingConfig) -> anyhow::Result<String> {
        Ok(load_region(&config.region.file)?.code.to_string())
    }

    async fn start(config: MatchingConfig, context: Context) -> anyhow::Result<()> {
        let region = Arc::new(load_region(&config.region.file)?);
        let settings = Settings {
            database: &config.database,
            keys: &config.keys,
            region: region.code.as_str(),
            time_zone: region.time_zone.iana_name().context("the time zone of the region has no name")?,
            clock_file: config.region.clock_file.as_deref(),
        };
        let kernel = Kernel::open(&settings, &Self::migrations(), &context.tasks).await?;
        kernel.work.run_as(Principal::Job, PrepareStart { region: Arc::clone(&region) }).await?;
        let relay = Relay::spawn(&kernel.work, &config.database, &config.broker)?;
        let consumer = Consumer::spawn(&kernel.work, &config.broker, events::handlers());
        let workers = Workers::new(kernel.work.clone(), Arc::clone(&region));
        let matches = Matches::new(kernel.work.clone(), region);
        let admin = Admin::new(kernel.work.clone(), Some(relay), Some(consumer));
        let routes = Routes::new(WorkerServiceServer::new(workers))
            .add_service(MatchServiceServer::new(matches))
            .add_service(admin.into_server());
        let server = kernel.server(&config.grpc, &config.tls)?;
        let address = server.spawn(routes, config.grpc.address, &context.tasks).await?;
        tracing::info!(grpc.address = %address, "listening");
        Ok(())
    }
}
