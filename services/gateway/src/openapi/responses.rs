//! Every status an operation can answer with.

use http::StatusCode;
use proto::AccessRule;
use serde_json::{Map, Value, json};

use crate::problem::title;

/// Statuses of errors, with what they mean here.
const ERRORS: &[(u16, &str)] = &[
    (
        400,
        "The request does not fit the contract: malformed JSON, an unknown field, a wrong value, a missing header.",
    ),
    (401, "Nobody is signed in, or a token was sent."),
    (
        403,
        "No mandate that is valid today allows this, or the request does not come from a page of the region.",
    ),
    (404, "There is no such record, or it is not within reach of the caller: the answer is the same."),
    (405, "The path does not take this method."),
    (408, "The body did not arrive in time."),
    (409, "The record is not in a state that allows this, or another change came in between."),
    (412, "The record changed since it was read; `changed_by`, `changed_at` and `current_etag` say how."),
    (413, "The body is larger than 1 MiB."),
    (415, "The body is not announced as plain JSON in UTF-8."),
    (422, "The idempotency key was used for another request."),
    (428, "If-Match is missing."),
    (429, "Too many requests from this address."),
    (500, "Something went wrong on our side."),
    (503, "This cannot be answered at the moment; repeat with the same Idempotency-Key."),
    (
        504,
        "It took too long, and it is not known whether it was carried out; repeat with the same Idempotency-Key.",
    ),
];

fn name(status: u16) -> String {
    format!("Problem{status}")
}

/// The shared responses.
pub(super) fn all() -> Map<String, Value> {
    ERRORS
        .iter()
        .map(|(status, about)| {
            let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestId"}});
            let extra = match status {
                429 | 503 => Some(("Retry-After", "#/components/headers/RetryAfter")),
                405 => Some(("Allow", "#/components/headers/Allow")),
                _ => None,
            };
            if let (Some((header, reference)), Some(headers)) = (extra, headers.as_object_mut()) {
                headers.insert(header.to_owned(), json!({"$ref": reference}));
            }
            let title = StatusCode::from_u16(*status).map(title).unwrap_or_default();
            let response = json!({
                "description": format!("{title}. {about}"),
                "headers": headers,
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            });
            (name(*status), response)
        })
        .collect()
}

/// The responses of one operation.
pub(super) fn of(
    success: Value,
    rule: AccessRule,
    is_post: bool,
    if_match: bool,
    names_record: bool,
) -> Value {
    let mut responses = Map::from_iter([("200".to_owned(), success)]);
    for (status, _) in ERRORS {
        let applies = match status {
            403 => is_post || rule != AccessRule::Public,
            404 => names_record,
            405 => false,
            408 | 409 | 413 | 415 | 422 => is_post,
            412 | 428 => if_match,
            429 => is_post && rule == AccessRule::Public,
            _ => true,
        };
        if applies {
            let reference = format!("#/components/responses/{}", name(*status));
            responses.insert(status.to_string(), json!({"$ref": reference}));
        }
    }
    Value::Object(responses)
}
