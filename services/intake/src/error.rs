//! The errors of intake: kind, stable reason, and what the caller can do about it.
//!
//! [`REASONS`] and [`FIELD_REASONS`] are every reason a caller can meet here, collected by the README of the crate `proto`.

use std::collections::BTreeMap;

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};
use chassis::vault::SealBroken;
use jiff::Timestamp;
use region::Explained;
use uuid::Uuid;

use crate::domain::{Etag, FamilyError, ReferralError};

/// Reasons of errors, with what they mean.
pub const REASONS: &[(&str, &str)] = &[
    ("INVALID_FIELDS", "some fields are wrong; every one is in the violations"),
    ("REFERRAL_NOT_FOUND", "there is no such referral, or it is not in reach of the caller"),
    ("PERSON_NOT_FOUND", "there is no such person, or it is not in reach of the caller"),
    ("PROGRAMME_NOT_FOUND", "there is no such programme, or it is not in reach of the caller"),
    (
        "STALE_ETAG",
        "the referral or member changed since the caller read it; metadata: changed_by, changed_at, current_etag",
    ),
    ("REFERRAL_DECIDED", "the referral was admitted, refused or withdrawn; metadata: state"),
    ("REFERRAL_NOT_SCREENED", "an admission needs a screening first"),
    ("REFERRAL_NOT_ELIGIBLE", "a condition fails that nobody may set aside"),
    ("PERSON_ERASED", "the person's data were erased"),
    ("EPISODE_OPEN", "the person takes part in this programme already"),
    ("PROGRAMME_NOT_RUNNING", "the programme has no file that holds today"),
    ("MEMBER_NOT_FOUND", "there is no such member of a family, or it is not in reach of the caller"),
    ("PARTICIPATION_NOT_FOUND", "there is no such participation, or it is not in reach of the caller"),
    ("NOT_A_FAMILY", "the programme is for one person, or for no person at all"),
    ("FAMILY_CLOSED", "the referral was refused or withdrawn; its family is not changed any more"),
    ("FAMILY_CASE_ENDED", "the case of the family ended; nobody joins it any more"),
    ("FAMILY_FULL", "the family has as many members as the programme takes"),
    ("MEMBER_LEFT", "the member left the family before"),
];

/// Reasons of field violations, with what they mean.
pub const FIELD_REASONS: &[(&str, &str)] = &[
    ("REQUIRED", "the field is empty"),
    ("TOO_LONG", "the text has too many characters"),
    ("TOO_SHORT", "the text has too few characters"),
    ("TOO_MANY", "the list has too many items"),
    ("REPEATED", "an item is in the list twice"),
    ("CONTROL_CHARACTER", "the text has a character that cannot be shown"),
    ("NATIONAL_NUMBER", "the text holds a national number"),
    ("NOT_AN_ID", "the text is not an id"),
    ("CONSENT", "the consent question is not answered"),
    ("UNKNOWN_PROGRAMME", "the region has no such programme, or it does not run today"),
    ("UNKNOWN_CHANNEL", "the programme has no such channel"),
    ("UNKNOWN_REASON", "the programme has no such reason"),
    ("UNKNOWN_VALUE", "the number is not in the closed set of the contract"),
    ("MOTIVATION_MISSING", "a condition is set aside without a motivation"),
    ("NO_PARTICIPATION", "the referral led to no participation in the same programme"),
    ("MOTIVATION_NOT_NEEDED", "there is a motivation and no condition to set aside"),
    ("ALTERNATIVE_MISSING", "the refusal reason needs an alternative"),
    ("BIRTH_IN_FUTURE", "the birth date lies after today"),
    ("BIRTH_CONTRADICTION", "birth date and national number contradict each other"),
    ("PAGE_SIZE", "a page cannot have that many rows"),
    ("PAGE_TOKEN", "the page token belongs to another list, or to none"),
    ("NIS_CODE_SHAPE", "the text is not a NIS code"),
    ("NIS_CODE_RANGE", "the code lies outside those of municipalities"),
    ("MUNICIPALITY_UNKNOWN", "the region has no municipality with this code"),
    ("MUNICIPALITY_NOT_YET_VALID", "the code is not valid yet"),
    ("MUNICIPALITY_NO_LONGER_VALID", "the municipality merged; the remedy names its successor"),
    ("DATE_SHAPE", "the text is not a date"),
    ("DATE_SHORT_YEAR", "the year has two digits"),
    ("DATE_YEAR", "the year is not plausible"),
    ("DATE_MONTH", "there is no such month"),
    ("DATE_DAY", "the month has no such day"),
    ("INSZ_SHAPE", "the text is not a national number"),
    ("INSZ_CHECK_DIGITS", "the check digits do not fit"),
    ("INSZ_MONTH", "there is no such month"),
    ("INSZ_DAY", "the month has no such day"),
    ("INSZ_SERIAL", "there is no such serial number"),
    ("ANSWER_UNKNOWN_QUESTION", "the programme has no such question"),
    ("ANSWER_MISSING", "a required question is not answered"),
    ("ANSWER_WRONG", "the question does not take this answer"),
    ("REFERRED_TWICE", "the person who was referred is a member of the family already"),
    ("KNOWN_FROM_REFERRAL", "the referral tells it; it is not given again"),
    ("NOT_A_CHILD", "only a child of the family has a school"),
    ("UNKNOWN_SCHOOL_YEAR", "the programme has no such school year"),
];

