//! What finance does: one file per use case, each a [`Command`](chassis::database::Command) that runs in one unit of work.
//!
//! What a field may hold depends on the programme of the budget it is for, so [`LineInput`] and [`FundingInput`] carry what was
//! typed into the unit of work and are checked there, all violations at once.

mod approve_budget;
mod create_budget;
mod funding_input;
mod get_budget;
mod get_budget_totals;
mod line_input;
mod list_budgets;
mod list_suggested_hours;
mod prepare_start;
mod put_funding;
mod put_staff_line;
mod remove_staff_line;
mod step;

pub use approve_budget::ApproveBudget;
pub use create_budget::CreateBudget;
pub use funding_input::{ContributionInput, FundingInput, FundingLineInput};
pub use get_budget::{BudgetView, GetBudget};
pub use get_budget_totals::{GetBudgetTotals, TotalsView};
pub use line_input::LineInput;
pub use list_budgets::{BudgetPage, ListBudgets};
pub use list_suggested_hours::{ListSuggestedHours, SuggestedPage, SuggestedView};
pub use prepare_start::PrepareStart;
pub use put_funding::PutFunding;
pub use put_staff_line::PutStaffLine;
pub use remove_staff_line::RemoveStaffLine;
