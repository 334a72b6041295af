//! Starting, stopping and killing the server.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Signal;

use super::{
    folder::{data_folder, prepare},
    roles::{ServiceDatabase, create_service_database},
};
use crate::{
    error::{Error, Result},
    files,
    packages::{Machine, postgres_user},
    ports::Port,
    processes::{Exit, Ledger, Process, ProcessSpec, Stop},
    progress::Progress,
};

/// How long a start may take: recovery after a crash under load is part of it.
const START_WITHIN: Duration = Duration::from_mins(1);
/// How often a start is tried again on another port, or while the processes of a killed server still end.
const ATTEMPTS: u32 = 20;

/// What the server promises about a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// What is acknowledged survives a crash of the machine: `fsync`, `synchronous_commit` and `full_page_writes` on.
    #[default]
    Durable,
    /// All three off: for tests, where a crash of the machine may lose everything. A crash of the server alone may too.
    Fast,
}

/// How to run a private PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The folder of the region; the data goes into `postgres` below it, or elsewhere (see
    /// [`PrivatePostgres::data_folder`]).
    pub region_folder: PathBuf,
    /// The port to try first; `None` for any.
    pub port: Option<u16>,
    /// What a commit means.
    pub profile: Profile,
    /// Most connections at a time.
    pub max_connections: u16,
    /// More settings of the server, as name and value, given after ours.
    pub settings: Vec<(String, String)>,
}

impl PostgresOptions {
    /// Any port, durable, 200 connections.
    pub fn new(region_folder: impl Into<PathBuf>) -> Self {
        Self {
            region_folder: region_folder.into(),
            port: None,
            profile: Profile::Durable,
            max_connections: 200,
            settings: Vec::new(),
        }
    }

    /// With this profile.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// With this port, or the next free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }
}

/// A running (or stopped) private PostgreSQL. When it is dropped the server is killed; the data stays.
#[derive(Debug)]
pub struct PrivatePostgres {
    process: Process,
    port: Port,
    folder: PathBuf,
    profile: Profile,
}

impl PrivatePostgres {
    /// Where the data of a region's server is kept.
    pub fn data_folder(region_folder: &Path) -> Result<PathBuf> {
        data_folder(region_folder)
    }

    /// Makes the cluster if there is none, starts the server and waits until it accepts connections. A taken port is
    /// passed over.
    ///
    /// # Errors
    /// [`Error::Missing`] without PostgreSQL 15 or newer; [`Error::Ended`] or [`Error::Timeout`] with the end of its log.
    pub async fn start(options: &PostgresOptions, ledger: &Ledger, progress: &Progress) -> Result<Self> {
        let machine = Machine::look();
        let programs = machine.postgres()?;
        let user = postgres_user()?;
        let folder = data_folder(&options.region_folder)?;
        let logs = options.region_folder.join("logs");
        prepare(&folder, programs, options.profile, user, &logs.join("initdb.log")).await?;
        let mut wanted = options.port;
        let mut attempt = 1;
        loop {
            let port = Port::choose("postgresql", wanted, progress)?;
            let mut spec = ProcessSpec::new(
                "postgres",
                programs.program("postgres"),
                &folder,
                logs.join("postgres.log"),
            );
            spec.arguments = arguments(&folder, port.number(), options);
            spec.user = user;
            spec.stop = Stop::Interrupt;
            spec.stop_within = Duration::from_secs(30);
            let process = Process::start(spec, ledger, progress)?;
            match wait_ready(&process, &folder).await {
                Ok(()) => return Ok(Self { process, port, folder, profile: options.profile }),
                Err(error) if attempt < ATTEMPTS && address_in_use(&error) => {
                    // Somebody bound the port between our test and the start.
                    wanted = wanted.map(|_| port.number().saturating_add(1));
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The folder with the data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a commit means on this server.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The supervised process: its id, status and log, and signals such as SIGSTOP.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The address of a database for a role.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port())
    }

    /// The address of the maintenance database for the superuser.
    pub fn superuser_url(&self) -> String {
        self.url("postgres", "postgres")
    }

    /// Makes the roles and the database of a service; does nothing when they are there.
    pub async fn create_service_database(&self, service: &str) -> Result<ServiceDatabase> {
        create_service_database(&self.superuser_url(), service).await
    }

    /// Stops the server in good order (SIGINT: open transactions are rolled back, a checkpoint is written).
    pub async fn stop(&self) -> Result<Exit> {
        self.process.stop().await
    }

    /// Stops the server at once (SIGQUIT): no checkpoint, the next start recovers from the log.
    pub async fn stop_immediate(&self) -> Result<Exit> {
        self.process.signal(Signal::QUIT)?;
        match self.process.wait_ended(START_WITHIN).await {
            Some(exit) => Ok(exit),
            None => self.process.kill().await,
        }
    }

    /// Kills the server (SIGKILL to the postmaster; its children end themselves when they notice).
    pub async fn kill(&self) -> Result<Exit> {
        self.process.kill().await
    }

    /// Starts the server again on the same data and the same port, and waits until it accepts connections.
    pub async fn start_again(&self) -> Result<()> {
        let mut attempt = 1;
        loop {
            self.process.start_again()?;
            match wait_ready(&self.process, &self.folder).await {
                // The children of a killed postmaster hold its memory until they notice; the server says so and ends.
                Err(error) if attempt < ATTEMPTS && still_ending(&error) => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                other => return other,
            }
        }
    }
}

fn arguments(folder: &Path, port: u16, options: &PostgresOptions) -> Vec<String> {
    let durable = if options.profile == Profile::Durable { "on" } else { "off" };
    let ours = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        // No socket file: its path may be at most 107 bytes, and everything we run speaks TCP.
        ("unix_socket_directories", String::new()),
        ("fsync", durable.to_owned()),
        ("synchronous_commit", durable.to_owned()),
        ("full_page_writes", durable.to_owned()),
        ("max_connections", options.max_connections.to_string()),
        ("log_line_prefix", "%m [%p] %u@%d ".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
    ];
    let ours = ours.into_iter().map(|(name, value)| (name.to_owned(), value));
    let settings = ours.chain(options.settings.iter().cloned());
    let mut arguments = vec!["-D".to_owned(), folder.display().to_string()];
    arguments.extend(settings.flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]));
    arguments
}

/// Waits for what `pg_ctl` waits for: the eighth line of `postmaster.pid`, in the file of this very process.
async fn wait_ready(process: &Process, folder: &Path) -> Result<()> {
    let path = folder.join("postmaster.pid");
    process
        .ready_when(START_WITHIN, async || {
            let Ok(Some(text)) = files::read_text(&path) else { return false };
            let mut lines = text.lines();
            let ours = lines.next().and_then(|pid| pid.parse().ok()) == process.pid();
            ours && lines.nth(6).is_some_and(|state| state.trim() == "ready")
        })
        .await
}

fn address_in_use(error: &Error) -> bool {
    matches!(error, Error::Ended { tail, .. } if tail.contains("Address already in use"))
}

fn still_ending(error: &Error) -> bool {
    matches!(error, Error::Ended { tail, .. } if tail.contains("pre-existing shared memory block"))
}
