//! The errors of finance: kind, stable reason, and what the caller can do about it.
//!
//! [`REASONS`] and [`FIELD_REASONS`] are every reason a caller can meet here, collected by the README of the crate `proto`.

use std::collections::BTreeMap;

use chassis::database::{CommandError, DatabaseError};
use chassis::error::{Describe, ErrorKind, Violation};
use chassis::vault::SealBroken;
use jiff::Timestamp;
use region::Explained;
use uuid::Uuid;

use crate::domain::{Amount, BudgetError, Etag, MOST_LINES, OutOfRange};
use crate::refusal::Refusal;

/// Reasons of errors, with what they mean.
pub const REASONS: &[(&str, &str)] = &[
    ("INVALID_FIELDS", "some fields are wrong; every one is in the violations"),
    ("PROGRAMME_NOT_FOUND", "there is no such programme, or it is not in reach of the caller"),
    ("PROGRAMME_WITHOUT_FINANCE", "the file of the programme says nothing about its money"),
    ("BUDGET_NOT_FOUND", "there is no such budget, or it is not in reach of the caller"),
    ("ACCEPTANCE_NOT_FOUND", "nobody accepted this difference of the budget"),
    ("STAFF_LINE_NOT_FOUND", "the budget has no such line of staff"),
    (
        "STALE_ETAG",
        "the record changed since the caller read it; metadata: changed_by, changed_at, current_etag",
    ),
    ("BUDGET_EXISTS", "the programme has a budget of this name for this year"),
    ("BUDGET_APPROVED", "the budget was approved and does not change any more"),
    ("BUDGET_EMPTY", "the budget has no line of staff"),
    ("CONTROLS_NOT_ZERO", "funding is not cost; metadata: each open control with its difference in euro"),
    ("RULES_MISSING", "the region no longer has the programme file the budget was made under"),
    ("EMPLOYMENT_NOT_FOUND", "there is no such employment, or it is not in reach of the caller"),
    ("WAGE_NOT_FOUND", "the employment has no such wage"),
    ("TIME_SHEET_NOT_FOUND", "there is no such time sheet, or it is not in reach of the caller"),
    ("TIME_SHEET_EXISTS", "the employment has a time sheet for this month"),
    ("TIME_SHEET_NOT_DRAFT", "the time sheet was confirmed or approved and cannot be written"),
    ("TIME_SHEET_NOT_CONFIRMED", "the step needs a time sheet that the person confirmed"),
    ("OWN_TIME_SHEET", "nobody approves their own hours"),
    ("MONTH_LOCKED", "the month is locked; only a counter-entry changes anything"),
    ("MONTH_NOT_LOCKED", "a counter-entry needs a locked month"),
    ("CLAIM_NOT_FOUND", "there is no such claim, or it is not in reach of the caller"),
    ("CLAIM_EXISTS", "the programme has a claim for this period"),
    ("CLAIM_EMPTY", "the locked time sheets of the period hold no hours"),
    ("CLAIM_OUTDATED", "time sheets or wages changed since the claim was made"),
    ("CLAIM_STATE", "the claim is in another state than the step needs; metadata: state"),
    ("HOURS_CLAIMED", "hours of the period stand in another claim"),
    ("MONTHS_NOT_LOCKED", "months of the period are not locked; metadata: months"),
    ("WAGE_MISSING", "hours have no wage that prices them; metadata: employment and month"),
    ("LEDGER_ENTRY_NOT_FOUND", "there is no such entry, or it is not in reach of the caller"),
    ("LEDGER_ENTRY_REVERSED", "the entry was reversed, or reverses another"),
    ("TERM_UNKNOWN", "the programme has no first day, so its term has no years"),
    ("NOTHING_TO_DECIDE", "the total of the programme can be read in one way only"),
    (
        "OVER_TERM",
        "approved budgets would need more than the term has; `component`, `total_cents`, `needed_cents`",
    ),
    ("POT_ENTRY_NOT_FOUND", "there is no such entry of a pot, or it is not in reach of the caller"),
    ("POT_ENTRY_REVERSED", "the entry of the pot was reversed, or reverses another"),
    ("POT_SHORT", "the pot has less left; metadata: available_euro"),
    ("POT_DECISION_SHORT", "the decision has less left; metadata: available_euro"),
    ("POT_DECISION_CLOSED", "the decision of the pot is closed"),
    ("POT_DECISION_IN_USE", "amounts were spent under the decision"),
    ("POT_OVERDRAWN", "the budget gives the pot less than its decisions hold; metadata: held_euro"),
    ("PROCUREMENT_BAND_MISSING", "the programme file has no band of purchases for this day"),
    ("PURCHASE_NOT_FOUND", "there is no such purchase, or it is not in reach of the caller"),
    ("PURCHASE_REVERSED", "the purchase was reversed, or reverses another"),
    ("MONTH_OPEN", "time sheets of the month are not approved; metadata: not_approved, missing"),
    ("EXPORT_NOT_FOUND", "there is no such export, or it is not in reach of the caller"),
    ("IMPORT_HAS_PROBLEMS", "the file has cells that cannot be taken in; metadata: problems"),
    ("IMPORT_OUTDATED", "the file, what is said about it, or what it would change is not what was previewed"),
];

