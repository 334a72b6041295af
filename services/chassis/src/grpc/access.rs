//! What happens before a handler: the caller is proven, the access rule applied, the deadline set.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::HeaderMap;
use prost::Message;
use proto::Method;
use sha2::{Digest as _, Sha256};
use tonic::body::Body;
use tonic::{Request, Status};
use tower::{Layer, Service};
use tracing::Instrument as _;

use super::status::{Rejected, status};
use crate::caller::{Call, Denied, Grant, Verifier};
use crate::clock::Clock;
use crate::error::{ErrorKind, Violation};
use crate::telemetry::TraceParent;

/// Longest idempotency key and request id.
const MAX_KEY: usize = 128;

/// Opens a request: the proven [`Call`] and the message.
///
/// # Errors
/// When the server was built without the access layer.
pub fn open<M: Message>(request: Request<M>) -> Result<(Call, M), Status> {
    let (_, mut extensions, message) = request.into_parts();
    let Some(mut call) = extensions.remove::<Call>() else {
        return Err(Status::internal("the access layer is missing"));
    };
    call.request_hash = Sha256::digest(message.encode_to_vec()).into();
    Ok((call, message))
}

/// The status of a request whose fields are wrong.
pub fn violation_status(violations: Vec<Violation>) -> Status {
    status(&Rejected {
        kind: ErrorKind::InvalidArgument,
        reason: "INVALID_FIELDS",
        message: "some fields are wrong",
        remedy: "correct the fields named in the violations and send the request again",
        violations,
    })
}

/// Proves the caller and applies the access rule of every call.
#[derive(Debug, Clone)]
pub(super) struct AccessLayer {
    pub(super) verifier: Verifier,
    pub(super) clock: Clock,
    pub(super) deadline: Duration,
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { layer: Arc::new(self.clone()), inner }
    }
}

/// A service behind the access rules.
#[derive(Debug, Clone)]
pub(super) struct Access<S> {
    layer: Arc<AccessLayer>,
    inner: S,
}

impl<S> Service<http::Request<Body>> for Access<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let started = Instant::now();
        let call = match self.layer.admit(request.uri().path(), request.headers()) {
            Ok(call) => call,
            Err(status) => {
                observe("refused", status.code() as i32, started);
                return Box::pin(async move { Ok(status.into_http()) });
            }
        };
        let deadline = asked_deadline(request.headers())
            .map_or(self.layer.deadline, |asked| asked.min(self.layer.deadline));
        let method = call.method.path;
        let span = tracing::info_span!(
            "rpc",
            rpc.method = method,
            trace.id = call.trace.trace_id(),
            request.id = &*call.request_id
        );
        request.extensions_mut().insert(call);
        // The clone that was polled ready serves this call.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let answer = async move {
            let guarded = std::panic::AssertUnwindSafe(inner.call(request)).catch_unwind();
            match tokio::time::timeout(deadline, guarded).await {
                Ok(Ok(result)) => result.map(|response| blame_the_message(response, method)),
                Ok(Err(_)) => {
                    tracing::error!(rpc.method = method, "a handler panicked");
                    Ok(refusal(
                        ErrorKind::Internal,
                        "INTERNAL",
                        "something went wrong on our side",
                        "report the request id to the operators of the region",
                    )
                    .into_http())
                }
                Err(_) => Ok(refusal(
                    ErrorKind::DeadlineExceeded,
                    "TOO_SLOW",
                    "the call took too long",
                    "retry the same call with the same idempotency key in a few seconds",
                )
                .into_http()),
            }
        };
        Box::pin(
            async move {
                let result = answer.await;
                if let Ok(response) = &result {
                    let code = response
                        .headers()
                        .get("grpc-status")
                        .and_then(|code| code.to_str().ok()?.parse().ok());
                    observe(method, code.unwrap_or(0), started);
                }
                result
            }
            .instrument(span),
        )
    }
}

