//! The services, asked as the principal `operator`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chassis::caller::{Caller, Principal, Signer};
use chassis::grpc::{Addresses, Authorized, BadAddress, Target, patient};
use chassis::tls::Tls;
use futures::future::join_all;
use jiff::Timestamp;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use proto::admin::v1::{GetStatusRequest, GetStatusResponse, RedriveParkedRequest};
use proto::finance::v1::export_service_client::ExportServiceClient;
use tonic::Code;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::domain::{Binding, InstanceSeen, ServiceSeen, Silence, Status};

/// How long parked events may be tried again: the gateway waits five seconds. What was applied by then stays applied.
const REDRIVE: Duration = Duration::from_millis(3500);

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
    addresses: Addresses,
    operator: Authorized,
    within: Duration,
    /// Who was there at the last look, each with its connection.
    instances: Arc<Mutex<Vec<(Target, Client)>>>,
}

/// Parked events cannot be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedriveError {
    /// No such service is watched.
    #[error("there is no such service")]
    NoService,
    /// It takes no events of others.
    #[error("the service takes no events of others")]
    TakesNone,
    /// It does not trust our key.
    #[error("the service does not trust the key of operations")]
    Refused,
    /// No answer, in time.
    #[error("the service does not answer")]
    NoAnswer,
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
        source: BadAddress,
    },
}

impl Services {
    /// The services of a region, each with the addresses of its instances (commas between them); a name stands for every
    /// instance behind it.
    pub fn new(
        addresses: &BTreeMap<String, String>,
        tls: &Tls,
        signer: &Signer,
        region: &str,
        within: Duration,
    ) -> Result<Self, ServicesError> {
        let watched = addresses
            .iter()
            .filter(|(_, list)| !list.trim().is_empty())
            .map(|(name, list)| {
                let addresses = Addresses::parse(list, tls)
                    .map_err(|source| ServicesError::Address { service: name.clone(), source })?;
                let operator = Authorized::new(signer.clone(), Caller::principal(Principal::Operator));
                let watched = Watched {
                    name: name.clone(),
                    publishes: wanted_bindings(name),
                    instances: Arc::default(),
                    addresses,
                    operator,
                    within,
                };
                watched.take_over(watched.addresses.as_given());
                Ok(watched)
            })
            .collect::<Result<Vec<_>, ServicesError>>()?;
        if watched.is_empty() {
            return Err(ServicesError::None);
        }
        Ok(Self { watched, region: region.to_owned(), within })
    }

    /// Asks every instance for its status.
    pub async fn look(&self) -> Vec<ServiceSeen> {
        join_all(self.watched.iter().map(|service| async {
            service.take_over(service.addresses.look_up().await);
            let clients = service.clients();
            let instances = join_all(clients.into_iter().map(|client| self.ask(&service.name, client))).await;
            ServiceSeen { name: service.name.clone(), publishes: service.publishes.clone(), instances }
        }))
        .await
    }

    /// How long an answer may take.
    pub(super) const fn within(&self) -> Duration {
        self.within
    }

    /// The exports of the first instance of a service.
    pub(super) fn exports(
        &self,
        service: &str,
    ) -> Option<ExportServiceClient<InterceptedService<Channel, Authorized>>> {
        let watched = self.watched.iter().find(|watched| watched.name == service)?;
        let target = watched.targets().into_iter().next()?;
        let channel = watched.channel(&target, self.within);
        Some(ExportServiceClient::with_interceptor(channel, watched.operator.clone()))
    }

    /// Names of the services.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.watched.iter().map(|service| service.name.as_str())
    }

    /// The first instance of a service.
    pub(super) fn client(&self, service: &str) -> Option<Client> {
        self.watched.iter().find(|watched| watched.name == service)?.clients().into_iter().next()
    }

    /// Tries parked events of a service again: these, or all when none is named. How many were applied, and parked again.
    ///
    /// # Errors
    /// When there is no such service, or it does not do it.
    pub async fn redrive(&self, service: &str, parked: &[Uuid]) -> Result<(i64, i64), RedriveError> {
        let watched = self.watched.iter().find(|watched| watched.name == service);
        let watched = watched.ok_or(RedriveError::NoService)?;
        let target = watched.targets().into_iter().next().ok_or(RedriveError::NoAnswer)?;
        let channel = watched.channel(&target, REDRIVE);
        let mut client = AdminServiceClient::with_interceptor(channel, watched.operator.clone());
        let request = RedriveParkedRequest {
            parked_ids: parked.iter().map(Uuid::to_string).collect(),
            all: parked.is_empty(),
        };
        match client.redrive_parked(request).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                Ok((answer.applied, answer.parked_again))
            }
            Err(status) => match (status.code(), silence(&status)) {
                (Code::FailedPrecondition, _) => Err(RedriveError::TakesNone),
                (_, Silence::Refused) => Err(RedriveError::Refused),
                _ => Err(RedriveError::NoAnswer),
            },
        }
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

impl Watched {
    /// A connection to one instance, with so much time for an answer.
    fn channel(&self, target: &Target, within: Duration) -> Channel {
        self.addresses.channel(target, |endpoint| patient(endpoint, within))
    }

    /// Remembers who is there now; who was there before keeps the connection.
    fn take_over(&self, targets: Vec<Target>) {
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        *instances = targets
            .into_iter()
            .map(|target| {
                let known =
                    instances.iter().find(|(other, _)| *other == target).map(|(_, client)| client.clone());
                let client = known.unwrap_or_else(|| {
                    let channel = self.channel(&target, self.within);
                    AdminServiceClient::with_interceptor(channel, self.operator.clone())
                });
                (target, client)
            })
            .collect();
    }

    fn targets(&self) -> Vec<Target> {
        let instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.iter().map(|(target, _)| target.clone()).collect()
    }

    fn clients(&self) -> Vec<Client> {
        let instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.iter().map(|(_, client)| client.clone()).collect()
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
