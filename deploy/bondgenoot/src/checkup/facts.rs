//! What the processes of a region say about themselves.

use std::time::Duration;

use futures::future::join_all;
use local::processes::http_status;
use proto::admin::v1::GetStatusResponse;
use proto::operations::v1::{CheckRegionRequest, RegionHealth};
use region::Region;

use crate::failure::{Failure, Outcome};
use crate::operator::{Admin, health};
use crate::place::{Service, Target};

/// How long one process may take to answer: a check must not hang on the thing it checks.
const PATIENCE: Duration = Duration::from_secs(4);

/// Everything that was asked and answered.
#[derive(Debug)]
pub struct Facts {
    /// Whether the process that started the region still runs; `None` when this machine did not start it.
    pub supervised: Option<bool>,
    /// The region.
    pub region: Region,
    /// Every process.
    pub services: Vec<ServiceFacts>,
    /// What operations says, or why it says nothing.
    pub health: Result<RegionHealth, String>,
    /// Whether the sign-in issuer answers discovery, or why not; `None` when it is not this machine's.
    pub issuer: Option<Result<(), String>>,
}

/// What one process said.
#[derive(Debug)]
pub struct ServiceFacts {
    /// Its name.
    pub name: String,
    /// Status of `/readyz`, the worst of all instances; `None` when one does not answer.
    pub ready: Option<u16>,
    /// Its state; `None` for a process without gRPC.
    pub status: Option<Result<GetStatusResponse, String>>,
    /// Build of the program on disk; `None` where this machine did not start it.
    pub build_on_disk: Option<String>,
    /// How to read its log: a file, or a command.
    pub log: String,
}

impl Facts {
    /// Asks everybody at the same time.
    pub async fn gather(target: &Target) -> Outcome<Self> {
        let region = region::load(&target.region_file).map_err(|_| {
            Failure::new("the region file changed and has mistakes").next("bondgenoot region check")
        })?;
        let services = join_all(target.services.iter().map(|service| ask(target, service)));
        let (services, health, issuer) = tokio::join!(services, ask_operations(target), ask_issuer(target));
        Ok(Self {
            supervised: target.is_supervised(),
            region,
            services: services.into_iter().collect::<Outcome<_>>()?,
            health,
            issuer,
        })
    }
}

async fn ask(target: &Target, service: &Service) -> Outcome<ServiceFacts> {
    let name = service.name.as_str();
    let status = async {
        if service.grpc.is_none() {
            return Ok(None);
        }
        let mut admin = Admin::with_deadline(target, name, PATIENCE)?;
        Ok(Some(admin.status().await.map_err(|failure| failure.cause.unwrap_or(failure.what))))
    };
    let (ready, status) = tokio::join!(readiness(&service.health), status);
    let status: Outcome<_> = status;
    let program = name.split_once('-').map_or(name, |(program, _)| program);
    Ok(ServiceFacts {
        name: name.to_owned(),
        ready,
        status: status?,
        build_on_disk: target.local.as_ref().and_then(|_| {
            let folder = crate::place::programs().ok()?;
            chassis::build::id_of(&folder.join(program))
        }),
        log: service.log.clone(),
    })
}

/// Asks every instance behind a name; the worst speaks for all.
async fn readiness(health: &str) -> Option<u16> {
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host(health)).await.ok()?.ok()?;
    let answers = join_all(found.map(|address| http_status(address, "/readyz"))).await;
    let answers: Option<Vec<u16>> = answers.into_iter().collect();
    answers?.into_iter().max()
}

async fn ask_operations(target: &Target) -> Result<RegionHealth, String> {
    let why = |failure: Failure| failure.cause.unwrap_or(failure.what);
    let mut client = health(target).map_err(why)?;
    let answer = tokio::time::timeout(PATIENCE, client.check_region(CheckRegionRequest {})).await;
    let answer = answer.map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?;
    let health = answer
        .map_err(|status| why(Failure::of_status("operations", "checking the region", &status)))?
        .into_inner()
        .health;
    health.ok_or_else(|| "an empty answer".to_owned())
}

async fn ask_issuer(target: &Target) -> Option<Result<(), String>> {
    let issuer = target.local.as_ref()?.issuer_url.trim_end_matches('/');
    Some(discover(&format!("{issuer}/.well-known/openid-configuration")).await)
}

async fn discover(url: &str) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| error.without_url().to_string())?;
    let answer = client.get(url).send().await.map_err(|error| error.without_url().to_string())?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("{url}: {}", answer.status())) }
}
