//! Steps that are refused as things stand: kind, reason, what is wrong and what helps. One constructor each, so that a reason is
//! written down once.

use std::collections::BTreeMap;

use chassis::error::ErrorKind;

use crate::domain::SheetError;

/// A step that is refused as things stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Kind.
    pub kind: ErrorKind,
    /// Stable reason.
    pub reason: &'static str,
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub remedy: &'static str,
    /// Further facts for programs.
    pub metadata: BTreeMap<String, String>,
}

impl Refusal {
    fn new(kind: ErrorKind, reason: &'static str, message: &str, remedy: &'static str) -> Self {
        Self { kind, reason, message: message.to_owned(), remedy, metadata: BTreeMap::new() }
    }

    fn state(reason: &'static str, message: &str, remedy: &'static str) -> Self {
        Self::new(ErrorKind::FailedPrecondition, reason, message, remedy)
    }

    fn with(mut self, name: &str, value: i64) -> Self {
        self.metadata.insert(name.to_owned(), value.to_string());
        self
    }

    /// There is no such employment, or it is not the caller's to see.
    pub fn employment_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "EMPLOYMENT_NOT_FOUND", "there is no such employment", remedy)
    }

    /// The employment has no such wage.
    pub fn wage_not_found() -> Self {
        let remedy = "read the wages again and name one of them";
        Self::new(ErrorKind::NotFound, "WAGE_NOT_FOUND", "the employment has no such wage", remedy)
    }

    /// There is no such time sheet, or it is not the caller's to see.
    pub fn sheet_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "TIME_SHEET_NOT_FOUND", "there is no such time sheet", remedy)
    }

    /// The month has a sheet already.
    pub fn sheet_exists() -> Self {
        let remedy = "go on with the time sheet that is there";
        Self::new(
            ErrorKind::AlreadyExists,
            "TIME_SHEET_EXISTS",
            "the employment has a time sheet for this month",
            remedy,
        )
    }

    /// The month cannot take what was asked.
    pub fn month_locked() -> Self {
        let remedy = "ask the finance officer for a counter-entry: what is locked does not change";
        Self::state("MONTH_LOCKED", "the month is locked", remedy)
    }

    /// Sheets stand in the way of a lock.
    pub fn month_open(open: i64, missing: i64) -> Self {
        let remedy = "look at the list of missing time sheets; let them be approved, or accept that employments without one had no hours";
        Self::state("MONTH_OPEN", "time sheets of the month are missing or not approved", remedy)
            .with("not_approved", open)
            .with("missing", missing)
    }
}

impl From<SheetError> for Refusal {
    fn from(error: SheetError) -> Self {
        let (reason, remedy) = match error {
            SheetError::MonthLocked => return Self::month_locked(),
            SheetError::NotDraft => {
                ("TIME_SHEET_NOT_DRAFT", "ask the finance officer to give the time sheet back first")
            }
            SheetError::NotConfirmed => (
                "TIME_SHEET_NOT_CONFIRMED",
                "read the time sheet again; only one that the person confirmed can be approved",
            ),
            SheetError::NotReturnable => {
                ("TIME_SHEET_NOT_CONFIRMED", "nothing needs to go back: the person can write the time sheet")
            }
            SheetError::NotLocked => (
                "MONTH_NOT_LOCKED",
                "give the time sheet back to the person: until the month is locked it is simply written again",
            ),
            SheetError::OwnSheet => ("OWN_TIME_SHEET", "let another finance officer approve it"),
        };
        Self::state(reason, &error.to_string(), remedy)
    }
}
