//! The errors of matching: kind, stable reason, and what the caller can do about it.
//!
//! [`REASONS`] and [`FIELD_REASONS`] are every reason a caller can meet here, collected by the README of the crate `proto`.

use std::collections::BTreeMap;

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};
use chassis::vault::SealBroken;
use jiff::Timestamp;
use jiff::civil::Date;
use region::Explained;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::domain::Etag;

/// Reasons of errors, with what they mean.
pub const REASONS: &[(&str, &str)] = &[
    ("INVALID_FIELDS", "some fields are wrong; every one is in the violations"),
    ("WORKER_NOT_FOUND", "there is no such worker, or it is not in reach of the caller"),
    ("MANDATE_NOT_FOUND", "there is no such mandate, or it is not in reach of the caller"),
    ("PARTICIPATION_NOT_FOUND", "nobody with this participation waits, or it is not in reach of the caller"),
    ("PROPOSAL_NOT_FOUND", "there is no such proposal, or it is not in reach of the caller"),
    ("MATCH_NOT_FOUND", "there is no such match, or it is not in reach of the caller"),
    ("PROGRAMME_NOT_FOUND", "there is no such programme, or it is not in reach of the caller"),
    (
        "STALE_ETAG",
        "the record changed since the caller read it; metadata: changed_by, changed_at, current_etag",
    ),
    ("WORKER_EXISTS", "a worker with this id is registered already"),
    ("MANDATE_IN_USE", "matches go on after the last day that was asked for; metadata: matches"),
    ("PROPOSAL_USED", "a match was confirmed on this proposal already"),
    ("EPISODE_MATCHED", "the episode has a match that runs"),
    ("WORKER_EXCLUDED", "a hard rule fails for this worker that nobody may set aside; metadata: rules"),
    ("OVER_CAPACITY", "the worker has no room for this case; metadata: cases_used, cases_max"),
    ("RUNNING_MAX_REACHED", "the programme runs as many matches as it may; metadata: running, running_max"),
    ("MATCH_ENDED", "the match ended already; metadata: last_day"),
    ("PERSON_ERASED", "the person's data were erased"),
    ("PROGRAMME_NOT_RUNNING", "the programme has no file that holds on that day"),
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
    ("NOT_A_DAY", "the text is not a day such as 2024-06-14"),
    ("UNKNOWN_VALUE", "the number or word is not in the closed set of the contract"),
    ("UNKNOWN_PROGRAMME", "the region has no such programme, or it does not run today"),
    ("UNKNOWN_LANGUAGE", "nobody in the region is spoken to in this language"),
    ("UNKNOWN_DOMAIN", "no programme has such a life domain"),
    ("UNKNOWN_WEIGHT", "the programme has no such case weight"),
    ("UNKNOWN_ROLE", "the programme has no such role"),
    ("SCOPE_TOO_WIDE", "the programme does not let this role reach so far"),
    ("BEYOND_OWN_REACH", "the caller does not reach so far, so it cannot be granted"),
    ("FULL_TIME_SHARE", "the share of full time is not more than 0 and at most 1"),
    ("FULL_TIME_TOTAL", "the shares in all programmes of one day together pass full time"),
    ("BEFORE_FIRST_DAY", "the last day lies before the first"),
    ("AFTER_LAST_DAY", "the mandate ends earlier already"),
    ("MANDATE_OVERLAPS", "another mandate in this role holds on some of these days"),
    ("TOO_FAR_BACK", "the day lies too far back"),
    ("TOO_FAR_AHEAD", "the day lies too far ahead"),
    ("BEFORE_ADMISSION", "the day lies before the admission"),
    ("OUTSIDE_PROGRAMME", "the programme does not run on that day"),
    ("OVERLAPS_MATCH", "an earlier match of the episode lasts longer"),
    ("NO_MANDATE_ON_DAY", "the worker has no mandate to accompany on that day"),
    ("NOT_PROPOSED", "the proposal did not look at this worker"),
    ("SAME_WORKER", "the worker accompanies already"),
    ("REASON_MISSING", "another than the first is chosen, or one goes over capacity, without a reason"),
    ("PAGE_SIZE", "a page cannot have that many rows"),
    ("PAGE_TOKEN", "the page token belongs to another list, or to none"),
    ("NIS_CODE_SHAPE", "the text is not a NIS code"),
    ("NIS_CODE_RANGE", "the code lies outside those of municipalities"),
    ("MUNICIPALITY_UNKNOWN", "the region has no municipality with this code"),
    ("MUNICIPALITY_NOT_YET_VALID", "the code is not valid yet"),
    ("MUNICIPALITY_NO_LONGER_VALID", "the municipality merged; the remedy names its successor"),
];

