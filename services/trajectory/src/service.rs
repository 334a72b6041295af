//! Composition root: settings to gRPC services, relay, consumer and jobs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chassis::admin::Admin;
use chassis::caller::Principal;
use chassis::database::Migrations;
use chassis::events::{Consumer, Relay};
use chassis::kernel::{Kernel, Settings};
use chassis::process::{Context, Service, Shell};
use chassis::tasks::Tasks;
use proto::trajectory::v1::contact_service_server::ContactServiceServer;
use proto::trajectory::v1::duty_service_server::DutyServiceServer;
use proto::trajectory::v1::goal_service_server::GoalServiceServer;
use proto::trajectory::v1::measure_service_server::MeasureServiceServer;
use proto::trajectory::v1::trajectory_service_server::TrajectoryServiceServer;
use proto::trajectory::v1::visit_service_server::VisitServiceServer;
use region::Region;
use sqlx::migrate::Migrator;
use tonic::service::Routes;

use crate::config::TrajectoryConfig;
use crate::grpc::{Contacts, Doors, Duties, Goals, Measures, Trajectories, Visits};
use crate::use_cases::PrepareStart;
use crate::{events, jobs};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The service trajectory.
#[derive(Debug)]
pub struct TrajectoryService;

fn load_region(file: &Path) -> anyhow::Result<Region> {
    region::load(file)
        .map_err(|report| anyhow::anyhow!("the region file cannot be used (region.file):\n{report}"))
}

/// Region and kernel, as both `serve` and the jobs need them.
async fn open(config: &TrajectoryConfig, tasks: &Tasks) -> anyhow::Result<(Arc<Region>, Kernel)> {
    let region = Arc::new(load_region(&config.region.file)?);
    let settings = Settings {
        database: &config.database,
        keys: &config.keys,
        region: region.code.as_str(),
        time_zone: region.time_zone.iana_name().context("the time zone of the region has no name")?,
        clock_file: config.region.clock_file.as_deref(),
    };
    let kernel = Kernel::open(&settings, &TrajectoryService::migrations(), tasks).await?;
    Ok((region, kernel))
}

impl Service for TrajectoryService {
    const NAME: &'static str = "trajectory";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const COMMANDS: &'static [&'static str] = &["duties"];
    type Config = TrajectoryConfig;

    fn shell(config: &TrajectoryConfig) -> Shell<'_> {
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

    fn region_code(config: &TrajectoryConfig) -> anyhow::Result<String> {
        Ok(load_region(&config.region.file)?.code.to_string())
    }

    async fn start(config: TrajectoryConfig, context: Context) -> anyhow::Result<()> {
        let (region, kernel) = open(&config, &context.tasks).await?;
        kernel.work.run_as(Principal::Job, PrepareStart { region: Arc::clone(&region) }).await?;
        let relay = Relay::spawn(&kernel.work, &config.database, &config.broker)?;
        let consumer = Consumer::spawn(&kernel.work, &config.broker, events::handlers(&region));
        let sweep = jobs::duties::keep_up(
            kernel.work.clone(),
            Arc::clone(&region),
            Duration::from_millis(config.duties.look_every_ms.max(1)),
            context.tasks.shutdown().clone(),
        );
        context.tasks.background("duties", sweep);
        let doors = Doors::new(kernel.work.clone(), region);
        let admin = Admin::new(kernel.work.clone(), Some(relay), Some(consumer));
        let routes = Routes::new(TrajectoryServiceServer::new(Trajectories(doors.clone())))
            .add_service(ContactServiceServer::new(Contacts(doors.clone())))
            .add_service(GoalServiceServer::new(Goals(doors.clone())))
            .add_service(MeasureServiceServer::new(Measures(doors.clone())))
            .add_service(DutyServiceServer::new(Duties(doors.clone())))
            .add_service(VisitServiceServer::new(Visits(doors)))
            .add_service(admin.into_server());
        let server = kernel.server(&config.grpc, &config.tls)?;
        let address = server.spawn(routes, config.grpc.address, &context.tasks).await?;
        tracing::info!(grpc.address = %address, "listening");
        Ok(())
    }

    async fn command(
        name: &str,
        _arguments: &[String],
        config: TrajectoryConfig,
    ) -> Option<anyhow::Result<()>> {
        match name {
            "duties" => Some(sweep(&config).await),
            _ => None,
        }
    }
}

async fn sweep(config: &TrajectoryConfig) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    let (region, kernel) = open(config, &tasks).await?;
    jobs::duties::run(&kernel.work, &region).await?;
    tasks.finish().await;
    tracing::info!("every duty is up to today");
    Ok(())
}
