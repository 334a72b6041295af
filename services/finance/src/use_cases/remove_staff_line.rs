//! A line of staff is removed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_budget::BudgetView;
use super::step;
use crate::domain::{BudgetId, LineId};
use crate::error::Error;
use crate::storage::{budget_totals, staff_lines};

/// Removes a line of staff from a draft, and destroys the key of its wage.
#[derive(Debug, Clone)]
pub struct RemoveStaffLine {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// Which line.
    pub line: LineId,
}

impl Command for RemoveStaffLine {
    const NAME: &'static str = "remove_staff_line";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        budget.remove_line(self.line)?;

        let (now, worker) = (work.now(), step::worker(work)?);
        staff_lines::remove(work.connection(), self.line).await?;
        let view = step::finish(work, &self.region, budget, now, worker).await?;
        let (id, costs, funding) = (view.budget.id(), &view.figures.costs, view.budget.funding());
        budget_totals::replace(work.connection(), id, costs, funding).await?;
        Ok(view)
    }
}