/// What can go wrong in intake.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the request are wrong.
    #[error("some fields are wrong")]
    Invalid(Vec<Violation>),
    /// No such referral, or not the caller's: the answer is the same.
    #[error("there is no such referral")]
    ReferralNotFound,
    /// No such person, or not the caller's.
    #[error("there is no such person")]
    PersonNotFound,
    /// No such programme, or not the caller's.
    #[error("there is no such programme")]
    ProgrammeNotFound,
    /// No such member of a family, or not the caller's.
    #[error("there is no such member")]
    MemberNotFound,
    /// No such participation, or not the caller's.
    #[error("there is no such participation")]
    ParticipationNotFound,
    /// The referral or the member changed since the caller read it.
    #[error("this changed since it was read")]
    Stale {
        /// Who changed it; `None` when it was the referrer.
        changed_by: Option<Uuid>,
        /// When.
        changed_at: Timestamp,
        /// What `If-Match` would have to name.
        current: Etag,
    },
    /// The referral does not allow this step.
    #[error(transparent)]
    Referral(#[from] ReferralError),
    /// The family does not allow this step.
    #[error(transparent)]
    Family(#[from] FamilyError),
    /// The person takes part already.
    #[error("the person takes part in this programme already")]
    EpisodeOpen,
    /// No file of the programme holds today.
    #[error("the programme does not run today")]
    ProgrammeNotRunning,
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

impl Error {
    /// A row cannot be read as what it must be; `what` holds no personal data.
    pub fn inconsistent(table: &'static str, what: impl std::fmt::Display) -> Self {
        Self::Database(DatabaseError::Inconsistent { table, what: what.to_string() })
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error.constraint() {
            Some("episodes_one_open_idx") => Self::EpisodeOpen,
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
            Self::Invalid(_)
            | Self::Referral(
                ReferralError::MotivationMissing
                | ReferralError::MotivationNotNeeded
                | ReferralError::AlternativeMissing,
            ) => ErrorKind::InvalidArgument,
            Self::ReferralNotFound
            | Self::PersonNotFound
            | Self::ProgrammeNotFound
            | Self::MemberNotFound
            | Self::ParticipationNotFound => ErrorKind::NotFound,
            Self::Stale { .. } => ErrorKind::StalePrecondition,
            Self::Referral(
                ReferralError::Decided(_)
                | ReferralError::NotScreened
                | ReferralError::NotEligible
                | ReferralError::Erased,
            )
            | Self::Family(_)
            | Self::ProgrammeNotRunning => ErrorKind::FailedPrecondition,
            Self::EpisodeOpen => ErrorKind::AlreadyExists,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_)
            | Self::Referral(
                ReferralError::MotivationMissing
                | ReferralError::MotivationNotNeeded
                | ReferralError::AlternativeMissing,
            ) => "INVALID_FIELDS",
            Self::ReferralNotFound => "REFERRAL_NOT_FOUND",
            Self::PersonNotFound => "PERSON_NOT_FOUND",
            Self::ProgrammeNotFound => "PROGRAMME_NOT_FOUND",
            Self::MemberNotFound => "MEMBER_NOT_FOUND",
            Self::ParticipationNotFound => "PARTICIPATION_NOT_FOUND",
            Self::Family(FamilyError::NotAFamily) => "NOT_A_FAMILY",
            Self::Family(FamilyError::Closed(_)) => "FAMILY_CLOSED",
            Self::Family(FamilyError::Ended) => "FAMILY_CASE_ENDED",
            Self::Family(FamilyError::Full { .. }) => "FAMILY_FULL",
            Self::Family(FamilyError::Left) => "MEMBER_LEFT",
            Self::Stale { .. } => "STALE_ETAG",
            Self::Referral(ReferralError::Decided(_)) => "REFERRAL_DECIDED",
            Self::Referral(ReferralError::NotScreened) => "REFERRAL_NOT_SCREENED",
            Self::Referral(ReferralError::NotEligible) => "REFERRAL_NOT_ELIGIBLE",
            Self::Referral(ReferralError::Erased) => "PERSON_ERASED",
            Self::EpisodeOpen => "EPISODE_OPEN",
            Self::ProgrammeNotRunning => "PROGRAMME_NOT_RUNNING",
            Self::Sealed(_) => "INTERNAL",
            Self::Database(error) => error.reason(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Invalid(_)
            | Self::Referral(
                ReferralError::MotivationMissing | ReferralError::MotivationNotNeeded | ReferralError::AlternativeMissing,
            ) => "correct the fields named in the violations and send the request again",
            Self::ReferralNotFound
            | Self::PersonNotFound
            | Self::ProgrammeNotFound
            | Self::MemberNotFound
            | Self::ParticipationNotFound => {
                "check what you ask for; records outside your mandate are not shown"
            },
            Self::Stale { .. } => "read it again, look at what changed, and repeat the step with its new ETag",
            Self::Family(FamilyError::NotAFamily) => {
                "leave the family out; the programme file says with `subject` whom a participation is about"
            }
            Self::Family(FamilyError::Closed(_)) => "make a new referral, and record the family there",
            Self::Family(FamilyError::Ended) => "wait for a new referral of the family; mistakes can still be corrected",
            Self::Family(FamilyError::Full { .. }) => {
                "take out who left or was recorded twice, or ask the administrator of the region to raise `most_members`"
            }
            Self::Family(FamilyError::Left) => "nothing is left to do; a mistake can still be taken out as a mistake",
            Self::Referral(ReferralError::Decided(_)) => "nothing is left to decide; for a new question make a new referral",
            Self::Referral(ReferralError::NotScreened) => "screen the referral first",
            Self::Referral(ReferralError::NotEligible) => {
                "refuse the referral with a reason and an alternative, or screen it again when an answer was wrong"
            }
            Self::Referral(ReferralError::Erased) => "withdraw the referral; nothing is known of the person any more",
            Self::EpisodeOpen => "withdraw this referral, or end the running episode first",
            Self::ProgrammeNotRunning => "ask the administrator of the region for a programme file that holds today",
            Self::Sealed(_) => "report the request id to the operators of the region",
            Self::Database(error) => return error.remedy(),
        }
        .to_owned()
    }

    fn violations(&self) -> Vec<Violation> {
        let one =
            |field: &str, reason, remedy: &str| vec![Violation::new(field, reason, self.to_string(), remedy)];
        match self {
            Self::Invalid(violations) => violations.clone(),
            Self::Referral(ReferralError::MotivationMissing) => one(
                "motivation",
                "MOTIVATION_MISSING",
                "write in at least 20 characters why the condition is set aside",
            ),
            Self::Referral(ReferralError::MotivationNotNeeded) => {
                one("motivation", "MOTIVATION_NOT_NEEDED", "leave the motivation empty")
            }
            Self::Referral(ReferralError::AlternativeMissing) => {
                one("alternative", "ALTERNATIVE_MISSING", "write where the person can go instead")
            }
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
            Self::Referral(ReferralError::Decided(state)) => {
                BTreeMap::from([("state".to_owned(), state.as_str().to_owned())])
            }
            Self::Database(error) => error.metadata(),
            _ => BTreeMap::new(),
        }
    }
}
