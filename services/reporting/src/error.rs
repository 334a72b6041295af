//! What can go wrong in reporting: kind, stable reason, and what the caller can do about it.
//!
//! [`REASONS`] and [`FIELD_REASONS`] are every reason a caller can meet here, collected by the README of the crate `proto`.

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};

/// Reasons of errors, with what they mean.
pub const REASONS: &[(&str, &str)] = &[
    ("INVALID_FIELDS", "some fields are wrong; every one is in the violations"),
    ("PROGRAMME_NOT_FOUND", "there is no such programme, or it is not in reach of the caller"),
];

/// Reasons of violations, with what they mean.
pub const FIELD_REASONS: &[(&str, &str)] = &[
    ("REQUIRED", "the field is missing"),
    ("MALFORMED", "the field cannot be what it must be"),
    ("OUT_OF_RANGE", "the day lies outside the years 1900 to 2999"),
    ("BEFORE_FROM", "the last day is before the first"),
    ("PERIOD_TOO_LONG", "the period is longer than ten years"),
];

/// An error of reporting.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the request are wrong; all of them are named.
    #[error("some fields are wrong")]
    Invalid(Vec<Violation>),
    /// The region has no such programme, or the caller's mandates do not reach it: the answer is the same.
    #[error("there is no such programme, or it is not in reach of the caller")]
    ProgrammeNotFound,
    /// The days of the period have no place in the region's time zone; the checks at start and of the request rule it out.
    #[error("the period cannot be placed in the time zone of the region: {0}")]
    Calendar(String),
    /// The database, or a row of it.
    #[error("the figures cannot be read")]
    Database(#[from] DatabaseError),
}

impl Error {
    /// Wraps an error of a statement.
    pub(crate) fn sql(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl CommandError for Error {
    fn database(&self) -> Option<&DatabaseError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Invalid(_) | Self::ProgrammeNotFound | Self::Calendar(_) => None,
        }
    }
}

impl Describe for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::InvalidArgument,
            Self::ProgrammeNotFound => ErrorKind::NotFound,
            Self::Calendar(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_FIELDS",
            Self::ProgrammeNotFound => "PROGRAMME_NOT_FOUND",
            Self::Calendar(_) => "INTERNAL",
            Self::Database(error) => error.reason(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Invalid(_) => {
                "correct the fields named in the violations and send the request again".to_owned()
            }
            Self::ProgrammeNotFound => {
                "check the code of the programme, or ask its coordinator for a mandate".to_owned()
            }
            Self::Calendar(_) => "report the request id to the operators of the region".to_owned(),
            Self::Database(error) => error.remedy(),
        }
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(violations) => violations.clone(),
            Self::ProgrammeNotFound | Self::Calendar(_) | Self::Database(_) => Vec::new(),
        }
    }
}
