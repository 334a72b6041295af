//! Ids, and the version of a record as callers carry it.

use std::fmt;

chassis::define_id!(
    /// A budget of a programme for a year.
    BudgetId
);
chassis::define_id!(
    /// A line of staff in a budget.
    LineId
);
chassis::define_id!(
    /// A contact that trajectory logged.
    ContactId
);
chassis::define_id!(
    /// A trajectory, whose history tells of its contacts.
    TrajectoryId
);
chassis::define_id!(
    /// Somebody's work on a programme for an organisation.
    EmploymentId
);
chassis::define_id!(
    /// The hours of an employment in a month.
    TimeSheetId
);
chassis::define_id!(
    /// Time on a day of a time sheet.
    EntryId
);
chassis::define_id!(
    /// A wage of an employment.
    WageId
);
chassis::define_id!(
    /// What a programme asks its funders for a period.
    ClaimId
);
chassis::define_id!(
    /// An amount in the ledger.
    LedgerEntryId
);

/// The version of a record: opaque to callers, equal exactly when nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(i64);

impl Etag {
    /// The tag of a version.
    pub const fn of(version: i64) -> Self {
        Self(version)
    }

    /// Whether the caller read this version. A caller who names none did not.
    pub fn is(self, if_match: Option<&str>) -> bool {
        if_match.is_some_and(|tag| tag == self.to_string())
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}", self.0)
    }
}
