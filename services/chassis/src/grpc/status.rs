//! Error kind to gRPC status, in one place.

use std::collections::BTreeMap;

use prost::Message as _;
use proto::common::v1::{ErrorDetail, FieldViolation};
use proto::google::rpc;
use tonic::{Code, Status};

use crate::error::{Chain, Describe, ErrorKind, Violation};

const DETAIL_TYPE: &str = "type.googleapis.com/bondgenoot.common.v1.ErrorDetail";

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
        violations: error.violations().into_iter().map(to_field_violation).collect(),
        metadata: error.metadata(),
        remedy: error.remedy(),
    };
    with_detail(code(kind), text, &detail)
}

fn to_field_violation(violation: Violation) -> FieldViolation {
    FieldViolation {
        field: violation.field,
        reason: violation.reason.to_owned(),
        message: violation.message,
        remedy: violation.remedy,
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
