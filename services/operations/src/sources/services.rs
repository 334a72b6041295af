//! The services, asked as the principal `operator`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chassis::caller::{Caller, Principal, Signer};
use chassis::grpc::{Authorized, ClientError, channel};
use futures::future::join_all;
use jiff::Timestamp;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use proto::admin::v1::{GetStatusRequest, GetStatusResponse};
use tonic::Code;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::domain::{Binding, InstanceSeen, ServiceSeen, Silence, Status};

pub(super) type Client = AdminServiceClient<InterceptedService<Channel, Authorized>>;

/// The services that are watched.
#[derive(Debug, Clone)]
pub struct Services {
    watched: Vec<Watched>,
    region: String,
    within: Duration,
}

#[derive(Debug, Clone)]
struct Watched {
    name: String,
    publishes: BTreeSet<Binding>,
    instances: Vec<Client>,
}

/// The services cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum ServicesError {
    /// None is named.
    #[error(
        "no service is watched; name each under [services], or set OPERATIONS_SERVICES__<NAME> to its address"
    )]
    None,
    /// An address is wrong.
    #[error("services.{service} cannot be used")]
    Address {
        /// The service.
        service: String,
        /// Why.
        #[source]
        source: ClientError,
    },
}

impl Services {
    /// The services of a region, each with the addresses of its instances (commas between them).
    pub fn new(
        addresses: &BTreeMap<String, String>,
        signer: &Signer,
        region: &str,
        within: Duration,
    ) -> Result<Self, ServicesError> {
        let mut watched = Vec::new();
        for (name, list) in addresses {
            let client = |address: &str| -> Result<Client, ServicesError> {
                let channel = channel(address, within)
                    .map_err(|source| ServicesError::Address { service: name.clone(), source })?;
                let operator = Authorized::new(signer.clone(), Caller::principal(Principal::Operator));
                Ok(AdminServiceClient::with_interceptor(channel, operator))
            };
            let instances = list
                .split(',')
                .map(str::trim)
                .filter(|address| !address.is_empty())
                .map(client)
                .collect::<Result<Vec<_>, _>>()?;
            if !instances.is_empty() {
                watched.push(Watched { name: name.clone(), publishes: wanted_bindings(name), instances });
            }
        }
        if watched.is_empty() {
            return Err(ServicesError::None);
        }
        Ok(Self { watched, region: region.to_owned(), within })
    }

    /// Asks every instance for its status.
    pub async fn look(&self) -> Vec<ServiceSeen> {
        join_all(self.watched.iter().map(|service| async {
            let instances =
                join_all(service.instances.iter().map(|client| self.ask(&service.name, client.clone())))
                    .await;
            ServiceSeen { name: service.name.clone(), publishes: service.publishes.clone(), instances }
        }))
        .await
    }

    /// Names of the services.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.watched.iter().map(|service| service.name.as_str())
    }

    /// The first instance of a service.
    pub(super) fn client(&self, service: &str) -> Option<Client> {
        self.watched.iter().find(|watched| watched.name == service)?.instances.first().cloned()
    }

    async fn ask(&self, service: &str, mut client: Client) -> InstanceSeen {
        let answer = tokio::time::timeout(self.within, client.get_status(GetStatusRequest {})).await;
        match answer {
            Ok(Ok(answer)) => self.judge(service, answer.into_inner()),
            Ok(Err(status)) => {
                tracing::debug!(service.name = service, grpc.code = ?status.code(), "a service gave no status");
                InstanceSeen::Silent(silence(&status))
            }
            Err(_) => InstanceSeen::Silent(Silence::NoAnswer),
        }
    }

    fn judge(&self, service: &str, answer: GetStatusResponse) -> InstanceSeen {
        if answer.service != service || answer.region != self.region {
            let who = format!("{} van regio {}", answer.service, answer.region);
            return InstanceSeen::Silent(Silence::Other { who });
        }
        InstanceSeen::Answered(from_status(answer))
    }
}

/// A status without source came over the wire: somebody answered.
fn silence(status: &tonic::Status) -> Silence {
    let answered = std::error::Error::source(status).is_none();
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => Silence::Refused,
        Code::DeadlineExceeded | Code::Cancelled => Silence::NoAnswer,
        _ if answered => Silence::Failing,
        _ => Silence::NoAnswer,
    }
}

fn from_status(answer: GetStatusResponse) -> Status {
    Status {
        build_id: answer.build_id,
        started_at: answer.started_at.and_then(|at| Timestamp::new(at.seconds, at.nanos).ok()),
        epoch: answer.epoch,
        outbox_unpublished: answer.outbox_unpublished,
        outbox_oldest_seconds: answer.outbox_oldest_seconds,
        pending: answer.pending,
        pending_oldest_seconds: answer.pending_oldest_seconds,
        parked: answer.parked,
        relay_leader: answer.relay_leader,
        broker_connected: answer.broker_connected,
        queue: answer.consumes.then_some(answer.queue),
        database_settings: answer.database_settings.into_iter().collect(),
    }
}

/// Where the contract wants a service's events to go.
fn wanted_bindings(producer: &str) -> BTreeSet<Binding> {
    proto::EVENT_TYPES
        .iter()
        .filter(|event| event.producer == producer)
        .flat_map(|event| {
            event.consumers.iter().map(|consumer| Binding {
                queue: format!("bondgenoot.{consumer}"),
                routing_key: format!("{producer}.{}", event.aggregate),
            })
        })
        .collect()
}
