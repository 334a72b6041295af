//! The errors of trajectory: kind, stable reason, and what the caller can do about it.
//!
//! [`REASONS`] and [`FIELD_REASONS`] are every reason a caller can meet here, collected by the README of the crate `proto`.

use std::collections::BTreeMap;

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};
use chassis::vault::SealBroken;
use jiff::Timestamp;
use region::Explained;
use uuid::Uuid;

use crate::domain::{ContactError, DutyError, Etag, GoalClosed, TrajectoryError, VisitError};

/// Reasons of errors, with what they mean.
pub const REASONS: &[(&str, &str)] = &[
    ("INVALID_FIELDS", "some fields are wrong; every one is in the violations"),
    ("TRAJECTORY_NOT_FOUND", "there is no such trajectory, or it is not in reach of the caller"),
    ("CONTACT_NOT_FOUND", "there is no such contact, or it is not in reach of the caller"),
    ("GOAL_NOT_FOUND", "there is no such goal, or it is not in reach of the caller"),
    ("NEXT_STEP_NOT_FOUND", "there is no such step, or it is not in reach of the caller"),
    ("DUTY_NOT_FOUND", "there is no such duty, or it is not in reach of the caller"),
    ("VISIT_NOT_FOUND", "there is no such visit, or it is not in reach of the caller"),
    ("PROGRAMME_NOT_FOUND", "there is no such programme, or it is not in reach of the caller"),
    ("NOT_ON_CASE", "the caller may read this case and is not on it today, so may not write in it"),
    (
        "STALE_ETAG",
        "the record changed since the caller read it; metadata: changed_by, changed_at, current_etag",
    ),
    ("TRAJECTORY_CLOSED", "the trajectory was closed"),
    (
        "CLOSING_EVALUATION_OPEN",
        "the programme asks for a closing evaluation, held or refused, before the close",
    ),
    ("CLOSING_EVALUATION_RECORDED", "the closing evaluation was recorded before"),
    ("CONTACT_STRUCK_OUT", "the contact was struck out"),
    ("GOAL_CLOSED", "the goal was reached or dropped before"),
    ("NEXT_STEP_SETTLED", "the step was taken or replaced before"),
    ("DUTY_SETTLED", "the duty was kept before, or lapsed"),
    ("DUTY_NEEDS_MEASURES", "the duty is kept by measures with its instruments"),
    ("VISITS_NOT_COUNTED", "the programme plans no visits"),
    ("VISITS_PLANNED", "the visits of this trajectory were planned before"),
    ("VISIT_CAUGHT_UP", "another visit was planned in its place"),
    ("VISIT_NOT_MISSED", "the visit was neither missed nor cancelled"),
    ("PERSON_ERASED", "the person's data were erased: nothing can be written about them any more"),
    ("PROGRAMME_FILE_MISSING", "the region has no file of the programme the trajectory runs under"),
];

/// Reasons of field violations, with what they mean.
pub const FIELD_REASONS: &[(&str, &str)] = &[
    ("REQUIRED", "the field is empty"),
    ("TOO_LONG", "the text has too many characters"),
    ("TOO_MANY", "the list has too many items"),
    ("REPEATED", "an item is in the list twice"),
    ("CONTROL_CHARACTER", "the text has a character that cannot be shown"),
    ("NATIONAL_NUMBER", "the text holds a national number"),
    ("NOT_AN_ID", "the text is not an id"),
    ("UNKNOWN_PROGRAMME", "the region has no such programme"),
    ("UNKNOWN_DOMAIN", "the programme has no such life domain"),
    ("UNKNOWN_INSTRUMENT", "the programme has no such instrument"),
    ("UNKNOWN_ITEM", "the instrument has no such item"),
    ("UNKNOWN_REASON", "the programme has no such reason"),
    ("UNKNOWN_VALUE", "the number is not in the closed set of the contract"),
    ("DAY_SHAPE", "the text is not a day"),
    ("IN_FUTURE", "the day lies after today"),
    ("IN_PAST", "the day lies before today"),
    ("TOO_EARLY", "the day lies before the first that counts"),
    ("BEFORE_MATCH", "the day lies before the worker was on the case"),
    ("AFTER_CLOSE", "the day lies after the last day of the trajectory"),
    ("MINUTES", "a contact takes 0 to 1,440 minutes"),
    ("OUT_OF_SCALE", "the number lies outside the scale of the instrument"),
    ("ITEM_MISSING", "an item of the instrument has no number"),
    ("HANDOVER_MISSING", "the reason asks for a handover"),
    ("HANDOVER_NOT_NEEDED", "the reason has no handover"),
    ("WEEKEND", "the day is no day from Monday to Friday"),
    ("SCHOOL_HOLIDAY", "the school is closed on this day"),
    ("WEEKDAYS", "the days of the week are not as many as the visits in a week"),
    ("CALENDAR_ENDS", "the school calendar of the region ends before"),
    ("DOES_NOT_FIT", "the school is open on too few days for all visits"),
    ("DAY_TAKEN", "another visit is on this day"),
    ("PAGE_SIZE", "a page cannot have that many rows"),
    ("PAGE_TOKEN", "the page token belongs to another list, or to none"),
];

