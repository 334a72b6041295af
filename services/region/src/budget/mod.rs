//! Budget files: a budget with the rules it is computed under, for computing it without a service.
//!
//! [`load_budget`] reads and checks one; `deploy/budgets/README.md` explains the format. Nothing is computed here: finance does.

mod budget_file;
mod euro;
mod expected;
mod funding;
mod staff;

pub use budget_file::{BudgetFile, load_budget};
pub use expected::ExpectedTotals;
pub use funding::{BudgetContribution, BudgetFunding, BudgetShareBasis};
pub use staff::BudgetLine;
