//! The budgets of a programme are listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use super::get_budget_totals::TotalsView;
use crate::domain::BudgetState;
use crate::error::Error;
use crate::storage::budget_totals;
use crate::storage::budgets::{self, Filter};

/// Lists a page of budgets with their totals, newest first: two statements.
#[derive(Debug, Clone)]
pub struct ListBudgets {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Only this year; `None` is all.
    pub year: Option<i16>,
    /// Only this state; `None` is all.
    pub state: Option<BudgetState>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// A page.
#[derive(Debug, Clone)]
pub struct BudgetPage {
    /// The rows.
    pub budgets: Vec<TotalsView>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Command for ListBudgets {
    const NAME: &'static str = "list_budgets";
    type Outcome = BudgetPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetPage, Error> {
        if !work.grant().programmes.contains(self.programme.as_str())
            || self.region.programme(&self.programme).is_none()
        {
            return Err(Error::ProgrammeNotFound);
        }
        let filter = Filter { programme: self.programme.as_str(), year: self.year, state: self.state };
        // One row more than the page tells whether there is a next one.
        let mut rows = budgets::page(work.connection(), &filter, self.after, self.size + 1).await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        let ids: Vec<_> = rows.iter().map(|row| row.id.as_uuid()).collect();
        let totals = budget_totals::of(work.connection(), &ids).await?;
        for id in ids {
            work.touches(id);
        }
        let last = rows.last().filter(|_| !is_last);
        let next = last.map(|row| Cursor { at: row.standing.created_at, id: row.id.as_uuid() });
        let budgets = rows
            .into_iter()
            .map(|budget| TotalsView {
                components: totals.iter().filter(|one| one.budget == budget.id).cloned().collect(),
                budget,
            })
            .collect();
        Ok(BudgetPage { budgets, next })
    }
}