/// The library below answers a frame or a message that cannot be read with "our fault", which it is not. Errors of ours carry
/// their detail; one without it comes from there.
fn blame_the_message(response: http::Response<Body>, method: &'static str) -> http::Response<Body> {
    let headers = response.headers();
    let internal = headers.get("grpc-status").is_some_and(|code| code == "13");
    if !internal || headers.contains_key("grpc-status-details-bin") {
        return response;
    }
    tracing::info!(rpc.method = method, "a message could not be read");
    refusal(
        ErrorKind::InvalidArgument,
        "MESSAGE_UNREADABLE",
        "the request is not one message of this call",
        "send one message as the contract describes it, in one frame",
    )
    .into_http()
}

fn observe(method: &'static str, code: i32, started: Instant) {
    metrics::counter!("grpc_requests_total", "method" => method, "code" => code.to_string()).increment(1);
    metrics::histogram!("grpc_request_seconds", "method" => method).record(started.elapsed().as_secs_f64());
}

fn refusal(kind: ErrorKind, reason: &'static str, message: &'static str, remedy: &'static str) -> Status {
    status(&Rejected { kind, reason, message, remedy, violations: Vec::new() })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What the caller asked for: `grpc-timeout` is a number with a unit.
fn asked_deadline(headers: &HeaderMap) -> Option<Duration> {
    let text = header(headers, "grpc-timeout")?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number.saturating_mul(3600)),
        "M" => Duration::from_secs(number.saturating_mul(60)),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

impl AccessLayer {
    fn admit(&self, path: &str, headers: &HeaderMap) -> Result<Call, Status> {
        let method: &'static Method =
            proto::method(path).ok_or_else(|| Status::unimplemented("no such method"))?;
        let caller = header(headers, "authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| {
                self.verifier
                    .verify(token)
                    .inspect_err(|error| tracing::warn!(rpc.method = path, error.chain = %crate::error::Chain(error), "a caller token was refused"))
                    .ok()
            })
            .ok_or_else(|| {
                refusal(
                    ErrorKind::Unauthenticated,
                    "CALLER_UNKNOWN",
                    "the caller is not known, or its token no longer counts",
                    "sign in again",
                )
            })?;
        let grant = Grant::decide(&method.rule, &caller, self.clock.today()).map_err(|denied| {
            tracing::info!(rpc.method = path, access.denied = ?denied, "a call was refused");
            match denied {
                Denied::NotSignedIn => refusal(
                    ErrorKind::Unauthenticated,
                    "SIGN_IN_REQUIRED",
                    "this needs somebody who signed in",
                    "sign in",
                ),
                Denied::NoMandate | Denied::WrongPrincipal => refusal(
                    ErrorKind::PermissionDenied,
                    "NO_MANDATE",
                    "none of the caller's mandates that are valid today allows this",
                    "ask the coordinator of the programme for a mandate",
                ),
            }
        })?;
        let idempotency_key = bounded(headers, "idempotency-key", "Idempotency-Key")?;
        let if_match = header(headers, "if-match").map(|value| value.trim_matches('"').into());
        if method.requires_if_match && if_match.is_none() {
            return Err(status(&Rejected {
                kind: ErrorKind::PreconditionRequired,
                reason: "IF_MATCH_REQUIRED",
                message: "the call edits a record and does not say which version was read",
                remedy: "read the record and send its etag in If-Match",
                violations: vec![Violation::new(
                    "If-Match",
                    "REQUIRED",
                    "is missing",
                    "send the etag of the record",
                )],
            }));
        }
        Ok(Call {
            method,
            caller,
            grant,
            request_id: bounded(headers, "x-request-id", "X-Request-Id")?
                .unwrap_or_else(|| crate::id::IdGenerator.uuid().to_string().into()),
            trace: TraceParent::parse_or_new(header(headers, "traceparent")),
            idempotency_key,
            if_match,
            request_hash: [0; 32],
        })
    }
}

fn bounded(headers: &HeaderMap, name: &'static str, shown: &'static str) -> Result<Option<Arc<str>>, Status> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    match value.to_str() {
        Ok(text)
            if !text.is_empty()
                && text.len() <= MAX_KEY
                && text.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Some(text.into()))
        }
        _ => Err(violation_status(vec![Violation::new(
            shown,
            "MALFORMED",
            "is not 1 to 128 visible ASCII characters",
            "send a fresh UUID",
        )])),
    }
}
