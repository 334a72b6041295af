//! Ids.

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
    /// An export of a submitted claim.
    ExportId
);
chassis::define_id!(
    /// An amount in the ledger.
    LedgerEntryId
);
chassis::define_id!(
    /// An entry of a pot.
    PotEntryId
);
chassis::define_id!(
    /// A purchase.
    PurchaseId
);
