//! One process of a service, and its migration.

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    path::Path,
};

use super::{
    RegionOptions, Service, ServiceState,
    environment::{Purpose, Surroundings, environment},
};
use crate::{
    error::{Error, Result},
    ports::Port,
    processes::{Ledger, Process, ProcessSpec, Restart},
    progress::Phase,
};

/// Where a process listens that only runs to its end: its settings have to be complete, but nothing listens.
const NOWHERE: (SocketAddr, SocketAddr) = {
    let nowhere = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    (nowhere, nowhere)
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
) -> Result<()> {
    let name = format!("{service}-migrate");
    let spec = spec(service, &name, Purpose::Migrate, options, around, folder, NOWHERE);
    let run = async { spec.run_to_end(options.ready_within).await.map(drop) };
    options.progress.phase(Phase::Migrate(service.name().to_owned()), run).await
}

/// Makes the demo people and their mandates known to the gateway, whose database is up to date.
pub(super) async fn import_people(
    options: &RegionOptions,
    around: &Surroundings,
    folder: &Path,
) -> Result<()> {
    let name = format!("{}-import-people", Service::Gateway);
    let mut spec = spec(Service::Gateway, &name, Purpose::ImportPeople, options, around, folder, NOWHERE);
    let file =
        std::path::absolute(&options.people_file).map_err(Error::file("finding", &options.people_file))?;
    spec.arguments.push(file.display().to_string());
    let run = async { spec.run_to_end(options.ready_within).await.map(drop) };
    options.progress.phase(Phase::People, run).await
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
        Purpose::ImportPeople => "import-people",
        Purpose::Serve => "serve",
    };
    spec.arguments = vec![word.to_owned()];
    spec.restart = Restart::Never;
    spec.environment = environment(service, purpose, around, address, health);
    spec.environment.extend(options.environment.get(&service).into_iter().flatten().cloned());
    spec
}
