//! What went wrong, as `application/problem+json` (RFC 9457).
//!
//! [`Problem`] is the one shape; [`from_status`] makes it from the answer of a service. A handler returns a problem as its
//! response; the outermost layer writes the body, because only there the request id is known.

mod from_status;
mod kind;

pub(crate) use from_status::too_slow;
pub use from_status::{FieldNames, from_status};
pub use kind::{http_status, title};

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::transcode::{BadJson, Violation, Violations};

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Something that went wrong, as the client may know it.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    status: StatusCode,
    reason: Cow<'static, str>,
    detail: Cow<'static, str>,
    remedy: Cow<'static, str>,
    violations: Vec<Violation>,
    metadata: BTreeMap<String, String>,
    retry_after_seconds: Option<u32>,
    allow: Option<HeaderValue>,
}

impl Problem {
    /// A problem with a stable reason (`SCREAMING_SNAKE`), what is wrong and what to do about it.
    pub fn new(
        status: StatusCode,
        reason: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            status,
            reason: reason.into(),
            detail: detail.into(),
            remedy: remedy.into(),
            violations: Vec::new(),
            metadata: BTreeMap::new(),
            retry_after_seconds: None,
            allow: None,
        }))
    }

    /// Our fault. The cause goes to the log, never into the answer.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL",
            "something went wrong on our side",
            "try again later; if it stays, report the request id to the operators of the region",
        )
    }

    /// Cannot be answered now.
    pub fn unavailable(reason: &'static str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            reason,
            "this cannot be answered at the moment",
            "send the same request again in a few seconds, with the same Idempotency-Key",
        )
        .retry_after(1)
    }

    /// The fields that are wrong.
    #[must_use]
    pub fn violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// Further facts for programs.
    #[must_use]
    pub fn metadata(mut self, metadata: BTreeMap<String, String>) -> Self {
        self.0.metadata = metadata;
        self
    }

    /// When to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// The methods that would be right.
    #[must_use]
    pub fn allow(mut self, methods: &str) -> Self {
        self.0.allow = HeaderValue::from_str(methods).ok();
        self
    }

    /// HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Stable reason.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The fields that are wrong.
    pub fn wrong_fields(&self) -> &[Violation] {
        &self.0.violations
    }

    /// The body of the answer.
    pub fn to_json(&self, request_id: &str) -> Vec<u8> {
        let inner = &*self.0;
        let mut body: Map<String, Value> =
            inner.metadata.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let slug = inner.reason.to_lowercase().replace('_', "-");
        body.insert("type".to_owned(), json!(format!("urn:bondgenoot:problem:{slug}")));
        body.insert("title".to_owned(), json!(title(inner.status)));
        body.insert("status".to_owned(), json!(inner.status.as_u16()));
        body.insert("reason".to_owned(), json!(inner.reason));
        body.insert("detail".to_owned(), json!(inner.detail));
        body.insert("remedy".to_owned(), json!(inner.remedy));
        body.insert("violations".to_owned(), json!(inner.violations));
        body.insert("request_id".to_owned(), json!(request_id));
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// The whole answer.
    pub fn render(&self, request_id: &str) -> Response {
        let mut response = Response::new(Body::from(self.to_json(request_id)));
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = &self.0.allow {
            headers.insert(header::ALLOW, allow.clone());
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "INVALID_REQUEST",
            "the request does not fit the contract",
            "correct every field that is listed in violations; /api/docs describes them",
        )
        .violations(violations.into_vec())
    }
}

impl From<BadJson> for Problem {
    fn from(bad: BadJson) -> Self {
        match bad {
            BadJson::Violations(violations) => violations.into(),
            BadJson::Syntax { line, column, problem } => Self::new(
                StatusCode::BAD_REQUEST,
                "MALFORMED_JSON",
                format!("the body is not JSON: {problem} at line {line} column {column}"),
                format!("look at line {line}, column {column} of the body"),
            ),
        }
    }
}
