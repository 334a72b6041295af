//! Composition: settings to a running gateway, and the commands beside it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use chassis::caller::{Principal, Signer};
use chassis::clock::Clock;
use chassis::config::{DatabaseConfig, millis};
use chassis::database::{self, Migrations, UnitOfWork};
use chassis::events::Wake;
use chassis::process::{Context, Service, Shell};
use chassis::tasks::Tasks;
use chassis::tls::Tls;
use chassis::vault::Vault;
use jiff::SignedDuration;
use openidconnect::{ClientId, IssuerUrl, RedirectUrl};
use region::Region;
use tokio::net::TcpListener;

use crate::api::{Gate, Limits};
use crate::app::{App, router};
use crate::config::{Config, DEFAULTS};
use crate::contract::Routes;
use crate::http::{Outer, OuterConfig, RateLimit, Server, ServerConfig};
use crate::openapi;
use crate::public_url::PublicUrl;
use crate::sessions::{CookieName, Lifetimes, Sessions};
use crate::sign_in::{ClientSecret, HttpClient, Provider, ProviderSettings};
use crate::upstream::Upstreams;
use crate::use_cases::{ImportPeople, RevokeMandate};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The gateway as a process.
#[derive(Debug, Clone, Copy)]
pub struct Gateway;

impl Service for Gateway {
    const NAME: &'static str = "gateway";
    const DEFAULTS: &'static str = DEFAULTS;
    const COMMANDS: &'static [&'static str] =
        &["import-people FILE", "revoke-mandate ID --reason TEXT", "openapi"];
    type Config = Config;

    fn shell(config: &Config) -> Shell<'_> {
        Shell {
            log: &config.log,
            health: &config.health,
            database: &config.database,
            drain_ms: config.http.drain_ms,
        }
    }

    fn migrations() -> Migrations {
        migrations()
    }

    fn region_code(config: &Config) -> anyhow::Result<String> {
        Ok(load_region(&config.region.file)?.code.to_string())
    }

    async fn start(config: Config, context: Context) -> anyhow::Result<()> {
        start(config, context).await.map(|_address| ())
    }

    async fn command(name: &str, arguments: &[String], config: Config) -> Option<anyhow::Result<()>> {
        match (name, arguments) {
            ("import-people", [file]) => Some(import_people(&config, Path::new(file)).await),
            ("revoke-mandate", [mandate, flag, reason]) if flag == "--reason" => {
                Some(revoke_mandate(&config, mandate, reason).await)
            }
            ("openapi", []) => Some(print_openapi()),
            _ => None,
        }
    }
}

/// The migrations of the gateway's own database.
pub fn migrations() -> Migrations {
    Migrations { service: "gateway", set: &MIGRATIONS }
}

fn load_region(file: &Path) -> anyhow::Result<Region> {
    region::load(file).map_err(|report| anyhow::anyhow!("the region cannot be used (region.file):\n{report}"))
}

/// Starts the gateway in the background and gives its address, which tells the port when the setting says 0.
///
/// # Errors
/// When a setting cannot be used, or the database is not the right one.
pub async fn start(config: Config, context: Context) -> anyhow::Result<SocketAddr> {
    let public_url = PublicUrl::parse(&config.http.public_url)?;
    let tls = Tls::open(&config.tls, &context.tasks)?;
    let region = load_region(&config.region.file)?;
    let clock = clock(&config, &region)?;
    let work = open_database(&config.database, &region, &clock, &context.tasks).await?;
    let routes = Routes::compile(proto::BARE_DESCRIPTORS)?;
    for route in routes.iter() {
        ensure!(
            config.upstreams.contains_key(&route.service),
            "upstreams.{} is not set; it answers {}",
            route.service,
            route.name
        );
    }
    let signer =
        Signer::from_file(&config.keys.caller_key_file, &config.keys.caller_key_id, region.code.as_str())?;
    let secure = public_url.is_https();
    let lifetimes = Lifetimes {
        idle: SignedDuration::from_mins(config.session.idle_minutes),
        absolute: SignedDuration::from_mins(config.session.absolute_minutes),
    };
    let upstreams = Upstreams::new(&config.upstreams, &tls)?;
    upstreams.follow(&context.tasks);
    let app = App {
        gate: Gate { routes, upstreams, deadline: millis(config.http.deadline_ms) },
        sessions: Sessions::new(
            work.clone(),
            clock.clone(),
            signer,
            CookieName::new("session", secure),
            lifetimes,
        ),
        work,
        limits: Limits {
            anonymous_posts: RateLimit::new(
                config.limits.anonymous_posts_per_minute,
                config.limits.anonymous_posts_burst,
            ),
            sign_ins: RateLimit::new(config.limits.sign_ins_per_minute, config.limits.sign_ins_burst),
        },
        provider: provider(&config, &public_url)?,
        sign_in_cookie: CookieName::new("sign-in", secure),
        region,
        clock,
        public_origin: public_url.origin().to_owned(),
        body_timeout: millis(config.http.body_timeout_ms),
    };
    serve(&config, Arc::new(app), context).await
}

