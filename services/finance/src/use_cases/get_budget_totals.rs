//! The totals of one budget are read.

use chassis::database::{Command, Work};

use crate::domain::BudgetId;
use crate::error::Error;
use crate::storage::budget_totals::{self, ComponentTotals};
use crate::storage::budgets::{self, Summary};

/// Reads what a board may see of a budget: two statements, of which none touches a line.
#[derive(Debug, Clone, Copy)]
pub struct GetBudgetTotals {
    /// Which.
    pub budget: BudgetId,
}

/// A budget with the totals of its components.
#[derive(Debug, Clone)]
pub struct TotalsView {
    /// The budget.
    pub budget: Summary,
    /// Its components, in the order of the programme.
    pub components: Vec<ComponentTotals>,
}

impl Command for GetBudgetTotals {
    const NAME: &'static str = "get_budget_totals";
    type Outcome = TotalsView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<TotalsView, Error> {
        let budget = budgets::summary(work.connection(), self.budget).await?.ok_or(Error::BudgetNotFound)?;
        if !work.grant().programmes.contains(&budget.programme) {
            return Err(Error::BudgetNotFound);
        }
        let components = budget_totals::of(work.connection(), &[budget.id.as_uuid()]).await?;
        work.touches(budget.id.as_uuid());
        Ok(TotalsView { budget, components })
    }
}
