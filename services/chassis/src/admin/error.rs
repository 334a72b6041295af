//! What can go wrong when an operator looks or repairs.

use crate::database::{CommandError, DatabaseError};
use crate::error::{Describe, ErrorKind, Violation};
use crate::events::{HandlerError, RebuildError};

/// An error of the admin service.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
    /// A field is wrong.
    #[error("some fields are wrong")]
    Invalid(Violation),
    /// The service consumes no events.
    #[error("this service consumes no events")]
    NoConsumer,
    /// The service could not forget.
    #[error("the service could not forget these aggregates")]
    Forget(#[source] HandlerError),
    /// A rebuild ended without a switch.
    #[error("the rebuild ended, and readers see what they saw: {0}")]
    Rebuild(RebuildError),
}

impl AdminError {
    pub(super) fn invalid(field: &str, reason: &'static str, message: String, remedy: String) -> Self {
        Self::Invalid(Violation::new(field, reason, message, remedy))
    }
}

impl CommandError for AdminError {
    fn database(&self) -> Option<&DatabaseError> {
        match self {
            Self::Database(error)
            | Self::Forget(HandlerError::Transient(error))
            | Self::Rebuild(RebuildError::Database(error)) => Some(error),
            _ => None,
        }
    }
}

impl Describe for AdminError {
    fn kind(&self) -> ErrorKind {
        match (self, self.database()) {
            (_, Some(error)) => error.kind(),
            (Self::Invalid(_), _) => ErrorKind::InvalidArgument,
            (Self::NoConsumer | Self::Rebuild(RebuildError::NoProjections), _) => {
                ErrorKind::FailedPrecondition
            }
            (Self::Rebuild(RebuildError::TakenOver), _) => ErrorKind::Aborted,
            _ => ErrorKind::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match (self, self.database()) {
            (_, Some(error)) => error.reason(),
            (Self::Invalid(_), _) => "INVALID_FIELDS",
            (Self::NoConsumer, _) => "NO_CONSUMER",
            (Self::Rebuild(RebuildError::NoProjections), _) => "NO_PROJECTIONS",
            (Self::Rebuild(RebuildError::TakenOver), _) => "REBUILD_TAKEN_OVER",
            _ => "INTERNAL",
        }
    }

    fn remedy(&self) -> String {
        match (self, self.database()) {
            (_, Some(error)) => error.remedy(),
            (Self::Invalid(_), _) => {
                "correct the field named in the violation and send the request again".into()
            }
            (Self::NoConsumer | Self::Rebuild(RebuildError::NoProjections), _) => {
                "ask a service that consumes events, e.g. reporting".into()
            }
            (Self::Rebuild(RebuildError::TakenOver), _) => "watch the rebuild that was started later".into(),
            _ => "look into the log of the service under this request id".into(),
        }
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(violation) => vec![violation.clone()],
            _ => Vec::new(),
        }
    }
}
