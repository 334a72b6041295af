//! What finance does: one file per use case, each a [`Command`](chassis::database::Command) that runs in one unit of work.
//!
//! What a field may hold depends on the programme of the budget it is for, so [`LineInput`] and [`FundingInput`] carry what was
//! typed into the unit of work and are checked there, all violations at once.

mod approve_budget;
mod change_employment;
mod claim_step;
mod claim_steps;
mod correct_time_sheet;
mod create_budget;
mod create_claim;
mod create_employment;
mod entry_input;
mod exports;
mod funding_input;
mod get_budget;
mod get_budget_totals;
mod get_time_sheet;
mod import_budget;
mod import_employments;
mod import_entries;
mod import_funding;
mod import_hours;
mod import_sheets;
mod import_staff_lines;
mod import_view;
mod keep_ledger;
mod line_input;
mod list_budgets;
mod list_employments;
mod list_exports;
mod list_suggested_hours;
mod list_time_sheets;
mod lock_month;
mod open_time_sheet;
mod prepare_start;
mod put_funding;
mod put_staff_line;
mod put_time_sheet;
mod read_claims;
mod remove_staff_line;
mod seek_amounts;
mod seek_hours;
mod sheet_limits;
mod sheet_step;
mod step;
mod time_sheet_steps;
mod wage_history;

pub use approve_budget::ApproveBudget;
pub use change_employment::ChangeEmployment;
pub use claim_steps::{ClaimStep, CorrectClaim, StepClaim};
pub use correct_time_sheet::CorrectTimeSheet;
pub use create_budget::CreateBudget;
pub use create_claim::CreateClaim;
pub use create_employment::CreateEmployment;
pub use entry_input::EntryInput;
pub use exports::{CompleteExport, ReadExportRows, ReadExportRules, RecordExports};
pub use funding_input::{ContributionInput, FundingInput, FundingLineInput};
pub use get_budget::{BudgetView, GetBudget};
pub use get_budget_totals::{GetBudgetTotals, TotalsView};
pub use get_time_sheet::GetTimeSheet;
pub use import_budget::{ApplyBudgetImport, PreviewBudgetImport};
pub use import_hours::{ApplyHoursImport, PreviewHoursImport};
pub use import_view::{Change, Changes, Import, ImportView};
pub use keep_ledger::{ListLedgerEntries, PostLedgerEntry, ReverseLedgerEntry};
pub use line_input::LineInput;
pub use list_budgets::{BudgetPage, ListBudgets};
pub use list_employments::ListEmployments;
pub use list_exports::{ExportView, GetExport, ListExportRuns, ListExports};
pub use list_suggested_hours::{ListSuggestedHours, SuggestedPage, SuggestedView};
pub use list_time_sheets::{ListMissingTimeSheets, ListTimeSheets, Page};
pub use lock_month::{LockMonth, LockedMonth};
pub use open_time_sheet::OpenTimeSheet;
pub use prepare_start::PrepareStart;
pub use put_funding::PutFunding;
pub use put_staff_line::PutStaffLine;
pub use put_time_sheet::PutTimeSheet;
pub use read_claims::{GetClaim, ListClaims, ReconcileClaim, ReconciledClaim};
pub use remove_staff_line::RemoveStaffLine;
pub use seek_amounts::{
    SeekContributions, SeekFunding, SoughtContribution, SoughtContributions, SoughtFunding, WeightInput,
};
pub use seek_hours::{SeekHours, SeekLineInput, SoughtHours, TargetKind};
pub use sheet_step::SheetView;
pub use time_sheet_steps::{ApproveTimeSheet, ConfirmTimeSheet, ReturnTimeSheet};
pub use wage_history::{GetWageHistory, PutWage, RemoveWage, WageHistoryView};
