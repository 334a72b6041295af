//! Putting a region together, and taking it apart.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use futures::future::{join_all, try_join_all};

use super::{
    RegionOptions, RegionState, Service,
    environment::Surroundings,
    folder,
    instance::{Instance, InstancePorts},
    parts::{Broker, RunningIssuer, sign_in_client, start_broker, start_databases, start_issuer},
};
use crate::{
    error::{Error, Result},
    files::FolderLock,
    issuer::IssuerControl,
    keys::RegionKeys,
    postgres::{PrivatePostgres, Profile, ServiceDatabase},
    processes::{Identity, Ledger, Process},
    progress::{Phase, Progress},
    rabbitmq::{Management, PrivateRabbit},
};

/// A running region. Dropping it kills every process it started; [`LocalRegion::stop`] stops them in good order.
#[derive(Debug)]
pub struct LocalRegion {
    // In the order in which they are dropped: what depends on others first, the lock last.
    instances: BTreeMap<String, Instance>,
    issuer: RunningIssuer,
    postgres: Option<PrivatePostgres>,
    broker: Broker,
    keys: RegionKeys,
    around: Surroundings,
    postgres_url: String,
    options: RegionOptions,
    folder: PathBuf,
    ledger: Ledger,
    _lock: FolderLock,
}

impl LocalRegion {
    /// Starts a region and waits until all of it is ready. PostgreSQL (with databases and migrations), RabbitMQ (with the
    /// virtual host) and the issuer start at the same time, then all services at the same time.
    ///
    /// # Errors
    /// The first thing that went wrong; everything that was started is killed then.
    pub async fn start(options: RegionOptions) -> Result<Self> {
        let progress = options.progress.clone();
        let (folder, lock) = folder::open(&options.folder)?;
        let ledger = Ledger::open(folder.join("pids"))?;
        progress.phase(Phase::Leftovers, ledger.stop_leftovers(&progress)).await?;
        if options.fresh {
            folder::clear(&folder)?;
        }
        let keys = progress.phase(Phase::Keys, async { RegionKeys::of_folder(&folder.join("keys")) }).await?;
        let mut ports = Vec::new();
        for service in &options.services {
            ports.push((*service, service.name().to_owned(), InstancePorts::planned(*service, &options)?));
            if options.doubled.contains(service) {
                ports.push((*service, format!("{service}-2"), InstancePorts::any()?));
            }
        }
        let mut addresses = BTreeMap::<Service, Vec<SocketAddr>>::new();
        for (service, _, ports) in &ports {
            addresses.entry(*service).or_default().push(ports.main.address());
        }
        let public_url = options.public_url.clone().unwrap_or_else(|| {
            let first = addresses.get(&Service::Gateway).and_then(|addresses| addresses.first());
            first.map_or_else(String::new, |address| format!("http://{address}"))
        });
        let mut around = Surroundings {
            region_file: std::path::absolute(&options.region_file)
                .map_err(Error::file("finding", &options.region_file))?,
            keys: keys.clone(),
            databases: BTreeMap::new(),
            allow_fast_database: options.profile == Profile::Fast,
            // Filled in below. `migrate` runs before the broker is there, and only needs its settings to be complete.
            amqp_url: "amqp://127.0.0.1/".to_owned(),
            management_url: "http://127.0.0.1/".to_owned(),
            sign_in: sign_in_client(&folder)?,
            public_url,
            addresses,
        };
        let foundations = tokio::try_join!(
            Box::pin(start_databases(&options, &around, &folder, &ledger)),
            Box::pin(start_broker(&options, &folder, &ledger)),
            Box::pin(progress.phase(Phase::Issuer, start_issuer(&options, &around, &folder, &ledger))),
        );
        let ((postgres, postgres_url, databases), broker, issuer) = foundations?;
        around.databases = databases;
        around.amqp_url.clone_from(&broker.amqp_url);
        around.management_url.clone_from(&broker.management_url);
        issuer.url().clone_into(&mut around.sign_in.issuer);
        let (shared, within, pids) = (&options, &around, &ledger);
        let place = folder.as_path();
        let started = try_join_all(ports.into_iter().map(async |(service, name, ports)| {
            Box::pin(Instance::start(service, &name, ports, shared, within, place, pids)).await
        }));
        let instances = started.await?;
        let instances =
            instances.into_iter().map(|instance| (instance.process.name().to_owned(), instance)).collect();
        let region = Self {
            instances,
            issuer,
            postgres,
            broker,
            keys,
            around,
            postgres_url,
            options,
            folder,
            ledger,
            _lock: lock,
        };
        region.state()?.write()?;
        Ok(region)
    }

