//! Composition root: settings to gRPC service, relay and event consumer.

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
use proto::finance::v1::budget_service_server::BudgetServiceServer;
use proto::finance::v1::claim_service_server::ClaimServiceServer;
use proto::finance::v1::contribution_service_server::ContributionServiceServer;
use proto::finance::v1::difference_service_server::DifferenceServiceServer;
use proto::finance::v1::employment_service_server::EmploymentServiceServer;
use proto::finance::v1::export_service_server::ExportServiceServer;
use proto::finance::v1::goal_seek_service_server::GoalSeekServiceServer;
use proto::finance::v1::import_service_server::ImportServiceServer;
use proto::finance::v1::ledger_service_server::LedgerServiceServer;
use proto::finance::v1::pot_service_server::PotServiceServer;
use proto::finance::v1::procurement_service_server::ProcurementServiceServer;
use proto::finance::v1::term_service_server::TermServiceServer;
use proto::finance::v1::time_sheet_service_server::TimeSheetServiceServer;
use proto::finance::v1::wage_service_server::WageServiceServer;
use region::Region;
use sqlx::migrate::Migrator;
use tonic::service::Routes;

use crate::config::FinanceConfig;
use crate::events;
use crate::grpc::{
    Budgets, Claims, Contributions, Differences, Employments, Exports, GoalSeek, Imports, Ledger, Pots,
    Purchases, Terms, TimeSheets, Wages,
};
use crate::import::MOST_BYTES;
use crate::jobs::export::{self, Asked};
use crate::jobs::export_key;
use crate::use_cases::PrepareStart;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Largest request with a file, in bytes: the file and what is said about it.
const LARGEST_IMPORT: usize = MOST_BYTES + (1 << 20);

/// The service finance.
#[derive(Debug)]
pub struct Finance;

fn load_region(file: &Path) -> anyhow::Result<Region> {
    region::load(file)
        .map_err(|report| anyhow::anyhow!("the region file cannot be used (region.file):\n{report}"))
}

impl Service for Finance {
    const NAME: &'static str = "finance";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    const COMMANDS: &'static [&'static str] = &["export", "export-key"];
    type Config = FinanceConfig;

    fn shell(config: &FinanceConfig) -> Shell<'_> {
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

    fn region_code(config: &FinanceConfig) -> anyhow::Result<String> {
        Ok(load_region(&config.region.file)?.code.to_string())
    }

    async fn start(config: FinanceConfig, context: Context) -> anyhow::Result<()> {
        let (region, kernel) = open(&config, &context.tasks).await?;
        kernel.work.run_as(Principal::Job, PrepareStart { region: Arc::clone(&region) }).await?;
        let relay = Relay::spawn(&kernel.work, &config.database, &config.broker)?;
        let consumer = Consumer::spawn(&kernel.work, &config.broker, events::handlers());
        let admin = Admin::new(kernel.work.clone(), Some(relay), Some(consumer));
        let (work, shared) = (&kernel.work, || Arc::clone(&region));
        let imports = ImportServiceServer::new(Imports::new(work.clone(), shared()));
        let imports = imports.max_decoding_message_size(LARGEST_IMPORT);
        let routes = Routes::new(BudgetServiceServer::new(Budgets::new(work.clone(), shared())))
            .add_service(EmploymentServiceServer::new(Employments::new(work.clone(), shared())))
            .add_service(TimeSheetServiceServer::new(TimeSheets::new(work.clone(), shared())))
            .add_service(WageServiceServer::new(Wages::new(work.clone(), shared())))
            .add_service(ClaimServiceServer::new(Claims::new(work.clone(), shared())))
            .add_service(LedgerServiceServer::new(Ledger::new(work.clone(), shared())))
            .add_service(ExportServiceServer::new(Exports::new(work.clone(), shared())))
            .add_service(TermServiceServer::new(Terms::new(work.clone(), shared())))
            .add_service(ProcurementServiceServer::new(Purchases::new(work.clone(), shared())))
            .add_service(ContributionServiceServer::new(Contributions::new(work.clone(), shared())))
            .add_service(imports)
            .add_service(DifferenceServiceServer::new(Differences::new(work.clone(), shared())))
            .add_service(GoalSeekServiceServer::new(GoalSeek::new(work.clone(), shared())))
            .add_service(PotServiceServer::new(Pots::new(work.clone(), shared())))
            .add_service(admin.into_server());
        let server = kernel.server(&config.grpc, &config.tls)?;
        let address = server.spawn(routes, config.grpc.address, &context.tasks).await?;
        tracing::info!(grpc.address = %address, "listening");
        Ok(())
    }

    async fn command(name: &str, arguments: &[String], config: FinanceConfig) -> Option<anyhow::Result<()>> {
        match name {
            "export" => Some(make_exports(arguments, &config).await),
            "export-key" => Some(export_key::run(arguments)),
            _ => None,
        }
    }
}

async fn open(config: &FinanceConfig, tasks: &Tasks) -> anyhow::Result<(Arc<Region>, Kernel)> {
    let region = Arc::new(load_region(&config.region.file)?);
    let settings = Settings {
        database: &config.database,
        keys: &config.keys,
        region: region.code.as_str(),
        time_zone: region.time_zone.iana_name().context("the time zone of the region has no name")?,
        clock_file: config.region.clock_file.as_deref(),
    };
    let kernel = Kernel::open(&settings, &Finance::migrations(), tasks).await?;
    Ok((region, kernel))
}

async fn make_exports(arguments: &[String], config: &FinanceConfig) -> anyhow::Result<()> {
    let asked = Asked::parse(arguments)?;
    let tasks = Tasks::new();
    let (region, kernel) = open(config, &tasks).await?;
    export::run(&kernel.work, region, &config.export, &asked).await?;
    tasks.finish().await;
    Ok(())
}
