//! What a test can do to an issuer that runs in its own process.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State as Extract},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::state::State;
use crate::error::Result;

/// A way in which the issuer misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every question is answered with 503.
    Failing,
    /// Every answer comes this much later.
    Slow(Duration),
}

/// The handle on an issuer in this process. Not reachable over HTTP.
#[derive(Debug, Clone)]
pub struct IssuerControl {
    pub(super) state: Arc<State>,
}

impl IssuerControl {
    /// Makes it misbehave, or (with `None`) behave again.
    pub fn set_fault(&self, fault: Option<Fault>) {
        *self.state.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Signs with a new key from now on. The old one stays in the key set when `keep_old`, else tokens signed with it can
    /// no longer be verified. The key in the data folder is not touched.
    pub fn rotate_key(&self, keep_old: bool) -> Result<()> {
        self.state.signer.lock().unwrap_or_else(PoisonError::into_inner).rotate(keep_old)
    }
}

/// The fault now in force, shared with the handlers.
pub(super) type CurrentFault = Mutex<Option<Fault>>;

pub(super) async fn misbehave(Extract(state): Extract<Arc<State>>, request: Request, next: Next) -> Response {
    let fault = *state.fault.lock().unwrap_or_else(PoisonError::into_inner);
    match fault {
        Some(Fault::Failing) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Fault::Slow(pause)) => tokio::time::sleep(pause).await,
        None => {}
    }
    next.run(request).await
}
