//! Calls an operator makes, and a coordinator's calls past the gateway.

use std::time::Duration;

use anyhow::Context as _;
use chassis::caller::{Caller, Principal, Signer};
use chassis::grpc::{Authorized, channel};
use proto::admin::v1::admin_service_client::AdminServiceClient;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::harness::RegionUnderTest;

/// Deadline of such calls.
const CALL: Duration = Duration::from_secs(30);

/// A connection on which every call is signed.
pub type Signed = InterceptedService<Channel, Authorized>;

/// The administration of a service, as an operator.
pub fn admin(region: &RegionUnderTest, service: &str) -> anyhow::Result<AdminServiceClient<Signed>> {
    let key = &region.local.keys().operator;
    let signer = Signer::from_file(&key.file, &key.id, "waasland")?;
    let caller = Authorized::new(signer, Caller::principal(Principal::Operator));
    Ok(AdminServiceClient::new(InterceptedService::new(connect(region, service)?, caller)))
}

/// A connection on which every call is signed by the gateway's key, as a worker or anybody.
pub fn signed_by_gateway(region: &RegionUnderTest, service: &str, caller: Caller) -> anyhow::Result<Signed> {
    let key = &region.local.keys().gateway;
    let signer = Signer::from_file(&key.file, &key.id, "waasland")?;
    Ok(InterceptedService::new(connect(region, service)?, Authorized::new(signer, caller)))
}

/// An unsigned connection to a service.
pub fn connect(region: &RegionUnderTest, service: &str) -> anyhow::Result<Channel> {
    let state = region.local.state()?;
    let service = state.services.get(service).with_context(|| format!("{service} does not run"))?;
    Ok(channel(&format!("http://{}", service.address), CALL)?)
}
