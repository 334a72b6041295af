//! The parts of a region that its services stand on, each started by itself.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use futures::future::try_join_all;

use super::{
    GivenBroker, IssuerMode, RegionOptions, Service,
    environment::{SignIn, Surroundings},
    instance::{import_people, migrate},
};
use crate::{
    error::{Error, Result},
    files,
    issuer::{Issuer, IssuerConfig},
    ports::Port,
    postgres::{PostgresOptions, PrivatePostgres, ServiceDatabase, create_named_database},
    processes::{Ledger, Process, ProcessSpec},
    progress::Phase,
    rabbitmq::{Credentials, Management, PrivateRabbit, RabbitOptions},
};

/// The broker, private or given, with the virtual host of the region.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) private: Option<PrivateRabbit>,
    pub(super) management: Management,
    pub(super) amqp_url: String,
    pub(super) management_url: String,
}

/// The sign-in issuer, with the claim on its port.
#[derive(Debug)]
pub(super) enum RunningIssuer {
    InProcess { issuer: Issuer, _port: Port },
    Process { process: Process, url: String, _port: Port },
}

impl RunningIssuer {
    pub(super) fn url(&self) -> &str {
        match self {
            Self::InProcess { issuer, .. } => issuer.url(),
            Self::Process { url, .. } => url,
        }
    }
}

/// The gateway's name and secret at the issuer, made once per data folder.
pub(super) fn sign_in_client(folder: &Path) -> Result<SignIn> {
    let path = folder.join("issuer");
    files::private_folder(&path)?;
    let file = path.join("client-secret");
    let client_secret = if let Some(secret) = files::read_text(&file)? {
        secret
    } else {
        let secret = hex::encode(rand::random::<[u8; 24]>());
        files::write_private(&file, secret.as_bytes())?;
        secret
    };
    Ok(SignIn {
        issuer: "http://127.0.0.1/".to_owned(),
        client_id: "bondgenoot-gateway".to_owned(),
        client_secret,
    })
}

/// The private server if there is one, the address of its superuser, and the databases.
pub(super) type Databases = (Option<PrivatePostgres>, String, BTreeMap<Service, ServiceDatabase>);

/// PostgreSQL, then the databases, then the migrations (all services at the same time) and the demo people.
pub(super) async fn start_databases(
    options: &RegionOptions,
    around: &Surroundings,
    folder: &Path,
    ledger: &Ledger,
) -> Result<Databases> {
    let progress = &options.progress;
    let (private, url) = if let Some(given) = &options.postgres {
        (None, given.clone())
    } else {
        let mut postgres = PostgresOptions::new(folder).profile(options.profile);
        postgres.port = options.ports.port(20);
        let start = PrivatePostgres::start(&postgres, ledger, progress);
        let private = progress.phase(Phase::Postgres, Box::pin(start)).await?;
        let url = private.superuser_url();
        (Some(private), url)
    };
    let make = try_join_all(options.services.iter().map(async |service| {
        let name = format!("{}{service}", options.database_prefix);
        let database = create_named_database(&url, service.name(), &name).await?;
        Ok::<_, Error>((*service, database))
    }));
    let databases: BTreeMap<_, _> =
        progress.phase(Phase::Databases, Box::pin(make)).await?.into_iter().collect();
    let with_databases = Surroundings { databases: databases.clone(), ..around.clone() };
    let prepare = async |service: Service| {
        migrate(service, options, &with_databases, folder).await?;
        match service {
            Service::Gateway => import_people(options, &with_databases, folder).await,
            _ => Ok(()),
        }
    };
    try_join_all(databases.keys().map(|service| Box::pin(prepare(*service)))).await?;
    Ok((private, url, databases))
}

/// RabbitMQ, then the virtual host.
pub(super) async fn start_broker(options: &RegionOptions, folder: &Path, ledger: &Ledger) -> Result<Broker> {
    let progress = &options.progress;
    let vhost = &options.vhost;
    let broker = if let Some(given) = &options.broker {
        given_broker(given, vhost)?
    } else {
        let mut rabbit = RabbitOptions::new(folder);
        rabbit.port = options.ports.port(21);
        rabbit.management_port = options.ports.port(22);
        let start = PrivateRabbit::start(&rabbit, ledger, progress);
        let rabbit = progress.phase(Phase::Rabbit, Box::pin(start)).await?;
        Broker {
            management: rabbit.management().clone(),
            amqp_url: rabbit.amqp_url(vhost),
            management_url: rabbit.management_url(),
            private: Some(rabbit),
        }
    };
    progress.phase(Phase::VirtualHost, broker.management.create_vhost(vhost)).await?;
    Ok(broker)
}

fn given_broker(given: &GivenBroker, vhost: &str) -> Result<Broker> {
    let credentials = Credentials::of_url(&given.management_url)?;
    let bad = || Error::Invalid("the address of the broker cannot be used".to_owned());
    let mut base: reqwest::Url = given.management_url.parse().map_err(|_| bad())?;
    base.set_username("").map_err(|()| bad())?;
    base.set_password(None).map_err(|()| bad())?;
    let management = Management::new(base.as_str(), credentials)?;
    let encoded = percent_encoding::utf8_percent_encode(vhost, percent_encoding::NON_ALPHANUMERIC);
    let server = given.amqp_url.trim_end_matches('/');
    Ok(Broker {
        private: None,
        management,
        amqp_url: format!("{server}/{encoded}"),
        management_url: given.management_url.clone(),
    })
}

/// The sign-in issuer, in this process or as one of its own.
pub(super) async fn start_issuer(
    options: &RegionOptions,
    around: &Surroundings,
    folder: &Path,
    ledger: &Ledger,
) -> Result<RunningIssuer> {
    let port = Port::choose("sign-in issuer", options.ports.port(1), &options.progress)?;
    let gateways = around.addresses.get(&Service::Gateway).into_iter().flatten().map(SocketAddr::port);
    let own = gateways.map(|port| [format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")]);
    let public = reqwest::Url::parse(&around.public_url).ok().map(|url| url.origin().ascii_serialization());
    let mut redirect_origins: Vec<String> = own.into_iter().flatten().chain(public).collect();
    redirect_origins.dedup();
    let config = IssuerConfig {
        address: port.address(),
        url: None,
        people_file: std::path::absolute(&options.people_file)
            .map_err(Error::file("finding", &options.people_file))?,
        folder: folder.join("issuer"),
        client_id: around.sign_in.client_id.clone(),
        client_secret: around.sign_in.client_secret.clone(),
        client_secret_file: None,
        redirect_origins,
        demo: false,
    };
    match &options.issuer {
        IssuerMode::InProcess => {
            Ok(RunningIssuer::InProcess { issuer: Issuer::start(config).await?, _port: port })
        }
        IssuerMode::Process { program, arguments } => {
            let file = folder.join("issuer/config.json");
            files::write_json(&file, &config)?;
            let mut spec = ProcessSpec::new("issuer", program, folder, folder.join("logs/issuer.log"));
            spec.arguments = arguments.iter().cloned().chain([file.display().to_string()]).collect();
            spec.health = Some(port.address());
            spec.restart = options.restart;
            let process = Process::start(spec, ledger, &options.progress)?;
            process.ready(options.ready_within).await?;
            Ok(RunningIssuer::Process { process, url: format!("http://{}", port.address()), _port: port })
        }
    }
}
