//! How to run a region.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use super::Service;
use crate::{postgres::Profile, processes::Restart, progress::Progress};

/// Which ports are tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PortPlan {
    /// The same ones each time, from 8400 (the website) on, so that addresses can be remembered.
    #[default]
    Fixed,
    /// As `Fixed`, with the website on this port.
    From(u16),
    /// Any free ones: for tests, which run beside each other.
    Any,
}

impl PortPlan {
    /// The port that is this far from the first.
    pub(super) fn port(self, offset: u16) -> Option<u16> {
        const FIRST: u16 = 8400;
        match self {
            Self::Fixed => Some(FIRST + offset),
            Self::From(first) => first.checked_add(offset),
            Self::Any => None,
        }
    }
}

/// How the sign-in issuer runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IssuerMode {
    /// Inside this process, where a test can make it misbehave.
    #[default]
    InProcess,
    /// As a process of its own: this program with these arguments and the path of its configuration file.
    Process {
        /// The program, `bondgenoot` itself.
        program: PathBuf,
        /// What makes it the issuer.
        arguments: Vec<String>,
    },
}

/// A broker that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBroker {
    /// Its address with user and password, without virtual host.
    pub amqp_url: String,
    /// Its management API with user and password; that user may make virtual hosts.
    pub management_url: String,
}

/// How to run a region on this machine.
#[derive(Debug, Clone)]
pub struct RegionOptions {
    /// The data folder.
    pub folder: PathBuf,
    /// The region file.
    pub region_file: PathBuf,
    /// The people who can sign in.
    pub people_file: PathBuf,
    /// The folder with the programs of the services, named like the services.
    pub programs: PathBuf,
    /// Which services run.
    pub services: Vec<Service>,
    /// Which of them run as two processes (`intake` and `intake-2`) that their callers both know.
    pub doubled: Vec<Service>,
    /// What a commit means on the private PostgreSQL.
    pub profile: Profile,
    /// Which ports are tried first.
    pub ports: PortPlan,
    /// Whether services that end by themselves start again.
    pub restart: Restart,
    /// A PostgreSQL that is there already (address of a superuser), in place of a private one.
    pub postgres: Option<String>,
    /// A broker that is there already, in place of a private one.
    pub broker: Option<GivenBroker>,
    /// Stands before the names of databases, so that regions can share a given PostgreSQL; may be empty.
    pub database_prefix: String,
    /// The virtual host of the region.
    pub vhost: String,
    /// How the sign-in issuer runs.
    pub issuer: IssuerMode,
    /// The address people use, when it is not the gateway's own.
    pub public_url: Option<String>,
    /// More settings by service, as environment variables; they win over ours.
    pub environment: BTreeMap<Service, Vec<(String, String)>>,
    /// Throws the data of an earlier run away first.
    pub fresh: bool,
    /// How long one service may take to migrate or to become ready.
    pub ready_within: Duration,
    /// Who is told what happens.
    pub progress: Progress,
}

impl RegionOptions {
    /// All services, from the programs in this folder, for development: durable, fixed ports, restarts.
    pub fn new(
        folder: impl Into<PathBuf>,
        region_file: impl Into<PathBuf>,
        people_file: impl Into<PathBuf>,
        programs: impl Into<PathBuf>,
    ) -> Self {
        Self {
            folder: folder.into(),
            region_file: region_file.into(),
            people_file: people_file.into(),
            programs: programs.into(),
            services: Service::ALL.to_vec(),
            doubled: Vec::new(),
            profile: Profile::Durable,
            ports: PortPlan::Fixed,
            restart: Restart::BackOff,
            postgres: None,
            broker: None,
            database_prefix: String::new(),
            vhost: "bondgenoot".to_owned(),
            issuer: IssuerMode::InProcess,
            public_url: None,
            environment: BTreeMap::new(),
            fresh: false,
            ready_within: Duration::from_mins(1),
            progress: Progress::silent(),
        }
    }

    /// The file with the offset of business time.
    pub fn clock_file(folder: &Path) -> PathBuf {
        folder.join("clock-offset")
    }

    /// Lets business time be set, in a demo region: every process reads [`clock_file`](Self::clock_file).
    #[must_use]
    pub fn with_business_clock(mut self) -> Self {
        let file = Self::clock_file(&self.folder).display().to_string();
        for service in Service::ALL {
            let name = format!("{}_REGION__CLOCK_FILE", service.name().to_uppercase());
            self.environment.entry(service).or_default().push((name, file.clone()));
        }
        self
    }

    /// The same for tests: any ports, no restarts, and this promise about commits.
    #[must_use]
    pub fn for_tests(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self.ports = PortPlan::Any;
        self.restart = Restart::Never;
        self
    }
}
