//! One unary call: deadline, and retries where they can do no harm.

use std::error::Error as _;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Status};

use super::Pool;
use super::codec::BytesCodec;

/// The pause before the second try; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// Answers larger than this are refused.
const LARGEST_ANSWER: usize = 8 << 20;

/// A call to a service.
#[derive(Debug)]
pub struct Call<'c> {
    /// Path of the RPC.
    pub path: &'c PathAndQuery,
    /// Caller token, trace, request id, idempotency key, `ETag`.
    pub metadata: MetadataMap,
    /// The request message.
    pub message: Bytes,
    /// When the answer is too late.
    pub deadline: Instant,
    /// Whether the call may be sent again when it is not known to have arrived: a read, or a write under an
    /// idempotency key.
    pub repeatable: bool,
}

/// What a service answered.
#[derive(Debug)]
pub struct Answer {
    /// The message.
    pub message: Bytes,
    /// How often the call was sent.
    pub tries: u32,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum CallError {
    /// The service said so.
    Status(Status),
    /// It could not be reached before the deadline.
    Unreachable(Status),
    /// The deadline passed while the service worked.
    TooSlow,
}

impl Pool {
    /// Makes a call.
    ///
    /// A connection that cannot be made, breaks, or is closed by a service that stops is tried again on the next
    /// instance until the deadline: always when the request cannot have arrived, otherwise only when it is repeatable.
    pub async fn call(&self, call: Call<'_>) -> Result<Answer, CallError> {
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        loop {
            let instance =
                self.pick().ok_or_else(|| CallError::Unreachable(Status::unavailable("no instance")))?;
            let left = call.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(CallError::TooSlow);
            }
            tries += 1;
            let mut grpc = Grpc::new(instance.channel.clone()).max_decoding_message_size(LARGEST_ANSWER);
            let mut request = Request::new(call.message.clone());
            request.metadata_mut().clone_from(&call.metadata);
            request.set_timeout(left);
            let sent = async {
                grpc.ready().await.map_err(|error| Status::from_error(error.into()))?;
                grpc.unary(request, call.path.clone(), BytesCodec).await
            };
            let status = match tokio::time::timeout(left, sent).await {
                Ok(Ok(answer)) => return Ok(Answer { message: answer.into_inner(), tries }),
                Ok(Err(status)) => status,
                Err(_elapsed) => return Err(CallError::TooSlow),
            };
            match trouble(&status) {
                Trouble::TooSlow => return Err(CallError::TooSlow),
                Trouble::Said => return Err(CallError::Status(status)),
                Trouble::NeverArrived => {}
                Trouble::Unknown if call.repeatable => {}
                Trouble::Unknown => return Err(CallError::Unreachable(status)),
            }
            self.rest(&instance);
            if call.deadline.saturating_duration_since(Instant::now()) <= pause {
                return Err(CallError::Unreachable(status));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

enum Trouble {
    /// The deadline passed: tonic watches it as well, and may notice first.
    TooSlow,
    /// The service answered with this status.
    Said,
    /// No connection: the request was not sent.
    NeverArrived,
    /// The connection broke, or the service is about to stop: the request may have arrived.
    Unknown,
}

/// A status that came over the wire has no source; one that tonic made of a transport error has.
fn trouble(status: &Status) -> Trouble {
    let mut source = status.source();
    if source.is_none() {
        return if status.code() == Code::Unavailable { Trouble::Unknown } else { Trouble::Said };
    }
    while let Some(error) = source {
        if error.is::<tonic::TimeoutExpired>() {
            return Trouble::TooSlow;
        }
        if error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
        {
            return Trouble::NeverArrived;
        }
        source = error.source();
    }
    Trouble::Unknown
}
