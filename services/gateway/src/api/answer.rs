//! A request of the API, from the first look to the answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderValue, header};

use super::gate::Sent;
use super::headers::Beside;
use super::{guard, not_found, wrong_method};
use crate::app::App;
use crate::contract::{Body as BodyRule, Found, Kind, Route};
use crate::http::{RequestInfo, RouteName, read_body};
use crate::problem::Problem;
use crate::sessions::Visitor;
use crate::transcode::{Violations, bind_path, bind_query, from_json, text_at, to_json};

/// Answers whatever no other handler takes: every path of the contract, and everything unknown.
pub async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let route = match app.gate.routes.find(request.method(), request.uri().path()) {
        Found::Route(route) => Arc::clone(route),
        Found::OtherMethods(methods) => {
            let mut allow: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
            allow.sort_unstable();
            return wrong_method(&allow.join(", ")).into_response();
        }
        Found::Nothing if request.uri().path().starts_with("/api/") => return not_found().into_response(),
        Found::Nothing => return crate::pages::not_found(),
    };
    let name = RouteName(Arc::from(route.name.as_str()));
    let mut response = through(&app, &route, request).await.unwrap_or_else(Problem::into_response);
    response.extensions_mut().insert(name);
    response
}

async fn through(app: &App, route: &Route, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let info = parts.extensions.get::<RequestInfo>().ok_or_else(Problem::internal)?;
    guard::no_bearer(&parts.headers)?;
    let visitor = app.sessions.visitor(&parts.headers).await?;
    let authorization = match &visitor {
        Visitor::Worker(worker) => {
            if route.is_unsafe() {
                guard::own_page(&parts.headers, &app.public_origin)?;
            }
            if worker.caller.mandates.is_empty() && !route.is_public() {
                return Err(guard::no_valid_mandate());
            }
            worker.authorization.clone()
        }
        Visitor::Anonymous if route.is_public() => {
            if route.is_unsafe() {
                app.limits.anonymous_post(info)?;
            }
            app.sessions.anonymous()?
        }
        Visitor::Anonymous => return Err(guard::sign_in_required()),
    };
    let beside = Beside::read(route, &parts.headers)?;
    let body = match route.body {
        BodyRule::None => Bytes::new(),
        BodyRule::All | BodyRule::Field(_) => read_body(&parts.headers, body, app.body_timeout).await?,
    };
    let (message, proto_names) =
        message(route, parts.uri.path(), parts.uri.query().unwrap_or_default(), &body)?;
    let answer = app.gate.call(route, info, Sent { message, proto_names, beside, authorization }).await?;
    respond(route, &answer)
}

/// The request message out of body, query and path. What the path says stands last, so it wins.
fn message(route: &Route, path: &str, query: &str, body: &Bytes) -> Result<(Bytes, bool), Problem> {
    let mut violations = Violations::default();
    let (mut wire, mut proto_names) = match &route.body {
        BodyRule::None => (Vec::new(), false),
        BodyRule::All => {
            let parsed = from_json(&route.input, body)?;
            (parsed.wire, parsed.proto_names)
        }
        BodyRule::Field(name) => {
            let field = route.input.field(name).map(|(_, field)| field);
            let Some((field, Kind::Message(inner))) = field.map(|field| (field, &field.kind)) else {
                return Err(Problem::internal());
            };
            let parsed = from_json(inner, body)?;
            (crate::transcode::wrapped(field.number, &parsed.wire), parsed.proto_names)
        }
    };
    proto_names |= bind_query(route, query, &mut wire, &mut violations);
    bind_path(route, path, &mut wire, &mut violations);
    if violations.is_empty() { Ok((wire.into(), proto_names)) } else { Err(violations.into()) }
}

fn respond(route: &Route, answer: &Bytes) -> Result<Response, Problem> {
    let mut json = Vec::with_capacity(answer.len() * 2 + 64);
    to_json(&route.output, answer, &mut json).map_err(|error| {
        tracing::error!(http.route = route.name, error.chain = %chassis::error::Chain(&error), "a service answered something else");
        Problem::internal()
    })?;
    let mut response = Response::new(Body::from(json));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let etag = text_at(answer, &route.etag).filter(|etag| !etag.is_empty());
    if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(format!("\"{etag}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}
