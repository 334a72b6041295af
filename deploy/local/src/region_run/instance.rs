//! One process of a service, and its migration.

use std::{net::SocketAddr, path::Path};

use super::{
    RegionOptions, Service, ServiceState,
    environment::{Purpose, Surroundings, environment},
};
use crate::{
    error::Result,
    ports::Port,
    processes::{Ledger, Process, ProcessSpec, Restart},
    progress::{Phase, Progress},
};

/// The two ports of a process.
#[derive(Debug)]
pub(super) struct InstancePorts {
    pub(super) main: Port,
    pub(super) health: Port,
}

impl InstancePorts {
    /// For the first process of a service: where the plan says, or after it.
    pub(super) fn planned(service: Service, options: &RegionOptions) -> Result<Self> {
        let (main, health) = service.port_offsets();
        let name = service.name();
        Ok(Self {
            main: Port::choose(name, options.ports.port(main), &options.progress)?,
            health: Port::choose(&format!("{name} health"), options.ports.port(health), &options.progress)?,
        })
    }

    /// For another process of a service: anywhere.
    pub(super) fn any() -> Result<Self> {
        Ok(Self { main: Port::any()?, health: Port::any()? })
    }

    pub(super) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.main.address(), self.health.address())
    }
}

/// A started process of a service.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) service: Service,
    pub(super) process: Process,
    pub(super) ports: InstancePorts,
    pub(super) database_url: Option<String>,
}

impl Instance {
    /// Starts a process and waits until it is ready.
    pub(super) async fn start(
        service: Service,
        name: &str,
        ports: InstancePorts,
        options: &RegionOptions,
        around: &Surroundings,
        folder: &Path,
        ledger: &Ledger,
    ) -> Result<Self> {
        let (address, health) = ports.addresses();
        let mut spec = spec(service, name, Purpose::Serve, options, around, folder, (address, health));
        spec.health = Some(health);
        spec.restart = options.restart;
        let start = async {
            let process = Process::start(spec, ledger, &options.progress)?;
            process.ready(options.ready_within).await?;
            Ok(process)
        };
        let process = options.progress.phase(Phase::Service(name.to_owned()), start).await?;
        let database_url = around.databases.get(&service).map(|database| database.runtime_url.clone());
        Ok(Self { service, process, ports, database_url })
    }

    pub(super) fn state(&self) -> ServiceState {
        let (address, health) = self.ports.addresses();
        ServiceState {
            address,
            health,
            database_url: self.database_url.clone(),
            log: self.process.spec().log.clone(),
        }
    }
}

/// Brings the database of a service up to date.
pub(super) async fn migrate(
    service: Service,
    options: &RegionOptions,
    around: &Surroundings,
    folder: &Path,
    progress: &Progress,
) -> Result<()> {
    // Settings have to be complete, but nothing listens while migrating.
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let name = format!("{service}-migrate");
    let spec = spec(service, &name, Purpose::Migrate, options, around, folder, (nowhere, nowhere));
    let run = async { spec.run_to_end(options.ready_within).await.map(drop) };
    progress.phase(Phase::Migrate(service.name().to_owned()), run).await
}

fn spec(
    service: Service,
    name: &str,
    purpose: Purpose,
    options: &RegionOptions,
    around: &Surroundings,
    folder: &Path,
    (address, health): (SocketAddr, SocketAddr),
) -> ProcessSpec {
    let program = options.programs.join(service.name());
    let mut spec = ProcessSpec::new(name, program, folder, folder.join(format!("logs/{name}.log")));
    let word = match purpose {
        Purpose::Migrate => "migrate",
        Purpose::Serve => "serve",
    };
    spec.arguments = vec![word.to_owned()];
    spec.restart = Restart::Never;
    spec.environment = environment(service, purpose, around, address, health);
    spec.environment.extend(options.environment.get(&service).into_iter().flatten().cloned());
    spec
}
