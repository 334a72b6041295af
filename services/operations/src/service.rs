//! The composition root: settings to gRPC service and background work.

use anyhow::Context as _;
use chassis::admin::Admin;
use chassis::caller::{Signer, Verifier};
use chassis::clock::Clock;
use chassis::config::millis;
use chassis::database::{self, Migrations, UnitOfWork};
use chassis::events::Wake;
use chassis::grpc::Server;
use chassis::process::{Context, Service, Shell};
use chassis::tls::Tls;
use chassis::vault::Vault;
use proto::operations::v1::action_service_server::ActionServiceServer;
use proto::operations::v1::health_service_server::HealthServiceServer;
use region::Region;
use sqlx::migrate::Migrator;
use tonic::service::Routes;

use crate::config::OperationsConfig;
use crate::grpc::{ActionRpc, HealthRpc};
use crate::jobs::{compare_histories, watch};
use crate::sources::{Broker, Cluster, Exports, Services, Sources};
use crate::use_cases::{Actions, RegionWatch};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The service.
#[derive(Debug)]
pub struct Operations;

impl Service for Operations {
    const NAME: &'static str = "operations";
    const DEFAULTS: &'static str = include_str!("../config/default.toml");
    type Config = OperationsConfig;

    fn shell(config: &OperationsConfig) -> Shell<'_> {
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

    fn region_code(config: &OperationsConfig) -> anyhow::Result<String> {
        Ok(load_region(config)?.code.as_str().to_owned())
    }

    async fn start(config: OperationsConfig, context: Context) -> anyhow::Result<()> {
        let region = load_region(&config)?;
        let code = region.code.as_str();
        let zone = region.time_zone.iana_name().context("the region's time zone has no name")?;
        let clock = Clock::new(zone, config.region.clock_file.clone())?;
        let verifier = Verifier::from_file(&config.keys.caller_keys_file, code)?;
        let signer = Signer::from_file(&config.keys.signing_key_file, &config.keys.signing_key_id, code)?;
        let tls = Tls::open_for_server(&config.tls, &context.tasks)?;
        let within = millis(config.watch.answer_within_ms);
        let services = Services::new(&config.services, &tls, &signer, code, within)?;
        let broker = Broker::new(&config.broker, within)?;
        let cluster = Cluster::open(&config.kubernetes, &clock, &context.tasks).await?;
        let work = open_database(&config, code, &clock, &context).await?;

        let (thresholds, refresh) = (config.thresholds.0.clone(), millis(config.watch.refresh_ms));
        let exports = Exports::new(clock.clone(), millis(config.watch.exports_ms));
        let sources = Sources::new(services, broker, cluster, exports);
        let actions = Actions::new(work.clone(), sources.clone(), context.tasks.clone());
        let region_watch = RegionWatch::new(work.clone(), sources, thresholds, refresh);
        let shutdown = context.tasks.shutdown();
        let watching = watch(region_watch.clone(), millis(config.watch.interval_ms), shutdown.clone());
        context.tasks.background("region watch", watching);
        let comparing =
            compare_histories(region_watch.clone(), millis(config.watch.compare_ms), shutdown.clone());
        context.tasks.background("comparison of histories", comparing);

        let admin = Admin::new(work.clone(), None, None);
        let routes = Routes::new(HealthServiceServer::new(HealthRpc::new(work, region_watch)))
            .add_service(ActionServiceServer::new(ActionRpc::new(actions)))
            .add_service(admin.into_server());
        let server = Server::new(verifier, clock, &config.grpc).with_tls(tls);
        server.spawn(routes, config.grpc.address, &context.tasks).await?;
        Ok(())
    }
}

/// As the kernel does it, but with a vault that ends with the process: operations seals nothing and holds no key of the
/// region.
async fn open_database(
    config: &OperationsConfig,
    region: &str,
    clock: &Clock,
    context: &Context,
) -> anyhow::Result<UnitOfWork> {
    let (pool, deployment) =
        database::open_migrated(&config.database, &Operations::migrations(), region, &context.tasks).await?;
    Ok(UnitOfWork::new(
        pool,
        deployment,
        clock.clone(),
        Vault::ephemeral(),
        context.tasks.clone(),
        Wake::new(),
    ))
}

fn load_region(config: &OperationsConfig) -> anyhow::Result<Region> {
    region::load(&config.region.file).map_err(|report| {
        anyhow::anyhow!("the region file {} cannot be used:\n{report}", config.region.file.display())
    })
}
