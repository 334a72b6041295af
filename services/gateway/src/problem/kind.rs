//! Error kinds of the chassis to HTTP statuses: the one place where that is decided.

use http::StatusCode;

/// The HTTP status of an error kind as it stands in `ErrorDetail`; `None` for a kind nobody knows.
pub fn http_status(kind: &str) -> Option<StatusCode> {
    Some(match kind {
        "INVALID_ARGUMENT" => StatusCode::BAD_REQUEST,
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "PERMISSION_DENIED" => StatusCode::FORBIDDEN,
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "ALREADY_EXISTS" | "ABORTED" | "FAILED_PRECONDITION" => StatusCode::CONFLICT,
        "STALE_PRECONDITION" => StatusCode::PRECONDITION_FAILED,
        "KEY_REUSED" => StatusCode::UNPROCESSABLE_ENTITY,
        "PRECONDITION_REQUIRED" => StatusCode::PRECONDITION_REQUIRED,
        "RESOURCE_EXHAUSTED" => StatusCode::TOO_MANY_REQUESTS,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        "DEADLINE_EXCEEDED" => StatusCode::GATEWAY_TIMEOUT,
        _ => return None,
    })
}

/// The kind that a bare gRPC code stands for, when a service sent no detail.
pub(super) fn kind_of_code(code: tonic::Code) -> &'static str {
    use tonic::Code;
    match code {
        Code::InvalidArgument | Code::OutOfRange => "INVALID_ARGUMENT",
        Code::Unauthenticated => "UNAUTHENTICATED",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::Aborted => "ABORTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::Unavailable | Code::Unimplemented => "UNAVAILABLE",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::Ok | Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => "INTERNAL",
    }
}

/// A short title for people; the same for every problem with this status.
pub fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "The request is not right",
        401 => "Sign in first",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Not with this method",
        408 => "The request came too slowly",
        409 => "Not in this state",
        412 => "Changed in the meantime",
        413 => "Too large",
        415 => "Not this media type",
        422 => "The idempotency key was used before",
        428 => "Name the version you saw",
        429 => "Too often",
        503 => "Not at the moment",
        504 => "It took too long",
        _ => "Something went wrong",
    }
}
