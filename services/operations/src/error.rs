//! What can go wrong in operations.

use std::collections::BTreeMap;

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};

/// An error of operations.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Fields of the request are wrong.
    #[error("some fields are wrong")]
    InvalidFields(Vec<Violation>),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl CommandError for Error {
    fn database(&self) -> Option<&DatabaseError> {
        match self {
            Self::Database(error) => Some(error),
            Self::InvalidFields(_) => None,
        }
    }
}

impl Describe for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::InvalidFields(_) => ErrorKind::InvalidArgument,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Database(error) => error.reason(),
            Self::InvalidFields(_) => "INVALID_FIELDS",
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Database(error) => error.remedy(),
            Self::InvalidFields(_) => {
                "correct the fields named in the violations and send the request again".to_owned()
            }
        }
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Database(error) => error.violations(),
            Self::InvalidFields(violations) => violations.clone(),
        }
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        match self {
            Self::Database(error) => error.metadata(),
            Self::InvalidFields(_) => BTreeMap::new(),
        }
    }
}
