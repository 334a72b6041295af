//! What every request passes first and last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use chassis::health::Readiness;
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use super::{RequestInfo, SecurityHeaders};
use crate::problem::Problem;

/// Settings of the outermost layer.
#[derive(Debug)]
pub struct OuterConfig {
    /// Most requests at once; more are told to come back.
    pub max_concurrent: usize,
    /// Header with the client's address, when a proxy of ours stands in front.
    pub client_address_header: Option<HeaderName>,
    /// Whether browsers reach us over https.
    pub https: bool,
}

/// The outermost layer around the routes.
#[derive(Clone)]
pub struct Outer(Arc<Inner>);

struct Inner {
    router: Router,
    config: OuterConfig,
    security: SecurityHeaders,
    places: Semaphore,
    readiness: Readiness,
}

/// The name of the route in metrics, put there by whoever found it.
#[derive(Debug, Clone)]
pub struct RouteName(pub Arc<str>);

impl Outer {
    /// Wraps the routes. While the process is not ready, every answer asks the client to close its connection.
    pub fn new(router: Router, config: OuterConfig, readiness: Readiness) -> Self {
        let security = SecurityHeaders::new(config.https);
        let places = Semaphore::new(config.max_concurrent.min(Semaphore::MAX_PERMITS));
        Self(Arc::new(Inner { router, config, security, places, readiness }))
    }

    /// Answers a request.
    pub async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response {
        let inner = &*self.0;
        let started = Instant::now();
        let info =
            RequestInfo::read(request.headers(), peer.ip(), inner.config.client_address_header.as_ref());
        let id = Arc::clone(&info.id);
        let response = match inner.places.try_acquire() {
            Ok(_place) => {
                request.extensions_mut().insert(info);
                let answered: Result<Response, Infallible> =
                    inner.router.clone().oneshot(request.map(Body::new)).await;
                answered.unwrap_or_else(|never| match never {})
            }
            Err(_full) => problem_response(Problem::unavailable("OVERLOADED")),
        };
        let mut response = written_out(response, &id);
        let headers = response.headers_mut();
        inner.security.put(headers);
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert("x-request-id", id);
        }
        if !inner.readiness.is_ready() {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        measure(&response, &id, started);
        response
    }
}

fn problem_response(problem: Problem) -> Response {
    axum::response::IntoResponse::into_response(problem)
}

/// Writes the body of a problem, which needs the request id.
fn written_out(mut response: Response, request_id: &str) -> Response {
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| {
        let bare = response.status() == StatusCode::METHOD_NOT_ALLOWED
            && !response.headers().contains_key(header::CONTENT_TYPE);
        bare.then(|| {
            let allow = response.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok());
            crate::api::wrong_method(allow.unwrap_or_default())
        })
    });
    let Some(problem) = problem else { return response };
    let mut written = problem.render(request_id);
    for (name, value) in response.headers() {
        // what a handler put on its problem, for instance a cookie; but not the length of the empty body
        if *name != header::CONTENT_LENGTH {
            written.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
    }
    if let Some(name) = response.extensions_mut().remove::<RouteName>() {
        written.extensions_mut().insert(name);
    }
    written
}

fn measure(response: &Response, request_id: &str, started: Instant) {
    let status = response.status();
    let route: Arc<str> = response
        .extensions()
        .get::<RouteName>()
        .map_or_else(|| Arc::from("other"), |name| Arc::clone(&name.0));
    let elapsed = started.elapsed();
    if status.is_server_error() {
        tracing::warn!(
            http.route = &*route,
            http.status = status.as_u16(),
            request.id = request_id,
            duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            "a request was not answered as it should"
        );
    }
    metrics::counter!("http_requests_total", "route" => route.to_string(), "status" => status.as_str().to_owned())
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route.to_string()).record(elapsed.as_secs_f64());
}