/// What may not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A trajectory.
    Trajectory,
    /// A contact.
    Contact,
    /// A goal.
    Goal,
    /// A step.
    NextStep,
    /// A duty.
    Duty,
    /// A visit.
    Visit,
    /// A programme.
    Programme,
}

impl Thing {
    const fn name(self) -> &'static str {
        match self {
            Self::Trajectory => "trajectory",
            Self::Contact => "contact",
            Self::Goal => "goal",
            Self::NextStep => "step",
            Self::Duty => "duty",
            Self::Visit => "visit",
            Self::Programme => "programme",
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::Trajectory => "TRAJECTORY_NOT_FOUND",
            Self::Contact => "CONTACT_NOT_FOUND",
            Self::Goal => "GOAL_NOT_FOUND",
            Self::NextStep => "NEXT_STEP_NOT_FOUND",
            Self::Duty => "DUTY_NOT_FOUND",
            Self::Visit => "VISIT_NOT_FOUND",
            Self::Programme => "PROGRAMME_NOT_FOUND",
        }
    }
}

/// What can go wrong in trajectory.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the request are wrong.
    #[error("some fields are wrong")]
    Invalid(Vec<Violation>),
    /// Not there, or not the caller's: the answer is the same.
    #[error("there is no such {}", .0.name())]
    NotFound(Thing),
    /// The caller reads this case and is not on it today.
    #[error("only who is on the case today writes in it")]
    NotOnCase,
    /// The record changed since the caller read it.
    #[error("the record changed since it was read")]
    Stale {
        /// Who changed it; `None` when an event of matching did.
        changed_by: Option<Uuid>,
        /// When.
        changed_at: Timestamp,
        /// What `If-Match` would have to name.
        current: Etag,
    },
    /// The trajectory does not allow this step.
    #[error(transparent)]
    Trajectory(#[from] TrajectoryError),
    /// The contact does not allow this step.
    #[error(transparent)]
    Contact(#[from] ContactError),
    /// The goal was reached or dropped before.
    #[error(transparent)]
    Goal(#[from] GoalClosed),
    /// The step was taken or replaced before.
    #[error("the step was taken or replaced before")]
    StepSettled,
    /// The duty does not allow this step.
    #[error(transparent)]
    Duty(#[from] DutyError),
    /// The visit does not allow this step.
    #[error(transparent)]
    Visit(#[from] VisitError),
    /// The programme plans no visits.
    #[error("the programme plans no visits")]
    VisitsNotCounted,
    /// The visits were planned before.
    #[error("the visits of this trajectory were planned before")]
    VisitsPlanned,
    /// The person was erased.
    #[error("the person's data were erased")]
    Erased,
    /// The region has no file of the programme.
    #[error("the region has no file of the programme the trajectory runs under")]
    ProgrammeFileMissing,
    /// A sealed column cannot be opened.
    #[error("a sealed column cannot be opened")]
    Sealed(#[from] SealBroken),
    /// The database.
    #[error(transparent)]
    Database(DatabaseError),
}

/// The violation of a field whose value cannot be taken.
pub fn violation(field: impl Into<String>, error: &impl Explained) -> Violation {
    Violation::new(field, error.reason(), error.to_string(), error.remedy())
}

/// The violation of a code that the programme does not have; says which it has.
pub fn unknown_code(field: &str, reason: &'static str, what: &str, known: &[&str]) -> Violation {
    Violation::new(
        field,
        reason,
        format!("the programme has no such {what}"),
        format!("choose one of these codes: {}", known.join(", ")),
    )
}

impl Error {
    /// A row cannot be read as what it must be; `what` holds no personal data.
    pub fn inconsistent(table: &'static str, what: impl std::fmt::Display) -> Self {
        Self::Database(DatabaseError::Inconsistent { table, what: what.to_string() })
    }

    /// One field that is wrong.
    pub fn field(field: &str, error: &impl Explained) -> Self {
        Self::Invalid(vec![violation(field, error)])
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error.constraint() {
            Some("visit_plans_pkey") => Self::VisitsPlanned,
            Some("visits_catches_up_key") => Self::Visit(VisitError::CaughtUp),
            _ => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl CommandError for Error {
    fn database(&self) -> Option<&DatabaseError> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl Describe for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::InvalidArgument,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::NotOnCase => ErrorKind::PermissionDenied,
            Self::Stale { .. } => ErrorKind::StalePrecondition,
            Self::Trajectory(_)
            | Self::Contact(_)
            | Self::Goal(_)
            | Self::StepSettled
            | Self::Duty(_)
            | Self::Visit(_)
            | Self::VisitsNotCounted
            | Self::Erased
            | Self::ProgrammeFileMissing => ErrorKind::FailedPrecondition,
            Self::VisitsPlanned => ErrorKind::AlreadyExists,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_FIELDS",
            Self::NotFound(thing) => thing.reason(),
            Self::NotOnCase => "NOT_ON_CASE",
            Self::Stale { .. } => "STALE_ETAG",
            Self::Trajectory(error) => error.reason(),
            Self::Contact(error) => error.reason(),
            Self::Goal(_) => "GOAL_CLOSED",
            Self::StepSettled => "NEXT_STEP_SETTLED",
            Self::Duty(error) => error.reason(),
            Self::Visit(error) => error.reason(),
            Self::VisitsNotCounted => "VISITS_NOT_COUNTED",
            Self::VisitsPlanned => "VISITS_PLANNED",
            Self::Erased => "PERSON_ERASED",
            Self::ProgrammeFileMissing => "PROGRAMME_FILE_MISSING",
            Self::Sealed(_) => "INTERNAL",
            Self::Database(error) => error.reason(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Invalid(_) => "correct the fields named in the violations and send the request again",
            Self::NotFound(_) => "check what you ask for; records outside your mandate are not shown",
            Self::NotOnCase => "ask who is on the case to write it down, or the coordinator for a match",
            Self::Stale { .. } => {
                "read the record again, look at what changed, and repeat the step with its new ETag"
            }
            Self::Trajectory(error) => return error.remedy(),
            Self::Contact(error) => return error.remedy(),
            Self::Goal(_) => "set a new goal",
            Self::StepSettled => "plan another step",
            Self::Duty(error) => return error.remedy(),
            Self::Visit(error) => return error.remedy(),
            Self::VisitsNotCounted => "log contacts: this programme counts cases and no visits",
            Self::VisitsPlanned => "record what became of each visit, and plan catch-ups for those that were missed",
            Self::Erased => "leave the text out; days, minutes and numbers can still be written down",
            Self::ProgrammeFileMissing => {
                "ask the administrator of the region to name every version of the programme file that is in use"
            }
            Self::Sealed(_) => "report the request id to the operators of the region",
            Self::Database(error) => return error.remedy(),
        }
        .to_owned()
    }

    fn violations(&self) -> Vec<Violation> {
        match self {
            Self::Invalid(violations) => violations.clone(),
            _ => Vec::new(),
        }
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        match self {
            Self::Stale { changed_by, changed_at, current } => [
                ("changed_by", changed_by.map(|worker| worker.to_string()).unwrap_or_default()),
                ("changed_at", changed_at.to_string()),
                ("current_etag", current.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
            Self::Database(error) => error.metadata(),
            _ => BTreeMap::new(),
        }
    }
}
