//! Composition root: settings to gRPC service and event consumer.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chassis::admin::Admin;
use chassis::database::Migrations;
use chassis::events::Consumer;
use chassis::kernel::{Kernel, Settings};
use chassis::process::{Context, Service, Shell};
use proto::reporting::v1::intake_report_service_server::IntakeReportServiceServer;
use proto::reporting::v1::trajectory_report_service_server::TrajectoryReportServiceServer;
use region::Region;
use sqlx::migrate::Migrator;
use tonic::service::Routes;

use crate::config::ReportingConfig;
use crate::events;
use crate::grpc::{IntakeReports, TrajectoryReports};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The service reporting.
#[derive(Debug)]
pub struct Reporting;

fn load_region(file: &Path) -> anyhow::Result<Region> {
    region::load(file)
        .map_err(|report| anyhow::anyhow!("the region file cannot be used (region.file):\n{report}"))
}

impl Service for Reporting {
    const NAME: &'static str = "reporting";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    type Config = ReportingConfig;

    fn shell(config: &ReportingConfig) -> Shell<'_> {
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

    fn region_code(config: &ReportingConfig) -> anyhow::Result<String> {
        Ok(load_region(&config.region.file)?.code.to_string())
    }

    async fn start(config: ReportingConfig, context: Context) -> anyhow::Result<()> {
        let region = Arc::new(load_region(&config.region.file)?);
        let time_zone = region.time_zone.iana_name().context("the time zone of the region has no name")?;
        let settings = Settings {
            database: &config.database,
            keys: &config.keys,
            region: region.code.as_str(),
            time_zone,
            clock_file: config.region.clock_file.as_deref(),
        };
        let kernel = Kernel::open(&settings, &Self::migrations(), &context.tasks).await?;
        let consumer = Consumer::spawn(&kernel.work, &config.broker, events::handlers());
        let reports = IntakeReports::new(kernel.work.clone(), Arc::clone(&region));
        let trajectories = TrajectoryReports::new(kernel.work.clone(), region);
        let admin = Admin::new(kernel.work.clone(), None, Some(consumer));
        let routes = Routes::new(IntakeReportServiceServer::new(reports))
            .add_service(TrajectoryReportServiceServer::new(trajectories))
            .add_service(admin.into_server());
        let server = kernel.server(&config.grpc, &config.tls)?;
        let address = server.spawn(routes, config.grpc.address, &context.tasks).await?;
        tracing::info!(grpc.address = %address, "listening");
        Ok(())
    }
}
