//! The part of signing in that only programs see: discovery, keys, token, userinfo.

use std::sync::{Arc, PoisonError};

use axum::{
    Form, Json,
    extract::State as Extract,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::state::{ACCESS_SECONDS, Grant, State, challenge_of};
use crate::{keys::PublicKeySet, task::now_seconds};

/// How long an ID token is valid, in seconds.
const ID_TOKEN_SECONDS: i64 = 300;
/// How sure the provider is of who this is: not at all.
const ACR: &str = "urn:bondgenoot:acr:demo";

/// The discovery document.
pub(super) async fn discovery(Extract(state): Extract<Arc<State>>) -> Json<Value> {
    let url = &state.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks.json"),
        "end_session_endpoint": format!("{url}/end_session"),
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "acr_values_supported": [ACR],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "name", "email", "preferred_username"
        ],
    }))
}

/// The public keys.
pub(super) async fn jwks(Extract(state): Extract<Arc<State>>) -> Json<PublicKeySet> {
    Json(state.signer.lock().unwrap_or_else(PoisonError::into_inner).public())
}

/// The fields of a question for tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Exchanges a code for tokens.
pub(super) async fn exchange(
    Extract(state): Extract<Arc<State>>,
    headers: HeaderMap,
    Form(exchange): Form<Exchange>,
) -> Response {
    if !is_our_client(&state, &headers, &exchange) {
        let headers = [(header::WWW_AUTHENTICATE, "Basic realm=\"bondgenoot\"")];
        return (StatusCode::UNAUTHORIZED, headers, Json(json!({ "error": "invalid_client" })))
            .into_response();
    }
    if exchange.grant_type != "authorization_code" {
        return refused("unsupported_grant_type");
    }
    let Some(grant) = state.redeem(&exchange.code) else { return refused("invalid_grant") };
    let challenge = challenge_of(&exchange.code_verifier);
    let proven: bool = challenge.as_bytes().ct_eq(grant.challenge.as_bytes()).into();
    if !proven || grant.redirect_uri != exchange.redirect_uri {
        return refused("invalid_grant");
    }
    let Some(id_token) = id_token(&state, &grant) else {
        return (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": "server_error" }))).into_response();
    };
    let answer = json!({
        "access_token": state.access_token(grant.worker),
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "scope": "openid profile email",
        "id_token": id_token,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// Tells who an access token belongs to.
pub(super) async fn userinfo(Extract(state): Extract<Arc<State>>, headers: HeaderMap) -> Response {
    let token = authorization(&headers, "Bearer ").unwrap_or_default();
    let Some(person) = state.of_access_token(&token) else {
        let headers = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
        return (StatusCode::UNAUTHORIZED, headers).into_response();
    };
    Json(json!({
        "sub": person.worker_id,
        "name": person.name,
        "email": person.email,
        "preferred_username": person.login,
    }))
    .into_response()
}

fn id_token(state: &State, grant: &Grant) -> Option<String> {
    let person = state.person(grant.worker)?;
    let now = now_seconds();
    let mut claims = json!({
        "iss": state.url,
        "sub": person.worker_id,
        "aud": state.config.client_id,
        "exp": now + ID_TOKEN_SECONDS,
        "iat": now,
        "auth_time": grant.signed_in_at,
        "acr": ACR,
        "name": person.name,
        "email": person.email,
        "preferred_username": person.login,
    });
    if let (Some(nonce), Some(claims)) = (&grant.nonce, claims.as_object_mut()) {
        claims.insert("nonce".to_owned(), nonce.clone().into());
    }
    state.signer.lock().unwrap_or_else(PoisonError::into_inner).sign(&claims)
}

/// The client proves itself with its secret, in the header or in the form.
fn is_our_client(state: &State, headers: &HeaderMap, exchange: &Exchange) -> bool {
    let (id, secret) = match basic(headers) {
        Some(pair) => pair,
        None => (
            exchange.client_id.clone().unwrap_or_default(),
            exchange.client_secret.clone().unwrap_or_default(),
        ),
    };
    let same: bool = secret.as_bytes().ct_eq(state.config.client_secret.as_bytes()).into();
    id == state.config.client_id && same
}

/// Id and secret in a header are form-encoded before they are base64-encoded (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let decoded = STANDARD.decode(authorization(headers, "Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    Some((plain(id)?, plain(secret)?))
}

fn authorization(headers: &HeaderMap, scheme: &str) -> Option<String> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix(scheme).map(str::to_owned)
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error })))
        .into_response()
}
