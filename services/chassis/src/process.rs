//! From `main` to a clean exit: settings, logs, health port, the service, signals, drain.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{self, DatabaseConfig, HealthConfig, LogConfig, millis};
use crate::database::{self, Migrations};
use crate::health::{self, Readiness};
use crate::tasks::Tasks;
use crate::telemetry;

/// Calls and tasks in flight get so long to end after the drain.
const FINISH: Duration = Duration::from_secs(25);
/// How long `wait-for-schema` waits unless told.
const SCHEMA_WITHIN: Duration = Duration::from_mins(5);
/// Threads of the runtime at most: services are small, and each thread costs memory.
const MAX_THREADS: usize = 4;

/// What a process of ours is made of.
pub trait Service: 'static {
    /// Name: binary, database, roles, queue and prefix of the environment.
    const NAME: &'static str;
    /// The settings file with every setting and its default.
    const DEFAULTS: &'static str;
    /// Its settings.
    type Config: DeserializeOwned + Send + Sync + 'static;

    /// The settings the shell itself needs.
    fn shell(config: &Self::Config) -> Shell<'_>;

    /// Its migrations.
    fn migrations() -> Migrations;

    /// Reads the region file and gives the region's code.
    fn region_code(config: &Self::Config) -> anyhow::Result<String>;

    /// Composes and starts the service; background work goes to `context.tasks`. Ready when this returns.
    fn start(config: Self::Config, context: Context) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// A further subcommand: a run-once job or a tool. `None` when there is no such command.
    fn command(
        _name: &str,
        _arguments: &[String],
        _config: Self::Config,
    ) -> impl Future<Output = Option<anyhow::Result<()>>> + Send {
        async { None }
    }

    /// Names of the further subcommands, for the usage text.
    const COMMANDS: &'static [&'static str] = &[];
}

/// The settings of the shell.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    /// Logs.
    pub log: &'a LogConfig,
    /// Health port.
    pub health: &'a HealthConfig,
    /// Database.
    pub database: &'a DatabaseConfig,
    /// Milliseconds between "not ready" and the end of accepting.
    pub drain_ms: u64,
}

/// What the shell gives a service.
#[derive(Debug, Clone)]
pub struct Context {
    /// Background work.
    pub tasks: Tasks,
    /// Whether the process wants traffic.
    pub readiness: Readiness,
}

/// Runs a service: `<service> serve | migrate | wait-for-schema | <command>`.
#[expect(clippy::print_stderr, clippy::print_stdout, reason = "the end of a command line")]
pub fn main<S: Service>() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = arguments.first().map_or("serve", String::as_str);
    match command {
        "--version" | "-V" => {
            println!("{} {}", S::NAME, crate::build::id());
            return ExitCode::SUCCESS;
        }
        "--help" | "-h" | "help" => {
            println!("{}", usage::<S>());
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    install_tls_provider();
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, MAX_THREADS));
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("{}: cannot start the runtime: {error}", S::NAME);
                return ExitCode::FAILURE;
            }
        };
    match runtime.block_on(run::<S>(command, arguments.get(1..).unwrap_or_default())) {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(error.chain = format!("{error:#}"), "the process cannot go on");
            eprintln!("{}: {error:#}", S::NAME);
            ExitCode::FAILURE
        }
    }
}

/// Several libraries use TLS; all of them take the provider `ring`. A second call changes nothing.
pub fn install_tls_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn usage<S: Service>() -> String {
    let own = ["serve", "migrate", "wait-for-schema [--timeout-seconds N]"];
    let commands: Vec<&str> = own.iter().chain(S::COMMANDS).copied().collect();
    format!("usage: {} [{} | --version]", S::NAME, commands.join(" | "))
}

/// How long `wait-for-schema` waits; `None` when the arguments are not its own.
fn seconds(arguments: &[String]) -> Option<Duration> {
    match arguments {
        [] => Some(SCHEMA_WITHIN),
        [flag, number] if flag == "--timeout-seconds" => number.parse().ok().map(Duration::from_secs),
        _ => None,
    }
}

#[expect(clippy::print_stderr, reason = "the end of a command line")]
async fn run<S: Service>(command: &str, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let config: S::Config = config::load(S::NAME, S::DEFAULTS)?;
    telemetry::init(S::shell(&config).log)?;
    match command {
        "serve" => serve::<S>(config).await,
        "migrate" => {
            let region = S::region_code(&config)?;
            database::migrate(S::shell(&config).database, &S::migrations(), &region).await?;
            tracing::info!(service.name = S::NAME, "migrated");
            Ok(ExitCode::SUCCESS)
        }
        "wait-for-schema" => {
            let Some(within) = seconds(arguments) else {
                eprintln!("{}: write wait-for-schema [--timeout-seconds N]", S::NAME);
                return Ok(ExitCode::from(2));
            };
            database::wait_for_schema(S::shell(&config).database, &S::migrations(), within).await?;
            Ok(ExitCode::SUCCESS)
        }
        other => {
            if let Some(result) = S::command(other, arguments, config).await {
                return result.map(|()| ExitCode::SUCCESS);
            }
            eprintln!("{}: no command `{other}`\n{}", S::NAME, usage::<S>());
            Ok(ExitCode::from(2))
        }
    }
}

async fn serve<S: Service>(config: S::Config) -> anyhow::Result<ExitCode> {
    let started = std::time::Instant::now();
    let context = Context { tasks: Tasks::new(), readiness: Readiness::new() };
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let drain = millis(S::shell(&config).drain_ms);
    health::spawn(S::shell(&config).health, context.readiness.clone(), &context.tasks).await?;
    S::start(config, context.clone()).await?;
    context.readiness.set(true);
    tracing::info!(
        service.name = S::NAME,
        build.id = crate::build::id(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );
    let failed = tokio::select! {
        _ = terminate.recv() => false,
        _ = interrupt.recv() => false,
        () = context.tasks.failed() => true,
    };
    context.readiness.set(false);
    if !failed {
        tracing::info!("stopping: no new traffic, finishing what runs");
        tokio::time::sleep(drain).await;
    }
    if tokio::time::timeout(FINISH, context.tasks.finish()).await.is_err() {
        tracing::error!("some tasks did not end in time");
        return Ok(ExitCode::FAILURE);
    }
    tracing::info!("stopped");
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
