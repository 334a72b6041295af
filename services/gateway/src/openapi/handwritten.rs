//! What does not come from the descriptors: the session, problems, and headers.

use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Paths with a handler of their own.
pub(super) fn paths() -> Map<String, Value> {
    object(json!({
        "/api/v1/session": {
            "get": {
                "operationId": "GetSession",
                "tags": ["Session"],
                "summary": "Says who is signed in",
                "description": "Says who is signed in, for which organisation, and with which mandates that are valid today.",
                "parameters": [],
                "security": [{"session": []}],
                "responses": {
                    "200": {
                        "description": "Somebody is.",
                        "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}},
                    },
                    "401": {"$ref": "#/components/responses/Problem401"},
                    "500": {"$ref": "#/components/responses/Problem500"},
                    "503": {"$ref": "#/components/responses/Problem503"},
                },
            },
        },
    }))
}

/// Schemas of what is no message.
pub(super) fn schemas() -> Map<String, Value> {
    object(json!({
        "Problem": {
            "type": "object",
            "description": "What went wrong (RFC 9457). Further members carry facts for programs, such as `current_etag`.",
            "required": ["type", "title", "status", "reason", "detail", "remedy", "violations", "request_id"],
            "properties": {
                "type": {"type": "string", "description": "URN of the reason."},
                "title": {"type": "string", "description": "The same for every problem with this status."},
                "status": {"type": "integer", "description": "HTTP status."},
                "reason": {"type": "string", "description": "Stable reason, SCREAMING_SNAKE."},
                "detail": {"type": "string", "description": "What is wrong."},
                "remedy": {"type": "string", "description": "What to do about it."},
                "violations": {
                    "type": "array",
                    "description": "Every field that is wrong.",
                    "items": {"$ref": "#/components/schemas/Violation"},
                },
                "request_id": {"type": "string", "description": "What operators ask for."},
                "changed_by": {"type": "string", "description": "With 412: the worker who changed the record."},
                "changed_at": {"type": "string", "description": "With 412: when, RFC 3339."},
                "current_etag": {"type": "string", "description": "With 412: the version as it is now."},
            },
            "additionalProperties": {"type": "string"},
        },
        "Violation": {
            "type": "object",
            "description": "One field that is wrong. Texts never repeat a value.",
            "required": ["field", "reason", "message", "remedy"],
            "properties": {
                "field": {"type": "string", "description": "Path of the field as the client wrote it, e.g. `reasons[2]`, or a header."},
                "reason": {"type": "string", "description": "Stable reason, SCREAMING_SNAKE."},
                "message": {"type": "string", "description": "What is wrong."},
                "remedy": {"type": "string", "description": "What would be right."},
            },
        },
        "Session": {
            "type": "object",
            "description": "Who is signed in.",
            "required": ["workerId", "organisationId", "mandates"],
            "properties": {
                "workerId": {"type": "string", "format": "uuid", "description": "Worker."},
                "organisationId": {"type": "string", "format": "uuid", "description": "Organisation for which they work now."},
                "mandates": {
                    "type": "array",
                    "description": "Mandates that are valid today; none means that every call but the public ones is refused.",
                    "items": {"$ref": "#/components/schemas/SessionMandate"},
                },
            },
        },
        "SessionMandate": {
            "type": "object",
            "description": "What gives a worker a role, dated.",
            "required": ["mandateId", "role", "programme", "scope", "validFrom", "validTo"],
            "properties": {
                "mandateId": {"type": "string", "format": "uuid", "description": "Mandate."},
                "role": {"type": "string", "description": "Role, e.g. `coordinator`."},
                "programme": {"type": ["string", "null"], "description": "Code of the programme; null is every programme."},
                "scope": {"type": "string", "enum": ["own_cases", "organisation", "programme", "region"], "description": "How far it reaches."},
                "validFrom": {"type": "string", "format": "date", "description": "First day."},
                "validTo": {"type": ["string", "null"], "format": "date", "description": "Last day; null is open-ended."},
            },
        },
    }))
}

/// Headers of requests.
pub(super) fn parameters() -> Map<String, Value> {
    object(json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "A new random UUID for every new request, and the same one for its repeats.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
        },
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "required": true,
            "description": "The `etag` of the record as it was read, in double quotes.",
            "schema": {"type": "string"},
        },
    }))
}

/// Headers of answers.
pub(super) fn headers() -> Map<String, Value> {
    object(json!({
        "ETag": {"description": "Version of the record, for If-Match.", "schema": {"type": "string"}},
        "RequestId": {"description": "Id of the request: the client's own, or ours.", "schema": {"type": "string"}},
        "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
        "Allow": {"description": "Methods that the path takes.", "schema": {"type": "string"}},
    }))
}