    /// Starts another process of a service, on ports of its own; gives its name (`intake-2`). The services that run already
    /// do not know it; see [`RegionOptions::doubled`] for that.
    pub async fn add_instance(&mut self, service: Service) -> Result<String> {
        let number = self.instances.values().filter(|instance| instance.service == service).count() + 1;
        let name = format!("{service}-{number}");
        let ports = InstancePorts::any()?;
        let start =
            Instance::start(service, &name, ports, &self.options, &self.around, &self.folder, &self.ledger);
        let instance = Box::pin(start).await?;
        self.instances.insert(name.clone(), instance);
        self.state()?.write()?;
        Ok(name)
    }

    /// The process with this name: to kill, stop, pause or start it again.
    pub fn process(&self, name: &str) -> Option<&Process> {
        self.instances.get(name).map(|instance| &instance.process)
    }

    /// Starts a stopped or killed service process again and waits until it is ready.
    pub async fn start_again(&self, name: &str) -> Result<()> {
        let process =
            self.process(name).ok_or_else(|| Error::Invalid(format!("no process is named {name}")))?;
        process.start_again()?;
        process.ready(self.options.ready_within).await
    }

    /// The private PostgreSQL; `None` when one was given.
    pub fn postgres(&self) -> Option<&PrivatePostgres> {
        self.postgres.as_ref()
    }

    /// The private broker; `None` when one was given.
    pub fn rabbit(&self) -> Option<&PrivateRabbit> {
        self.broker.private.as_ref()
    }

    /// The management API of the broker.
    pub fn management(&self) -> &Management {
        &self.broker.management
    }

    /// The handle that makes the issuer misbehave; `None` when it is a process of its own.
    pub fn issuer_control(&self) -> Option<&IssuerControl> {
        match &self.issuer {
            RunningIssuer::InProcess { issuer, .. } => Some(issuer.control()),
            RunningIssuer::Process { .. } => None,
        }
    }

    /// The keys of the region.
    pub fn keys(&self) -> &RegionKeys {
        &self.keys
    }

    /// The database of a service, for both its roles.
    pub fn database(&self, service: Service) -> Option<&ServiceDatabase> {
        self.around.databases.get(&service)
    }

    /// All addresses, as other commands read them from the data folder.
    pub fn state(&self) -> Result<RegionState> {
        let pid = std::process::id();
        let supervisor =
            Identity::of(pid).ok_or_else(|| Error::Invalid("this process is not in /proc".to_owned()))?;
        Ok(RegionState {
            supervisor,
            folder: self.folder.clone(),
            region_file: self.around.region_file.clone(),
            public_url: self.around.public_url.clone(),
            issuer_url: self.issuer.url().to_owned(),
            postgres_url: self.postgres_url.clone(),
            amqp_url: self.broker.amqp_url.clone(),
            management_url: self.broker.management_url.clone(),
            vhost: self.options.vhost.clone(),
            caller_keys_file: self.keys.caller_keys_file.clone(),
            operator_key_file: self.keys.operator.file.clone(),
            operator_key_id: self.keys.operator.id.clone(),
            services: self
                .instances
                .iter()
                .map(|(name, instance)| (name.clone(), instance.state()))
                .collect(),
        })
    }

    /// Stops everything in good order: services and issuer first, then the servers. All are asked, also when one fails.
    pub async fn stop(self) -> Result<()> {
        let progress: Progress = self.options.progress.clone();
        progress.phase(Phase::Stop, Box::pin(self.stop_parts())).await
    }

    async fn stop_parts(self) -> Result<()> {
        let mut exits = join_all(self.instances.values().map(|instance| instance.process.stop())).await;
        if let RunningIssuer::Process { process, .. } = &self.issuer {
            exits.push(process.stop().await);
        }
        let postgres = async {
            match &self.postgres {
                Some(postgres) => postgres.stop().await.map(drop),
                None => Ok(()),
            }
        };
        let broker = async {
            match &self.broker.private {
                Some(broker) => broker.stop().await.map(drop),
                None => Ok(()),
            }
        };
        let (postgres, broker) = tokio::join!(postgres, broker);
        RegionState::remove(&self.folder)?;
        exits.into_iter().map(|exit| exit.map(drop)).chain([postgres, broker]).collect()
    }
}