/// What can go wrong in matching.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the request are wrong.
    #[error("some fields are wrong")]
    Invalid(Vec<Violation>),
    /// There is no such record, or it is not the caller's: the answer is the same.
    #[error("there is no such {0}")]
    NotFound(Record),
    /// The record changed since the caller read it.
    #[error("the record changed since it was read")]
    Stale {
        /// Who changed it; `None` when it was an event.
        changed_by: Option<Uuid>,
        /// When.
        changed_at: Timestamp,
        /// What `If-Match` would have to name.
        current: Etag,
    },
    /// A worker with this id is registered.
    #[error("a worker with this id is registered already")]
    WorkerExists,
    /// Matches would go on without their mandate.
    #[error("{0} matches go on after that day")]
    MandateInUse(i64),
    /// A match was confirmed on the proposal.
    #[error("a match was confirmed on this proposal already")]
    ProposalUsed,
    /// The episode has a match that runs.
    #[error("the episode has a match that runs")]
    EpisodeMatched,
    /// Hard rules fail that nobody may set aside.
    #[error("a hard rule fails for this worker")]
    WorkerExcluded(Vec<&'static str>),
    /// No room, and nobody said that it may go over.
    #[error("the worker has no room for this case")]
    OverCapacity {
        /// Weighted cases that run.
        used: Decimal,
        /// Weighted cases at most.
        max: Decimal,
    },
    /// The programme runs as many matches as it may.
    #[error("the programme runs as many matches as it may")]
    RunningMaxReached {
        /// Matches that run.
        running: i64,
        /// Matches at most.
        max: u32,
    },
    /// The match ended.
    #[error("the match ended already")]
    MatchEnded(Date),
    /// The person was erased.
    #[error("the person was erased")]
    PersonErased,
    /// No file of the programme holds on the day.
    #[error("the programme does not run on that day")]
    ProgrammeNotRunning,
    /// A sealed column cannot be opened.
    #[error("a sealed column cannot be opened")]
    Sealed(#[from] SealBroken),
    /// The database.
    #[error(transparent)]
    Database(DatabaseError),
}

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A worker.
    Worker,
    /// A mandate.
    Mandate,
    /// Somebody who waits.
    Participation,
    /// A proposal.
    Proposal,
    /// A match.
    Match,
    /// A programme.
    Programme,
}

impl std::fmt::Display for Record {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Worker => "worker",
            Self::Mandate => "mandate",
            Self::Participation => "participation that waits",
            Self::Proposal => "proposal",
            Self::Match => "match",
            Self::Programme => "programme",
        })
    }
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

    /// One field is wrong.
    pub fn field(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error.constraint() {
            Some("worker_keys_pkey") => Self::WorkerExists,
            Some("matches_one_open_idx") => Self::EpisodeMatched,
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
            Self::Stale { .. } => ErrorKind::StalePrecondition,
            Self::WorkerExists | Self::EpisodeMatched => ErrorKind::AlreadyExists,
            Self::MandateInUse(_)
            | Self::ProposalUsed
            | Self::WorkerExcluded(_)
            | Self::OverCapacity { .. }
            | Self::RunningMaxReached { .. }
            | Self::MatchEnded(_)
            | Self::PersonErased
            | Self::ProgrammeNotRunning => ErrorKind::FailedPrecondition,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_FIELDS",
            Self::NotFound(Record::Worker) => "WORKER_NOT_FOUND",
            Self::NotFound(Record::Mandate) => "MANDATE_NOT_FOUND",
            Self::NotFound(Record::Participation) => "PARTICIPATION_NOT_FOUND",
            Self::NotFound(Record::Proposal) => "PROPOSAL_NOT_FOUND",
            Self::NotFound(Record::Match) => "MATCH_NOT_FOUND",
            Self::NotFound(Record::Programme) => "PROGRAMME_NOT_FOUND",
            Self::Stale { .. } => "STALE_ETAG",
            Self::WorkerExists => "WORKER_EXISTS",
            Self::MandateInUse(_) => "MANDATE_IN_USE",
            Self::ProposalUsed => "PROPOSAL_USED",
            Self::EpisodeMatched => "EPISODE_MATCHED",
            Self::WorkerExcluded(_) => "WORKER_EXCLUDED",
            Self::OverCapacity { .. } => "OVER_CAPACITY",
            Self::RunningMaxReached { .. } => "RUNNING_MAX_REACHED",
            Self::MatchEnded(_) => "MATCH_ENDED",
            Self::PersonErased => "PERSON_ERASED",
            Self::ProgrammeNotRunning => "PROGRAMME_NOT_RUNNING",
            Self::Sealed(_) => "INTERNAL",
            Self::Database(error) => error.reason(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Invalid(_) => "correct the fields named in the violations and send the request again",
            Self::NotFound(_) => "check what you ask for; records outside your mandate are not shown",
            Self::Stale { .. } => {
                "read the record again, look at what changed, and repeat the step with its new ETag"
            }
            Self::WorkerExists => "look the worker up instead, or leave the id out for another worker",
            Self::MandateInUse(_) => "hand these matches over or end them first, or choose a later day",
            Self::ProposalUsed => "read the match of the proposal; for a change hand it over",
            Self::EpisodeMatched => "hand the match over, or end it first",
            Self::WorkerExcluded(_) => {
                "choose somebody else, or make a new proposal when what was asked for changed"
            }
            Self::OverCapacity { .. } => {
                "choose somebody with room, or send `over_capacity` with a reason when the worker may go over"
            }
            Self::RunningMaxReached { .. } => {
                "wait until a trajectory closes; nobody may set this limit aside"
            }
            Self::MatchEnded(_) => "read the match again; nothing is left to end",
            Self::PersonErased => "nothing is known of the person any more",
            Self::ProgrammeNotRunning => "choose a day on which the programme runs",
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
        let of = |facts: &[(&str, String)]| {
            facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        match self {
            Self::Stale { changed_by, changed_at, current } => of(&[
                ("changed_by", changed_by.map(|worker| worker.to_string()).unwrap_or_default()),
                ("changed_at", changed_at.to_string()),
                ("current_etag", current.to_string()),
            ]),
            Self::MandateInUse(matches) => of(&[("matches", matches.to_string())]),
            Self::WorkerExcluded(rules) => of(&[("rules", rules.join(","))]),
            Self::OverCapacity { used, max } => of(&[
                ("cases_used", used.normalize().to_string()),
                ("cases_max", max.normalize().to_string()),
            ]),
            Self::RunningMaxReached { running, max } => {
                of(&[("running", running.to_string()), ("running_max", max.to_string())])
            }
            Self::MatchEnded(day) => of(&[("last_day", day.to_string())]),
            Self::Database(error) => error.metadata(),
            _ => BTreeMap::new(),
        }
    }
}
