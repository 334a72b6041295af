//! The closed set of error kinds, and what every error of a service can tell.
//!
//! Three layers: an error per aggregate (a rule is violated), an `Error` per service (adds storage and conflict), and
//! [`ErrorKind`], from which each transport derives its status in one place.

use std::collections::BTreeMap;
use std::fmt;

/// What kind of trouble an error is; decides the status on every transport and whether a caller may retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request can never succeed as it is.
    InvalidArgument,
    /// There is no such record, or it is not the caller's: the answer is the same.
    NotFound,
    /// A record with this identity exists.
    AlreadyExists,
    /// The record is not in a state that allows this.
    FailedPrecondition,
    /// Lost a race: read again and retry the whole.
    Aborted,
    /// The caller may not do this.
    PermissionDenied,
    /// Nobody knows who calls.
    Unauthenticated,
    /// The record changed since the caller read it.
    StalePrecondition,
    /// The call edits a record and names no version.
    PreconditionRequired,
    /// The idempotency key was used for another request.
    KeyReused,
    /// Too many, too much, too often.
    ResourceExhausted,
    /// It took too long.
    DeadlineExceeded,
    /// Cannot be answered now; retry this call.
    Unavailable,
    /// Our fault.
    Internal,
}

impl ErrorKind {
    /// The kind on the wire, `SCREAMING_SNAKE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::StalePrecondition => "STALE_PRECONDITION",
            Self::PreconditionRequired => "PRECONDITION_REQUIRED",
            Self::KeyReused => "KEY_REUSED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// Whether the text of such an error may leave the process.
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Internal | Self::Unavailable)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One field that is wrong. Never repeats the value: it may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field in the request.
    pub field: String,
    /// Stable reason, `SCREAMING_SNAKE`.
    pub reason: &'static str,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub remedy: String,
}

impl Violation {
    /// A violation of one field.
    pub fn new(
        field: impl Into<String>,
        reason: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), reason, message: message.into(), remedy: remedy.into() }
    }
}

/// What every error of a service tells its transports.
///
/// `Display` says what is wrong, lowercase, without full stop and without personal data; for kinds that are not
/// [public](ErrorKind::is_public) it goes to the log only.
pub trait Describe: std::error::Error + Send + Sync + 'static {
    /// The kind.
    fn kind(&self) -> ErrorKind;
    /// Stable reason, `SCREAMING_SNAKE`, listed in the README of the crate `proto`.
    fn reason(&self) -> &'static str;
    /// What the caller can do about it.
    fn remedy(&self) -> String;
    /// Every field that is wrong.
    fn violations(&self) -> Vec<Violation> {
        Vec::new()
    }
    /// Further facts for programs; never personal data.
    fn metadata(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

/// An error with all its sources on one line, for logs.
#[derive(Debug)]
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(formatter, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
