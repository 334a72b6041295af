//! What a call through the gateway needs, whoever makes it: the API or the form.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};

use super::headers::Beside;
use crate::contract::{Route, Routes};
use crate::http::RequestInfo;
use crate::problem::{FieldNames, Problem, from_status};
use crate::upstream::{Call, CallError, Upstreams};

/// Routes and services.
#[derive(Debug)]
pub struct Gate {
    /// Every route.
    pub routes: Routes,
    /// Where the services are.
    pub upstreams: Upstreams,
    /// How long a call may take, from the arrival of the request.
    pub deadline: Duration,
}

/// What is sent to a service.
#[derive(Debug)]
pub struct Sent {
    /// The request message.
    pub message: Bytes,
    /// Whether the client wrote field names as in the `.proto` file.
    pub proto_names: bool,
    /// Idempotency key and version.
    pub beside: Beside,
    /// `Bearer <caller token>`.
    pub authorization: MetadataValue<Ascii>,
}

impl Gate {
    /// Makes the call and gives the bytes of the answer.
    pub async fn call(&self, route: &Route, info: &RequestInfo, sent: Sent) -> Result<Bytes, Problem> {
        let repeatable = !route.is_unsafe() || sent.beside.idempotency_key.is_some();
        let mut metadata = MetadataMap::with_capacity(8);
        metadata.insert("authorization", sent.authorization);
        if let Ok(id) = MetadataValue::try_from(&*info.id) {
            metadata.insert("x-request-id", id);
        }
        if let Ok(trace) = MetadataValue::try_from(info.trace.as_str()) {
            metadata.insert("traceparent", trace);
        }
        if let Some(key) = sent.beside.idempotency_key {
            metadata.insert("idempotency-key", key);
        }
        if let Some(tag) = sent.beside.if_match {
            metadata.insert("if-match", tag);
        }
        let pool = self.upstreams.get(&route.service).ok_or_else(|| Problem::unavailable("UNAVAILABLE"))?;
        let call = Call {
            path: &route.grpc_path,
            metadata,
            message: sent.message,
            deadline: Instant::now() + self.deadline,
            repeatable,
        };
        match pool.call(call).await {
            Ok(answer) => {
                if answer.tries > 1 {
                    metrics::counter!("upstream_retries_total", "service" => route.service.clone())
                        .increment(u64::from(answer.tries - 1));
                }
                Ok(answer.message)
            }
            Err(CallError::Status(status)) => {
                let problem =
                    from_status(&status, FieldNames { message: &route.input, proto: sent.proto_names });
                if problem.status().is_server_error() {
                    tracing::warn!(
                        http.route = route.name,
                        request.id = &*info.id,
                        grpc.code = status.code() as i32,
                        "a service failed a call"
                    );
                }
                Err(problem)
            }
            Err(CallError::Unreachable(status)) => {
                tracing::warn!(
                    http.route = route.name,
                    request.id = &*info.id,
                    error.chain = %chassis::error::Chain(&status),
                    "a service could not be reached"
                );
                Err(Problem::unavailable("UNAVAILABLE"))
            }
            Err(CallError::TooSlow) => Err(crate::problem::too_slow()),
        }
    }
}
