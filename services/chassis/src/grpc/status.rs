//! Error kind to gRPC status, in one place.

use std::collections::BTreeMap;

use prost::Message as _;
use proto::common::v1::{ErrorDetail, FieldViolation};
use proto::google::rpc;
use tonic::{Code, Status};

use crate::error::{Chain, Describe, ErrorKind, Violation};

const DETAIL_TYPE: &str = "type.googleapis.com/bondgenoot.common.v1.ErrorDetail";
/// Bytes of violations in one status. They travel in the head of the answer, of which HTTP/2 clients take 16 KiB by default.
const MOST_BYTES: usize = 6 << 10;
/// Characters of one text in a violation: the path of a field may hold a name that the caller made up.
const MOST_CHARACTERS: usize = 400;

const fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::InvalidArgument => Code::InvalidArgument,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::AlreadyExists | ErrorKind::KeyReused => Code::AlreadyExists,
        ErrorKind::FailedPrecondition | ErrorKind::PreconditionRequired => Code::FailedPrecondition,
        ErrorKind::Aborted | ErrorKind::StalePrecondition => Code::Aborted,
        ErrorKind::PermissionDenied => Code::PermissionDenied,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::ResourceExhausted => Code::ResourceExhausted,
        ErrorKind::DeadlineExceeded => Code::DeadlineExceeded,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Internal => Code::Internal,
    }
}

/// The status of an error, with [`ErrorDetail`] attached. Logs what may not leave the process.
pub fn status(error: &impl Describe) -> Status {
    let kind = error.kind();
    let text = if kind.is_public() {
        error.to_string()
    } else {
        tracing::error!(error.kind = %kind, error.reason = error.reason(), error.chain = %Chain(error), "a call failed");
        match kind {
            ErrorKind::Unavailable => "the service is not available for a moment".to_owned(),
            _ => "something went wrong on our side".to_owned(),
        }
    };
    let detail = ErrorDetail {
        kind: kind.as_str().to_owned(),
        reason: error.reason().to_owned(),
        violations: bounded(error.violations().into_iter().map(to_field_violation)),
        metadata: error.metadata(),
        remedy: error.remedy(),
    };
    with_detail(code(kind), text, &detail)
}

/// As many violations as fit, at least one. Who corrects these learns of the rest.
fn bounded(violations: impl Iterator<Item = FieldViolation>) -> Vec<FieldViolation> {
    let mut bytes = 0;
    let mut first = true;
    violations
        .take_while(|violation| {
            bytes += violation.encoded_len();
            std::mem::take(&mut first) || bytes <= MOST_BYTES
        })
        .collect()
}

fn to_field_violation(violation: Violation) -> FieldViolation {
    let shortened = |text: String| match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    };
    FieldViolation {
        field: shortened(violation.field),
        reason: violation.reason.to_owned(),
        message: shortened(violation.message),
        remedy: shortened(violation.remedy),
    }
}

fn with_detail(code: Code, text: String, detail: &ErrorDetail) -> Status {
    let status = rpc::Status {
        code: code as i32,
        message: text.clone(),
        details: vec![prost_types::Any { type_url: DETAIL_TYPE.to_owned(), value: detail.encode_to_vec() }],
    };
    Status::with_details(code, text, status.encode_to_vec().into())
}

/// The detail of a status that [`status`] made; `None` for any other.
pub fn detail(status: &Status) -> Option<ErrorDetail> {
    let status = rpc::Status::decode(status.details()).ok()?;
    let any = status.details.into_iter().find(|any| any.type_url == DETAIL_TYPE)?;
    ErrorDetail::decode(any.value.as_slice()).ok()
}

/// A refusal that the shell itself gives, before any use case runs.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    /// Kind.
    pub kind: ErrorKind,
    /// Stable reason.
    pub reason: &'static str,
    /// What is wrong.
    pub message: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Fields that are wrong.
    pub violations: Vec<Violation>,
}

impl Describe for Rejected {
    fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn reason(&self) -> &'static str {
        self.reason
    }

    fn remedy(&self) -> String {
        self.remedy.to_owned()
    }

    fn violations(&self) -> Vec<Violation> {
        self.violations.clone()
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_violations_fit_into_the_head_of_an_answer() {
        let violation = |number: usize| {
            Violation::new(
                format!("answers.{}{number}", "x".repeat(5_000)),
                "UNKNOWN",
                "there is no such question",
                "leave it out",
            )
        };
        for count in [1, 10, 1_000] {
            let rejected = Rejected {
                kind: ErrorKind::InvalidArgument,
                reason: "INVALID_FIELDS",
                message: "some fields are wrong",
                remedy: "correct them",
                violations: (0..count).map(violation).collect(),
            };

            let status = status(&rejected);

            // Base64 makes four characters of three bytes.
            assert!(status.details().len() * 4 / 3 < 12 << 10, "{count}: {} bytes", status.details().len());
            assert!(!detail(&status).unwrap().violations.is_empty());
        }
    }
}