/// Reasons of field violations, with what they mean.
pub const FIELD_REASONS: &[(&str, &str)] = &[
    ("REQUIRED", "the field is empty"),
    ("TOO_LONG", "the text has too many characters"),
    ("TOO_MANY", "the list, or the budget, has too many items"),
    ("REPEATED", "an item is in the list twice"),
    ("CONTROL_CHARACTER", "the text has a character that cannot be shown"),
    ("NOT_AN_ID", "the text is not an id"),
    ("UNKNOWN_VALUE", "the number is not in the closed set of the contract"),
    ("UNKNOWN_PROGRAMME", "the text cannot be the code of a programme"),
    ("YEAR_OUTSIDE_TERM", "the programme has no budget for this year"),
    ("ROW_KEY_SHAPE", "the text cannot be the key of a row"),
    ("DUPLICATE_ROW", "another line of the budget has this key"),
    ("UNKNOWN_COMPONENT", "the programme has no such component"),
    ("UNKNOWN_SOURCE", "the programme names no such source for this component"),
    ("UNKNOWN_PARTNER", "the region has no such partner"),
    (
        "PARTNER_NOT_IN_YEAR",
        "the organisation is no partner in the year of the budget; the remedy names who goes on",
    ),
    ("NOT_A_LOCAL_AUTHORITY", "only local authorities contribute to local funding"),
    ("AMOUNT_SHAPE", "the text is not an amount in euro"),
    ("AMOUNT_DECIMALS", "the amount has a part of a cent"),
    ("AMOUNT_NOT_POSITIVE", "the amount must be above zero"),
    ("AMOUNT_NEGATIVE", "the amount is below zero"),
    ("AMOUNT_TOO_LARGE", "the amount is larger than any amount here can be"),
    ("IN_KIND_OVER_AMOUNT", "the part in kind is more than the whole"),
    ("HOURS_SHAPE", "the text is not a number of hours"),
    ("HOURS_DECIMALS", "the hours have more decimals than the programme counts"),
    ("HOURS_NOT_POSITIVE", "the hours must be above zero"),
    ("HOURS_OVER_CAP", "one person cannot declare that many hours in a year"),
    ("MONTH_SHAPE", "the text is not a month"),
    ("PERCENT_SHAPE", "the text is not a percentage of an index"),
    ("MONTH_NOT_OVER", "the month is not over, or has not begun"),
    ("MONTH_OUTSIDE_EMPLOYMENT", "the employment has no day in this month"),
    ("TOO_MANY_MONTHS", "the months are too far apart"),
    ("DAY_SHAPE", "the text is not a day"),
    ("DAY_OUTSIDE_MONTH", "the day is not in the month of the time sheet"),
    ("DAY_OUTSIDE_EMPLOYMENT", "the person did not work for the organisation on this day"),
    ("DAY_BEFORE_DECISION", "nothing is spent before it is decided"),
    ("DAY_IN_FUTURE", "the day lies after today"),
    ("DAY_BEFORE_YEAR", "the day is before the year of the budget"),
    ("MINUTES_NOT_POSITIVE", "the minutes must be above zero"),
    ("MINUTES_ZERO", "a counter-entry of zero minutes changes nothing"),
    ("MINUTES_OVER_DAY", "the person would have more than 24 hours on this day, over all projects"),
    ("MINUTES_BELOW_ZERO", "the counter-entry takes away more than is there"),
    ("EMPLOYMENT_OVERLAPS", "the person has such an employment on a day of these already"),
    ("HOURS_AFTER_END", "the person has hours after this day"),
    ("NOT_OWN_ORGANISATION", "the organisation is not that of the caller"),
    ("KBO_SHAPE", "the text is not an enterprise number"),
    ("KBO_LEADING_ZERO", "the enterprise number has nine digits: its leading zero got lost"),
    ("KBO_ESTABLISHMENT", "the number is that of an establishment"),
    ("KBO_CHECK_DIGITS", "the check digits of the enterprise number do not fit"),
    ("KBO_OTHER_PARTNER", "the enterprise number is not that of the partner"),
    ("WAGE_OVERLAPS", "another wage of the employment holds on a day of these"),
    ("WAGE_BASIS", "the programme prices hours by another basis"),
    ("CLAIM_PERIOD", "there is no such quarter or year"),
    ("ACCOUNT_SHAPE", "the text is not an accounting code"),
    ("CATEGORY_SHAPE", "the text is not the code of a category"),
    ("EVIDENCE_NEEDED", "the band of the purchase demands a procedure, so a reference to its evidence"),
    ("FILE_TOO_LARGE", "the file has too many bytes"),
    ("FILE_UNREADABLE", "the file is neither CSV nor XLSX, or damaged"),
    ("FILE_EXPANDS", "the workbook holds far more than its size says"),
    ("UNKNOWN_SHEET", "the workbook has no sheet of this name"),
    ("UNKNOWN_COLUMN", "the file has no column with this heading"),
    ("COLUMN_MISSING", "the file has no column for a field that is needed"),
    ("COLUMN_REPEATED", "the file has two columns for one field"),
    ("FTE_SHAPE", "the text is not a part of a full time"),
    ("UNKNOWN_LINE", "the budget has no such line of staff"),
    ("LINE_OUTSIDE_TARGET", "the line is no part of what is sought"),
    ("RATE_ZERO", "an hour of the line costs nothing, so its hours move no total"),
    ("WEIGHT_SHAPE", "the text is not a weight"),
    ("WEIGHT_NEGATIVE", "the weight is below zero"),
    ("WEIGHT_NOT_POSITIVE", "the weight must be above zero"),
    ("WEIGHTS_ZERO", "at least one weight must be above zero"),
    ("TOTAL_BELOW_KEPT", "the sources that keep their amounts pay more than the total"),
    ("TOO_SHORT", "the text has too few characters"),
    ("UNKNOWN_CONTROL", "the budget has no such control"),
    ("UNKNOWN_FINDING", "the budget has no such finding"),
    ("CONTROL_HOLDS", "the control is 0: there is nothing to accept or to distribute"),
    ("NOT_DISTRIBUTABLE", "no funding line can take a part of the difference"),
    ("BEFORE_FROM", "the last month is before the first"),
    ("PAGE_SIZE", "a page cannot have that many rows"),
    ("PAGE_TOKEN", "the page token belongs to another list, or to none"),
];

