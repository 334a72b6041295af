//! Composition root: settings to gRPC services, relay and jobs.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chassis::admin::Admin;
use chassis::caller::Principal;
use chassis::database::Migrations;
use chassis::events::{Consumer, Relay};
use chassis::kernel::{Kernel, Settings};
use chassis::process::{Context, Service, Shell};
use chassis::tasks::Tasks;
use proto::intake::v1::family_service_server::FamilyServiceServer;
use proto::intake::v1::person_service_server::PersonServiceServer;
use proto::intake::v1::referral_service_server::ReferralServiceServer;
use region::Region;
use sqlx::migrate::Migrator;
use tonic::service::Routes;

use crate::config::IntakeConfig;
use crate::events;
use crate::grpc::{Families, Persons, Referrals};
use crate::jobs;
use crate::use_cases::PrepareStart;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The service intake.
#[derive(Debug)]
pub struct Intake;

fn load_region(file: &Path) -> anyhow::Result<Region> {
    region::load(file)
        .map_err(|report| anyhow::anyhow!("the region file cannot be used (region.file):\n{report}"))
}

/// Region and kernel, as both `serve` and the jobs need them.
async fn open(config: &IntakeConfig, tasks: &Tasks) -> anyhow::Result<(Arc<Region>, Kernel)> {
    let region = Arc::new(load_region(&config.region.file)?);
    let settings = Settings {
        database: &config.database,
        keys: &config.keys,
        region: region.code.as_str(),
        time_zone: region.time_zone.iana_name().context("the time zone of the region has no name")?,
        clock_file: config.region.clock_file.as_deref(),
    };
    let kernel = Kernel::open(&settings, &Intake::migrations(), tasks).await?;
    Ok((region, kernel))
}

impl Service for Intake {
    const NAME: &'static str = "intake";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const COMMANDS: &'static [&'static str] = &["forget"];
    type Config = IntakeConfig;

    fn shell(config: &IntakeConfig) -> Shell<'_> {
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

    fn region_code(config: &IntakeConfig) -> anyhow::Result<String> {
        Ok(load_region(&config.region.file)?.code.to_string())
    }

    async fn start(config: IntakeConfig, context: Context) -> anyhow::Result<()> {
        let (region, kernel) = open(&config, &context.tasks).await?;
        let erased = kernel.work.run_as(Principal::Job, PrepareStart { region: Arc::clone(&region) }).await?;
        if erased > 0 {
            tracing::warn!(
                persons = erased,
                "persons in the ledger of erasures had a key again; they were erased again"
            );
        }
        let relay = Relay::spawn(&kernel.work, &config.database, &config.broker)?;
        let consumer = Consumer::spawn(&kernel.work, &config.broker, events::handlers());
        let routes =
            Routes::new(ReferralServiceServer::new(Referrals::new(kernel.work.clone(), Arc::clone(&region))))
                .add_service(FamilyServiceServer::new(Families::new(kernel.work.clone(), region)))
                .add_service(PersonServiceServer::new(Persons::new(kernel.work.clone())))
                .add_service(Admin::new(kernel.work.clone(), Some(relay), Some(consumer)).into_server());
        let server = kernel.server(&config.grpc, &config.tls)?;
        let address = server.spawn(routes, config.grpc.address, &context.tasks).await?;
        tracing::info!(grpc.address = %address, "listening");
        Ok(())
    }

    async fn command(name: &str, _arguments: &[String], config: IntakeConfig) -> Option<anyhow::Result<()>> {
        match name {
            "forget" => Some(forget(&config).await),
            _ => None,
        }
    }
}

async fn forget(config: &IntakeConfig) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    let (region, kernel) = open(config, &tasks).await?;
    let erased = jobs::forget::run(&kernel.work, &region).await?;
    tasks.finish().await;
    tracing::info!(persons = erased, "forgot whose term has passed");
    Ok(())
}
