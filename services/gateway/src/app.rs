//! The routes, and what their handlers share.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use chassis::clock::Clock;
use chassis::database::UnitOfWork;
use http::{HeaderValue, StatusCode, header};
use region::Region;

use crate::api::{self, Gate, Limits};
use crate::sessions::{CookieName, Sessions};
use crate::sign_in::{self, Provider};
use crate::{openapi, pages};

/// What handlers share.
#[derive(Debug)]
pub struct App {
    /// Routes and services.
    pub gate: Gate,
    /// Who is signed in.
    pub sessions: Sessions,
    /// The gateway's own database.
    pub work: UnitOfWork,
    /// Limits per client address.
    pub limits: Limits,
    /// Where people sign in.
    pub provider: Provider,
    /// Ties a sign-in to its browser.
    pub sign_in_cookie: CookieName,
    /// Programmes, municipalities, words.
    pub region: Region,
    /// Time.
    pub clock: Clock,
    /// Scheme, host and port under which browsers know us.
    pub public_origin: String,
    /// How long a body may take.
    pub body_timeout: Duration,
}

/// The routes. Whatever has no handler of its own goes to the contract.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/aanmelden", get(pages::show_referral_form).post(pages::submit_referral))
        .route(
            "/site.css",
            get(async || cached("text/css; charset=utf-8", Bytes::from_static(pages::STYLE.as_bytes()))),
        )
        .route("/sign-in", get(sign_in::begin))
        .route("/sign-in/callback", get(sign_in::finish))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/api/v1/session", get(sign_in::session_info))
        .route(
            "/api/openapi.json",
            get(async || cached("application/json", Bytes::from_static(openapi::DOCUMENT.as_bytes()))),
        )
        .route("/api/docs", get(async || cached("text/html; charset=utf-8", openapi::page())))
        .fallback(api::answer)
        .with_state(app)
}

/// What is the same for everybody may be kept for a while.
fn cached(media_type: &'static str, body: Bytes) -> axum::response::Response {
    let mut response = pages::respond(StatusCode::OK, media_type, body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
