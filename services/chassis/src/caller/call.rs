//! One request on its way through a service.

use std::sync::Arc;

use proto::Method;
use uuid::Uuid;

use super::{Caller, Grant};
use crate::telemetry::TraceParent;

/// One request: who, what, why, and what makes it repeatable.
#[derive(Debug, Clone)]
pub struct Call {
    /// The RPC.
    pub method: &'static Method,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// What the access rule grants.
    pub grant: Grant,
    /// Id of the request, for people who report trouble.
    pub request_id: Arc<str>,
    /// Position in the distributed trace.
    pub trace: TraceParent,
    /// Key under which the first answer is kept.
    pub idempotency_key: Option<Arc<str>>,
    /// The version the caller read (`If-Match`), without quotes.
    pub if_match: Option<Arc<str>>,
    /// SHA-256 of the request, to tell a repeat from another request under the same key.
    pub request_hash: [u8; 32],
}

impl Call {
    /// The worker, if a worker calls.
    pub fn worker(&self) -> Option<Uuid> {
        self.caller.worker
    }
}