async fn serve(config: &Config, app: Arc<App>, context: Context) -> anyhow::Result<SocketAddr> {
    let header = &config.http.client_address_header;
    let outer_config = OuterConfig {
        max_concurrent: config.http.max_concurrent,
        client_address_header: (!header.is_empty())
            .then(|| header.parse())
            .transpose()
            .context("http.client_address_header is no name of a header")?,
        https: app.public_origin.starts_with("https:"),
    };
    let outer = Outer::new(router(app), outer_config, context.readiness.clone());
    let address = config.http.address;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} (http.address)"))?;
    let bound = listener.local_addr()?;
    let server_config = ServerConfig {
        header_timeout: millis(config.http.header_timeout_ms),
        max_connections: config.http.max_connections,
    };
    let server = Server::new(outer, server_config, context.tasks.clone());
    context.tasks.background("http server", server.serve(listener, context.tasks.shutdown().clone()));
    Ok(bound)
}

fn provider(config: &Config, public_url: &PublicUrl) -> anyhow::Result<Provider> {
    let settings = ProviderSettings {
        issuer: IssuerUrl::new(config.sign_in.issuer.clone()).context("sign_in.issuer is no URL")?,
        client_id: ClientId::new(config.sign_in.client_id.clone()),
        client_secret: ClientSecret::new(
            config.sign_in.client_secret.clone(),
            config.sign_in.client_secret_file.clone(),
        )?,
        redirect: RedirectUrl::new(format!("{}/sign-in/callback", public_url.origin()))?,
    };
    Ok(Provider::new(settings, HttpClient::new()?))
}

fn clock(config: &Config, region: &Region) -> anyhow::Result<Clock> {
    let Some(zone) = region.time_zone.iana_name() else { bail!("the time zone of the region has no name") };
    ensure!(
        config.region.clock_file.is_none() || region.demo,
        "region.clock_file is for demo regions, and {} is none",
        region.code
    );
    Ok(Clock::new(zone, config.region.clock_file.clone())?)
}

/// Opens the gateway's own database. The gateway seals nothing, so it holds no key of the region.
async fn open_database(
    config: &DatabaseConfig,
    region: &Region,
    clock: &Clock,
    tasks: &Tasks,
) -> anyhow::Result<UnitOfWork> {
    let (pool, deployment) =
        database::open_migrated(config, &migrations(), region.code.as_str(), tasks).await?;
    Ok(UnitOfWork::new(pool, deployment, clock.clone(), Vault::ephemeral(), tasks.clone(), Wake::new()))
}

async fn with_database(config: &Config) -> anyhow::Result<UnitOfWork> {
    let region = load_region(&config.region.file)?;
    let clock = clock(config, &region)?;
    open_database(&config.database, &region, &clock, &Tasks::new()).await
}

async fn import_people(config: &Config, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let people = ImportPeople::parse(&text)?;
    let report = with_database(config).await?.run_as(Principal::Operator, people).await?;
    tracing::info!(
        mandates.added = report.added,
        mandates.changed = report.changed,
        mandates.unchanged = report.unchanged,
        "people imported"
    );
    Ok(())
}

async fn revoke_mandate(config: &Config, mandate: &str, reason: &str) -> anyhow::Result<()> {
    let mandate = mandate.parse().with_context(|| format!("`{mandate}` is not the id of a mandate"))?;
    ensure!(
        (1..=200).contains(&reason.trim().chars().count()),
        "say why, in at most 200 characters and without naming anybody: --reason \"...\""
    );
    let revoke = RevokeMandate { mandate, reason: reason.trim().to_owned() };
    let found = with_database(config).await?.run_as(Principal::Operator, revoke).await?;
    ensure!(found, "there is no mandate {mandate}");
    tracing::info!(mandate.id = %mandate, "mandate revoked");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command prints the document")]
fn print_openapi() -> anyhow::Result<()> {
    println!("{:#}", openapi::document(proto::DESCRIPTORS)?);
    Ok(())
}
