//! Calling the services of a region as its operator.

use std::time::Duration;

use chassis::caller::{Caller, Principal, Signer};
use chassis::grpc::{Addresses, Authorized, patient};
use proto::admin::v1::GetStatusRequest;
use proto::admin::v1::GetStatusResponse;
use proto::admin::v1::admin_service_client::AdminServiceClient;
use proto::operations::v1::health_service_client::HealthServiceClient;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::failure::{Failure, Outcome};
use crate::place::{Service, Target};

/// How long one call may take: an operator's lists are long, but nobody waits for ever.
const DEADLINE: Duration = Duration::from_secs(20);

/// The connection of an operator.
pub type Connection = InterceptedService<Channel, Authorized>;

/// What every service offers its operators, of one service.
#[derive(Debug, Clone)]
pub struct Admin {
    service: String,
    client: AdminServiceClient<Connection>,
}

impl Admin {
    /// Makes a client; connects at the first call.
    ///
    /// # Errors
    /// [`Exit::Usage`](crate::failure::Exit::Usage) for a service this region does not have, with those it has.
    pub fn of(target: &Target, service: &str) -> Outcome<Self> {
        Self::with_deadline(target, service, DEADLINE)
    }

    /// As [`of`](Self::of), for calls that take longer or must be shorter.
    pub fn with_deadline(target: &Target, service: &str, deadline: Duration) -> Outcome<Self> {
        let found = target.service(service)?;
        let client = AdminServiceClient::new(connection(target, found, deadline)?);
        Ok(Self { service: service.to_owned(), client })
    }

    /// Name of the service.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The client itself.
    pub fn client(&mut self) -> &mut AdminServiceClient<Connection> {
        &mut self.client
    }

    /// State of the process, its database and its events.
    pub async fn status(&mut self) -> Outcome<GetStatusResponse> {
        let answer = self.client.get_status(GetStatusRequest {}).await;
        Ok(answer
            .map_err(|status| Failure::of_status(&self.service, "telling its state", &status))?
            .into_inner())
    }
}

/// The health of the region, from the service `operations`.
pub fn health(target: &Target) -> Outcome<HealthServiceClient<Connection>> {
    let found = target.service("operations")?;
    Ok(HealthServiceClient::new(connection(target, found, DEADLINE)?))
}

fn connection(target: &Target, service: &Service, deadline: Duration) -> Outcome<Connection> {
    let signer = Signer::from_file(&target.operator_key_file, &target.operator_key_id, &target.region)
        .map_err(|error| {
            Failure::refused("the operator's key cannot be used")
                .because(chassis::error::Chain(&error).to_string())
                .effect("no service accepts a call from this command")
                .next("run the command as the user who started the region")
        })?;
    let wrong = |why: String| {
        Failure::usage(format!("where {} answers cannot be used", service.name))
            .because(why)
            .next("look at the file named by --region-state")
    };
    let given = service.grpc.as_deref().ok_or_else(|| wrong("it answers no operator".to_owned()))?;
    let addresses = Addresses::parse(given, &target.tls).map_err(|error| wrong(error.to_string()))?;
    let found = addresses.as_given();
    let first = found.first().ok_or_else(|| wrong("it has no address".to_owned()))?;
    let channel = addresses.channel(first, |endpoint| patient(endpoint, deadline));
    Ok(InterceptedService::new(channel, Authorized::new(signer, Caller::principal(Principal::Operator))))
}
