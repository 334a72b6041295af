//! What can go wrong in operations.
//!
//! [`REASONS`] and [`FIELD_REASONS`] are every reason a caller can meet here, collected by the README of the crate `proto`.

use std::collections::BTreeMap;

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};

use crate::sources::{ActError, RedriveError};

/// Reasons of errors, with what they mean.
pub const REASONS: &[(&str, &str)] = &[
    ("INVALID_FIELDS", "some fields are wrong; every one is in the violations"),
    (
        "NOT_ON_KUBERNETES",
        "the region does not run on Kubernetes, so operations starts and schedules no exports",
    ),
    ("EXPORT_SCHEDULE_NOT_FOUND", "the region has no such schedule of exports"),
    (
        "CLUSTER_RIGHT_MISSING",
        "the role of operations lacks a right in Kubernetes; metadata: verb, resource, namespace",
    ),
    ("CLUSTER_REFUSED", "Kubernetes refused, though the role allows it; metadata: message"),
    ("CLUSTER_UNAVAILABLE", "Kubernetes does not answer; repeat with the same key"),
    ("SERVICE_NOT_FOUND", "no such service is watched"),
    ("SERVICE_TAKES_NO_EVENTS", "the service takes no events of others, so none are parked"),
    ("SERVICE_REFUSED", "the service does not trust the key of operations"),
    ("SERVICE_UNAVAILABLE", "the service does not answer; repeat with the same key"),
];

/// Reasons of field violations, with what they mean.
pub const FIELD_REASONS: &[(&str, &str)] = &[
    ("REQUIRED", "the field is empty"),
    ("TOO_LONG", "the text has too many characters"),
    ("CONTROL_CHARACTER", "the text has a character that cannot be shown"),
    ("PERIOD_SHAPE", "the text is not a period"),
    ("NOT_AN_ID", "the text is not an id"),
    ("TOO_MANY", "the list has too many items"),
    ("AMBIGUOUS", "events are named although all are asked for, or none at all"),
    ("PAGE_SIZE", "a page cannot have that many rows"),
    ("PAGE_TOKEN", "the page token belongs to another list, or to none"),
];

/// An error of operations.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Fields of the request are wrong.
    #[error("some fields are wrong")]
    InvalidFields(Vec<Violation>),
    /// Kubernetes did not do what was asked.
    #[error(transparent)]
    Cluster(#[from] ActError),
    /// A service did not try its parked events again.
    #[error(transparent)]
    Redrive(#[from] RedriveError),
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
            Self::InvalidFields(_) | Self::Cluster(_) | Self::Redrive(_) => None,
        }
    }
}

impl Describe for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::InvalidFields(_) => ErrorKind::InvalidArgument,
            Self::Cluster(ActError::NoSchedule { .. }) | Self::Redrive(RedriveError::NoService) => {
                ErrorKind::NotFound
            }
            Self::Cluster(ActError::Outside | ActError::Forbidden { .. } | ActError::Refused { .. })
            | Self::Redrive(RedriveError::TakesNone | RedriveError::Refused) => ErrorKind::FailedPrecondition,
            Self::Cluster(ActError::Silent(_)) | Self::Redrive(RedriveError::NoAnswer) => {
                ErrorKind::Unavailable
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Database(error) => error.reason(),
            Self::InvalidFields(_) => "INVALID_FIELDS",
            Self::Cluster(ActError::Outside) => "NOT_ON_KUBERNETES",
            Self::Cluster(ActError::NoSchedule { .. }) => "EXPORT_SCHEDULE_NOT_FOUND",
            Self::Cluster(ActError::Forbidden { .. }) => "CLUSTER_RIGHT_MISSING",
            Self::Cluster(ActError::Refused { .. }) => "CLUSTER_REFUSED",
            Self::Cluster(ActError::Silent(_)) => "CLUSTER_UNAVAILABLE",
            Self::Redrive(RedriveError::NoService) => "SERVICE_NOT_FOUND",
            Self::Redrive(RedriveError::TakesNone) => "SERVICE_TAKES_NO_EVENTS",
            Self::Redrive(RedriveError::Refused) => "SERVICE_REFUSED",
            Self::Redrive(RedriveError::NoAnswer) => "SERVICE_UNAVAILABLE",
        }
    }

    fn remedy(&self) -> String {
        let text = match self {
            Self::Database(error) => return error.remedy(),
            Self::InvalidFields(_) => "correct the fields named in the violations and send the request again",
            Self::Cluster(ActError::Outside) => {
                "run `finance export` by hand where the region runs, with `--period` or `--again` for one period, and plan it there (cron, a timer of systemd)"
            }
            Self::Cluster(ActError::NoSchedule { namespace }) => {
                return format!("name one of the list of schedules; namespace {namespace} was looked at");
            }
            Self::Cluster(ActError::Forbidden { right, .. }) => {
                return format!(
                    "set `{}: true` in the values of the chart and upgrade the release, or do it with kubectl as somebody who may",
                    right.chart_value()
                );
            }
            Self::Cluster(ActError::Refused { .. }) => {
                "the message says why: mostly a quota or an admission rule of the cluster; ask who runs the cluster, then send the request again"
            }
            Self::Cluster(ActError::Silent(_)) | Self::Redrive(RedriveError::NoAnswer) => {
                "send the same request with the same Idempotency-Key in a few seconds: nothing is done twice"
            }
            Self::Redrive(RedriveError::NoService) => "name a service as the health of the region gives it",
            Self::Redrive(RedriveError::TakesNone) => "name a service that takes events of others",
            Self::Redrive(RedriveError::Refused) => {
                "give operations and the service the same file of public keys, and start both again"
            }
        };
        text.to_owned()
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Database(error) => error.violations(),
            Self::InvalidFields(violations) => violations.clone(),
            Self::Cluster(_) | Self::Redrive(_) => Vec::new(),
        }
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        let facts = |facts: &[(&str, &str)]| {
            facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        match self {
            Self::Database(error) => error.metadata(),
            Self::Cluster(ActError::Forbidden { right, namespace }) => facts(&[
                ("verb", right.verb()),
                ("resource", &format!("{}.batch", right.resource())),
                ("namespace", namespace),
            ]),
            Self::Cluster(ActError::Refused { message }) => facts(&[("message", message)]),
            Self::InvalidFields(_) | Self::Cluster(_) | Self::Redrive(_) => BTreeMap::new(),
        }
    }
}