/// What can go wrong in finance.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the request are wrong.
    #[error("some fields are wrong")]
    Invalid(Vec<Violation>),
    /// No such programme, or not the caller's: the answer is the same.
    #[error("there is no such programme")]
    ProgrammeNotFound,
    /// The programme file has no finance model.
    #[error("the programme keeps no accounts here")]
    WithoutFinance,
    /// No such budget, or not the caller's.
    #[error("there is no such budget")]
    BudgetNotFound,
    /// The record changed since the caller read it.
    #[error("the record changed since it was read")]
    Stale {
        /// Who changed it.
        changed_by: Uuid,
        /// When.
        changed_at: Timestamp,
        /// What `If-Match` would have to name.
        current: Etag,
    },
    /// A budget of this programme, year and name is there.
    #[error("there is a budget of this name for this year")]
    Exists,
    /// The budget does not allow this step.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The programme file a budget was made under is gone.
    #[error("the programme file of the budget is not among the files of the region")]
    RulesMissing,
    /// A figure does not fit; the limits of the fields rule it out for any sane programme file.
    #[error("a figure of the budget does not fit")]
    OutOfRange(#[from] OutOfRange),
    /// A wage cannot be opened.
    #[error("a sealed wage cannot be opened")]
    Sealed(#[from] SealBroken),
    /// A step that is refused as things stand.
    #[error(transparent)]
    Refused(#[from] Refusal),
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
            Some("budgets_name_key") => Self::Exists,
            Some(name) => Refusal::of_constraint(name).map_or(Self::Database(error), Self::Refused),
            None => Self::Database(error),
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
            | Self::Budget(
                BudgetError::DuplicateRow | BudgetError::WorkerOverCap { .. } | BudgetError::TooManyLines,
            ) => ErrorKind::InvalidArgument,
            Self::ProgrammeNotFound
            | Self::BudgetNotFound
            | Self::Budget(BudgetError::LineNotFound | BudgetError::NotAccepted) => ErrorKind::NotFound,
            Self::WithoutFinance
            | Self::RulesMissing
            | Self::Budget(BudgetError::Approved | BudgetError::Empty | BudgetError::ControlsOpen(_)) => {
                ErrorKind::FailedPrecondition
            }
            Self::Stale { .. } => ErrorKind::StalePrecondition,
            Self::Exists => ErrorKind::AlreadyExists,
            Self::Refused(refusal) => refusal.kind,
            Self::OutOfRange(_) | Self::Sealed(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_)
            | Self::Budget(
                BudgetError::DuplicateRow | BudgetError::WorkerOverCap { .. } | BudgetError::TooManyLines,
            ) => "INVALID_FIELDS",
            Self::ProgrammeNotFound => "PROGRAMME_NOT_FOUND",
            Self::WithoutFinance => "PROGRAMME_WITHOUT_FINANCE",
            Self::BudgetNotFound => "BUDGET_NOT_FOUND",
            Self::Budget(BudgetError::LineNotFound) => "STAFF_LINE_NOT_FOUND",
            Self::Budget(BudgetError::NotAccepted) => "ACCEPTANCE_NOT_FOUND",
            Self::Stale { .. } => "STALE_ETAG",
            Self::Exists => "BUDGET_EXISTS",
            Self::Refused(refusal) => refusal.reason,
            Self::Budget(BudgetError::Approved) => "BUDGET_APPROVED",
            Self::Budget(BudgetError::Empty) => "BUDGET_EMPTY",
            Self::Budget(BudgetError::ControlsOpen(_)) => "CONTROLS_NOT_ZERO",
            Self::RulesMissing => "RULES_MISSING",
            Self::OutOfRange(_) | Self::Sealed(_) => "INTERNAL",
            Self::Database(error) => error.reason(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Invalid(_)
            | Self::Budget(
                BudgetError::DuplicateRow | BudgetError::WorkerOverCap { .. } | BudgetError::TooManyLines,
            ) => "correct the fields named in the violations and send the request again",
            Self::ProgrammeNotFound | Self::BudgetNotFound => {
                "check what you ask for; records outside your mandate are not shown"
            }
            Self::WithoutFinance => "ask the administrator of the region for a programme file with a section [finance]",
            Self::Budget(BudgetError::LineNotFound) => "read the budget again and name one of its lines",
            Self::Budget(BudgetError::NotAccepted) => "read the budget again and name one of its acceptances",
            Self::Stale { .. } => "read the record again, look at what changed, and repeat the step with its new ETag",
            Self::Refused(refusal) => refusal.remedy,
            Self::Exists => "choose another name, or go on with the budget that is there",
            Self::Budget(BudgetError::Approved) => "make a new budget for what changes",
            Self::Budget(BudgetError::Empty) => "add the lines of staff first",
            Self::Budget(BudgetError::ControlsOpen(_)) => {
                "change the balancing item or the hours of a line as the ways out of the controls say, until every control is 0.00, or accept a difference with a reason"
            }
            Self::RulesMissing => {
                "ask the administrator of the region to put that version of the programme file back beside the newer ones"
            }
            Self::OutOfRange(_) | Self::Sealed(_) => "report the request id to the operators of the region",
            Self::Database(error) => return error.remedy(),
        }
        .to_owned()
    }

    fn violations(&self) -> Vec<Violation> {
        let one = |field: &str, reason, remedy: String| {
            vec![Violation::new(field, reason, self.to_string(), remedy)]
        };
        match self {
            Self::Invalid(violations) => violations.clone(),
            Self::Budget(BudgetError::DuplicateRow) => {
                one("row", "DUPLICATE_ROW", "choose another key, or name the line to change it".to_owned())
            }
            Self::Budget(BudgetError::WorkerOverCap { cap }) => one(
                "hours",
                "HOURS_OVER_CAP",
                format!("write fewer hours: at most {cap} over all lines of this worker"),
            ),
            Self::Budget(BudgetError::TooManyLines) => {
                one("row", "TOO_MANY", format!("keep to {MOST_LINES} lines, or divide the budget"))
            }
            _ => Vec::new(),
        }
    }

    fn metadata(&self) -> BTreeMap<String, String> {
        match self {
            Self::Stale { changed_by, changed_at, current } => [
                ("changed_by", changed_by.to_string()),
                ("changed_at", changed_at.to_string()),
                ("current_etag", current.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
            Self::Budget(BudgetError::ControlsOpen(open)) => open
                .iter()
                .map(|(control, difference)| (control.clone(), Amount::from(*difference).euro().to_string()))
                .collect(),
            Self::Refused(refusal) => refusal.metadata.clone(),
            Self::Database(error) => error.metadata(),
            _ => BTreeMap::new(),
        }
    }
}
