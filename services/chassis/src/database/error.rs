//! What can go wrong between a use case and PostgreSQL.

use std::collections::BTreeMap;

use crate::error::{Describe, ErrorKind};

/// An error of the unit of work itself; every service's `Error` holds one.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The database cannot be reached, or gave no connection in time.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// Lost a race that a retry may win; retried a few times already.
    #[error("another change came in between")]
    Conflict(#[source] sqlx::Error),
    /// A statement or a lock took too long.
    #[error("the database took too long")]
    TooSlow(#[source] sqlx::Error),
    /// A constraint we named was violated.
    #[error("the constraint {constraint} does not hold")]
    Constraint {
        /// Its name.
        constraint: String,
        /// The error of the database.
        #[source]
        source: sqlx::Error,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The stored answer was erased with the person it was about.
    #[error("the first answer under this idempotency key was erased")]
    AnswerErased,
    /// A row cannot be read as what it must be.
    #[error("a row of {table} is inconsistent: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What is wrong; no personal data.
        what: String,
    },
    /// Anything else.
    #[error("the database failed")]
    Failed(#[source] sqlx::Error),
    /// The task of the unit of work ended before its result: a panic, or the process stops.
    #[error("the unit of work was cut short")]
    CutShort,
    /// A failpoint asked for it; builds with debug assertions only.
    #[error("a failpoint asked for an error")]
    Failpoint,
}

impl DatabaseError {
    /// Whether the same unit of work may succeed when it is run again at once.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Whether waiting helps: the database is away, slow or busy. Everything else stays wrong.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Conflict(_) | Self::TooSlow(_) | Self::CutShort | Self::Failpoint
        )
    }

    /// The violated constraint, when that is what went wrong.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint { constraint, .. } => Some(constraint),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Protocol(_)
                | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
                _ => Self::Failed(error),
            };
        };
        if let Some(constraint) = database.constraint() {
            return Self::Constraint { constraint: constraint.to_owned(), source: error };
        }
        match database.code().as_deref() {
            // serialization_failure, deadlock_detected
            Some("40001" | "40P01") => Self::Conflict(error),
            // query_canceled (statement_timeout), lock_not_available
            Some("57014" | "55P03") => Self::TooSlow(error),
            // connection exceptions, too many connections, shutting down, starting up, idle-in-transaction time-out
            Some(code)
                if code.starts_with("08")
                    || code.starts_with("53")
                    || code.starts_with("57P")
                    || code == "25P03" =>
            {
                Self::Unavailable(error)
            }
            _ => Self::Failed(error),
        }
    }
}

impl Describe for DatabaseError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unavailable(_) | Self::CutShort | Self::Failpoint => ErrorKind::Unavailable,
            Self::Conflict(_) => ErrorKind::Aborted,
            Self::TooSlow(_) => ErrorKind::DeadlineExceeded,
            Self::KeyReused => ErrorKind::KeyReused,
            Self::AnswerErased => ErrorKind::FailedPrecondition,
            Self::Constraint { .. } | Self::Inconsistent { .. } | Self::Failed(_) => ErrorKind::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::CutShort | Self::Failpoint => "DATABASE_UNAVAILABLE",
            Self::Conflict(_) => "CONFLICT",
            Self::TooSlow(_) => "TOO_SLOW",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::AnswerErased => "ANSWER_ERASED",
            Self::Constraint { .. } | Self::Inconsistent { .. } | Self::Failed(_) => "INTERNAL",
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Unavailable(_) | Self::CutShort | Self::Failpoint | Self::TooSlow(_) => {
                "retry the same call with the same idempotency key in a few seconds"
            }
            Self::Conflict(_) => "read the record again and repeat the change",
            Self::KeyReused => {
                "use a new Idempotency-Key for a new request, and the old key only for exact repeats"
            }
            Self::AnswerErased => {
                "the request was carried out; its answer was erased with the person it was about"
            }
            Self::Constraint { .. } | Self::Inconsistent { .. } | Self::Failed(_) => {
                "report the request id to the operators of the region"
            }
        }
        .to_owned()
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}
