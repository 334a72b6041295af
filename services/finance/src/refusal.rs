//! Steps that are refused as things stand: kind, reason, what is wrong and what helps. One constructor each, so that a reason is
//! written down once.

use std::collections::BTreeMap;

use chassis::error::ErrorKind;

use crate::domain::{Amount, Money, OverTerm, PotError, SheetError, Unpriced, WrongState};
use crate::error::Error;

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

    /// What it means that a row broke this constraint; `None` for one that no caller can break.
    pub(crate) fn of_constraint(name: &str) -> Option<Self> {
        Some(match name {
            "time_sheets_month_key" => Self::sheet_exists(),
            "locked_months_pkey" => Self::month_locked(),
            "claims_period_key" => Self::claim_exists(),
            "claimed_entries_pkey" => Self::hours_claimed(),
            "purchases_reverses_key" => Self::purchase_reversed(),
            "ledger_entries_reverses_key" => Self::entry_reversed(),
            "pot_entries_reverses_key" => Self::pot_entry_reversed(),
            _ => return None,
        })
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

    /// There is no such claim, or it is not the caller's to see.
    pub fn claim_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "CLAIM_NOT_FOUND", "there is no such claim", remedy)
    }

    /// The period has a claim already.
    pub fn claim_exists() -> Self {
        let remedy = "go on with the claim that is there";
        Self::new(
            ErrorKind::AlreadyExists,
            "CLAIM_EXISTS",
            "the programme has a claim for this period",
            remedy,
        )
    }

    /// The period has no hours.
    pub fn claim_empty() -> Self {
        Self::state(
            "CLAIM_EMPTY",
            "the locked time sheets of the period hold no hours",
            "look at the time sheets",
        )
    }

    /// It is not what time sheets and wages come to.
    pub fn claim_outdated() -> Self {
        let remedy = "make the claim again, look at what changed, and validate it";
        Self::state("CLAIM_OUTDATED", "time sheets or wages changed since the claim was made", remedy)
    }

    /// Hours stand in another claim.
    pub fn hours_claimed() -> Self {
        let remedy = "correct the claim that holds them: an hour stands in one claim at most";
        Self::state("HOURS_CLAIMED", "hours of the period stand in another claim", remedy)
    }

    /// Months whose hours can still change.
    pub fn months_not_locked(months: &[String]) -> Self {
        let remedy = "lock these months first; the list of missing time sheets says what is in the way";
        let mut refusal = Self::state("MONTHS_NOT_LOCKED", "months of the period are not locked", remedy);
        refusal.metadata.insert("months".to_owned(), months.join(","));
        refusal
    }

    /// Hours without a wage that the rules can price.
    pub fn hours_unpriced(unpriced: &[Unpriced]) -> Self {
        let remedy = "complete the wages of these employments: each day with hours needs one, of the basis that the programme prices by";
        let mut refusal =
            Self::state("WAGE_MISSING", "hours of the period have no wage that prices them", remedy);
        for one in unpriced {
            let (employment, month, what) = match one {
                Unpriced::NoWage { employment, month } => (employment, month, "no wage"),
                Unpriced::OtherBasis { employment, month } => (employment, month, "another basis"),
            };
            refusal.metadata.insert(format!("{employment}/{month}"), what.to_owned());
        }
        refusal
    }

    /// There is no such export, or it is not the caller's to see.
    pub fn export_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "EXPORT_NOT_FOUND", "there is no such export", remedy)
    }

    /// There is no such entry, or it is not the caller's to see.
    pub fn ledger_entry_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "LEDGER_ENTRY_NOT_FOUND", "there is no such entry", remedy)
    }

    /// It was reversed, or reverses another.
    pub fn entry_reversed() -> Self {
        let remedy = "book the right amount as a new entry";
        Self::state("LEDGER_ENTRY_REVERSED", "the entry was reversed, or reverses another", remedy)
    }

    /// The programme has no first day, so no years.
    pub fn no_term() -> Self {
        let remedy = "write `starts_on` into the programme file";
        Self::state("TERM_UNKNOWN", "the programme has no first day, so its term has no years", remedy)
    }

    /// The total of the programme is not in doubt.
    pub fn nothing_to_decide() -> Self {
        let remedy = "look at the plan: it has one total, and where that comes from";
        Self::state("NOTHING_TO_DECIDE", "the total of the programme can be read in one way only", remedy)
    }

    /// Approved budgets would be over what the term has.
    pub fn over_term(over: &OverTerm) -> Self {
        let remedy = "lower the budget, or correct the total of the programme file; the plan of the term shows what is left";
        let part = over.component.as_ref().map_or("project", region::ComponentCode::as_str);
        let mut refusal =
            Self::state("OVER_TERM", "approved budgets would need more than the term has", remedy)
                .with("total_cents", over.total.cents())
                .with("needed_cents", over.needed.cents());
        refusal.metadata.insert("component".to_owned(), part.to_owned());
        refusal
    }

    /// The programme file has no band for the day.
    pub fn band_missing() -> Self {
        let remedy = "ask the administrator of the region to add `[[finance.procurement_band]]` for this day to the programme file";
        Self::state(
            "PROCUREMENT_BAND_MISSING",
            "the programme file says nothing about purchases of this day",
            remedy,
        )
    }

    /// There is no such purchase, or it is not the caller's to see.
    pub fn purchase_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "PURCHASE_NOT_FOUND", "there is no such purchase", remedy)
    }

    /// It was reversed, or reverses another.
    pub fn purchase_reversed() -> Self {
        let remedy = "record the right purchase as a new one";
        Self::state("PURCHASE_REVERSED", "the purchase was reversed, or reverses another", remedy)
    }

    /// A file cannot be taken in as it is.
    pub fn import_has_problems(problems: usize) -> Self {
        let remedy = "preview the import: it shows each cell that cannot be taken, and why";
        let problems = i64::try_from(problems).unwrap_or(i64::MAX);
        Self::state("IMPORT_HAS_PROBLEMS", "the file has cells that cannot be taken in", remedy)
            .with("problems", problems)
    }

    /// It is not what was previewed.
    pub fn import_outdated() -> Self {
        let remedy = "preview the import again, look at what it would do, and apply that";
        let message = "the file, what is said about it, or what it would change is not what was previewed";
        Self::state("IMPORT_OUTDATED", message, remedy)
    }

    /// There is no such entry of a pot, or it is not the caller's to see.
    pub fn pot_entry_not_found() -> Self {
        let remedy = "check what you ask for; records outside your mandate are not shown";
        Self::new(ErrorKind::NotFound, "POT_ENTRY_NOT_FOUND", "there is no such entry of a pot", remedy)
    }

    /// It was reversed, or reverses another.
    pub fn pot_entry_reversed() -> Self {
        let remedy = "book the right amount as a new entry";
        Self::state("POT_ENTRY_REVERSED", "the entry was reversed, or reverses another", remedy)
    }

    /// The budget would give the pot less than decisions hold.
    pub fn pot_overdrawn(held: Money) -> Self {
        let remedy = "close or reverse decisions of the pot first, or approve a budget that gives it at least what they hold";
        let message = "the budget gives the pot of the year less than its decisions hold";
        let mut refusal = Self::state("POT_OVERDRAWN", message, remedy);
        refusal.metadata.insert("held_euro".to_owned(), Amount::from(held).euro().to_string());
        refusal
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

impl From<PotError> for Error {
    fn from(error: PotError) -> Self {
        let message = error.to_string();
        let short = |reason, left: Money, remedy| {
            let mut refusal = Refusal::state(reason, &message, remedy);
            let left = Amount::from(left).euro().to_string();
            refusal.metadata.insert("available_euro".to_owned(), left);
            refusal
        };
        match error {
            PotError::PotShort(left) => {
                let remedy =
                    "book at most what is available, or close decisions that hold more than they need";
                short("POT_SHORT", left, remedy)
            }
            PotError::DecisionShort(left) => {
                let remedy = "book at most what the decision has left, or let the partnership decide on more";
                short("POT_DECISION_SHORT", left, remedy)
            }
            PotError::Closed => {
                let remedy = "reverse the release to open the decision again, or take a new decision";
                Refusal::state("POT_DECISION_CLOSED", &message, remedy)
            }
            PotError::Reversed => {
                Refusal::state("POT_ENTRY_REVERSED", &message, "take a new decision: this one holds nothing")
            }
            PotError::InUse => {
                let remedy = "reverse what was spent under it first, or close it to release the rest";
                Refusal::state("POT_DECISION_IN_USE", &message, remedy)
            }
            PotError::OutOfRange(error) => return error.into(),
        }
        .into()
    }
}

impl From<WrongState> for Refusal {
    fn from(error: WrongState) -> Self {
        let remedy = "read the claim again: it goes from saved to valid, submitted and accepted; a correction is a new revision";
        let mut refusal = Self::state("CLAIM_STATE", &error.to_string(), remedy);
        refusal.metadata.insert("state".to_owned(), error.0.to_string());
        refusal
    }
}

impl From<WrongState> for Error {
    fn from(error: WrongState) -> Self {
        Refusal::from(error).into()
    }
}

impl From<SheetError> for Error {
    fn from(error: SheetError) -> Self {
        Refusal::from(error).into()
    }
}
