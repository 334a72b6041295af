//! `/api/v1/session`: who is signed in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chassis::caller::{role_name, scope_name};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::api::sign_in_required;
use crate::app::App;
use crate::pages::respond;
use crate::problem::Problem;
use crate::sessions::Visitor;

/// Says who is signed in, with the mandates of today.
pub async fn session_info(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let Visitor::Worker(worker) = app.sessions.visitor(&headers).await? else {
        return Err(sign_in_required());
    };
    let mandates: Vec<Value> = worker
        .caller
        .mandates
        .iter()
        .map(|mandate| {
            json!({
                "mandateId": mandate.id,
                "role": role_name(mandate.role),
                "programme": mandate.programme,
                "scope": scope_name(mandate.scope),
                "validFrom": mandate.valid_from,
                "validTo": mandate.valid_to,
            })
        })
        .collect();
    let body = json!({
        "workerId": worker.caller.worker,
        "organisationId": worker.caller.organisation,
        "mandates": mandates,
    });
    Ok(respond(StatusCode::OK, "application/json", body.to_string()))
}
