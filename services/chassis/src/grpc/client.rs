//! Calling another service: deadline, trace and caller token on every call.

use std::time::Duration;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::caller::{Caller, Signer};
use crate::telemetry::TraceParent;

/// Seconds a token lives when a process signs for itself.
const TOKEN_SECONDS: i64 = 60;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// An address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{address}` is no address of a service; write http://host:port")]
pub struct ClientError {
    address: String,
    #[source]
    source: Option<tonic::transport::Error>,
}

/// A connection in clear to a service, made at the first call and again whenever it breaks. [`Addresses`](super::Addresses) are
/// for services that speak TLS.
pub fn channel(address: &str, deadline: Duration) -> Result<Channel, ClientError> {
    let failed = |source| ClientError { address: address.to_owned(), source };
    let endpoint = Endpoint::from_shared(address.to_owned()).map_err(|source| failed(Some(source)))?;
    if endpoint.uri().scheme_str() == Some("https") {
        return Err(failed(None));
    }
    Ok(patient(endpoint, deadline).connect_lazy())
}

/// How long a caller waits for a connection and for an answer, and how it notices that nobody is there any more.
pub fn patient(endpoint: Endpoint, deadline: Duration) -> Endpoint {
    endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(deadline)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_while_idle(true)
}

/// Signs every call as one caller: an operator, a job, or (in tests) a worker.
#[derive(Debug, Clone)]
pub struct Authorized {
    signer: Signer,
    caller: Caller,
}

impl Authorized {
    /// Calls as `caller`, vouched for by `signer`.
    pub const fn new(signer: Signer, caller: Caller) -> Self {
        Self { signer, caller }
    }
}

impl Interceptor for Authorized {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let token = self
            .signer
            .sign(&self.caller, TOKEN_SECONDS)
            .map_err(|_| Status::internal("the caller token cannot be signed"))?;
        let value: MetadataValue<Ascii> = format!("Bearer {token}")
            .parse()
            .map_err(|_| Status::internal("the caller token cannot be sent"))?;
        request.metadata_mut().insert("authorization", value);
        if request.metadata().get("traceparent").is_none()
            && let Ok(trace) = TraceParent::new_root().as_str().parse()
        {
            request.metadata_mut().insert("traceparent", trace);
        }
        Ok(request)
    }
}
