//! The part of signing in that a browser sees.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Query, State as Extract},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    page,
    state::{Grant, State},
};
use crate::task::now_seconds;

/// Nothing of the page may come from elsewhere, and no other page may frame it.
const PAGE_HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// The question of a client, as query of the page and as fields of its form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: Option<String>,
    code_challenge: String,
    code_challenge_method: String,
    /// Only from the form: whose button was pressed.
    login: Option<String>,
}

/// How a question is refused.
#[derive(Clone, Copy)]
enum Refusal {
    /// On a page: the browser may not be sent anywhere.
    Here(&'static str),
    /// To the client, with an error code of OAuth.
    There(&'static str),
}

/// Shows the page with the people.
pub(super) async fn show(Extract(state): Extract<Arc<State>>, Query(question): Query<Question>) -> Response {
    if let Err(refusal) = check(&state, &question) {
        return refuse(&question, refusal);
    }
    let mut parameters = vec![
        ("response_type", question.response_type.as_str()),
        ("client_id", &question.client_id),
        ("redirect_uri", &question.redirect_uri),
        ("scope", &question.scope),
        ("state", &question.state),
        ("code_challenge", &question.code_challenge),
        ("code_challenge_method", &question.code_challenge_method),
    ];
    parameters.extend(question.nonce.as_deref().map(|nonce| ("nonce", nonce)));
    (PAGE_HEADERS, Html(page::sign_in(&state.people, &parameters))).into_response()
}

/// Takes the pressed button and sends the browser back with a code.
pub(super) async fn decide(Extract(state): Extract<Arc<State>>, Form(question): Form<Question>) -> Response {
    if let Err(refusal) = check(&state, &question) {
        return refuse(&question, refusal);
    }
    let Some(person) = question.login.as_deref().and_then(|login| state.people.by_login(login)) else {
        return refuse(&question, Refusal::There("access_denied"));
    };
    let code = state.grant(Grant {
        worker: person.worker_id,
        redirect_uri: question.redirect_uri.clone(),
        nonce: question.nonce.clone(),
        challenge: question.code_challenge.clone(),
        signed_in_at: now_seconds(),
    });
    send_back(&question, &[("code", &code), ("iss", &state.url)])
}

/// What a client asks when a person signs out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndOfSession {
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// Ends a session. There is none to end here: every sign-in asks who it is.
pub(super) async fn end_session(
    Extract(state): Extract<Arc<State>>,
    Query(end): Query<EndOfSession>,
) -> Response {
    let target = end.post_logout_redirect_uri.filter(|address| state.may_return_to(address));
    let parameters: Vec<_> = end.state.iter().map(|state| ("state", state.as_str())).collect();
    match target {
        Some(address) => redirect(&address, &parameters),
        None => (PAGE_HEADERS, Html(page::signed_out())).into_response(),
    }
}

fn check(state: &State, question: &Question) -> Result<(), Refusal> {
    if question.client_id != state.config.client_id {
        return Err(Refusal::Here("unknown client_id"));
    }
    if !state.may_return_to(&question.redirect_uri) {
        return Err(Refusal::Here("redirect_uri is not below a registered origin"));
    }
    if question.response_type != "code" {
        return Err(Refusal::There("unsupported_response_type"));
    }
    if !question.scope.split(' ').any(|scope| scope == "openid") {
        return Err(Refusal::There("invalid_scope"));
    }
    // 43 characters are 256 bits in base64url: nothing shorter can be a challenge of the method S256.
    if question.code_challenge_method != "S256" || question.code_challenge.len() != 43 {
        return Err(Refusal::There("invalid_request"));
    }
    Ok(())
}

fn refuse(question: &Question, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Here(reason) => {
            (StatusCode::BAD_REQUEST, PAGE_HEADERS, Html(page::refused(reason))).into_response()
        }
        Refusal::There(error) => send_back(question, &[("error", error)]),
    }
}

fn send_back(question: &Question, parameters: &[(&str, &str)]) -> Response {
    let mut all = parameters.to_vec();
    if !question.state.is_empty() {
        all.push(("state", &question.state));
    }
    redirect(&question.redirect_uri, &all)
}

fn redirect(address: &str, parameters: &[(&str, &str)]) -> Response {
    match reqwest::Url::parse(address) {
        Ok(mut url) => {
            if !parameters.is_empty() {
                url.query_pairs_mut().extend_pairs(parameters);
            }
            Redirect::to(url.as_str()).into_response()
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
