//! A line of staff is added or changed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_budget::BudgetView;
use super::line_input::LineInput;
use super::step;
use crate::domain::{BudgetError, BudgetId, LineId};
use crate::error::Error;
use crate::storage::{budget_totals, staff_lines};

/// Puts a line of staff into a draft.
#[derive(Debug, Clone)]
pub struct PutStaffLine {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// Which line; `None` adds one.
    pub line: Option<LineId>,
    /// What was typed.
    pub input: LineInput,
}

impl Command for PutStaffLine {
    const NAME: &'static str = "put_staff_line";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        if self.line.is_some_and(|line| budget.line(line).is_none()) {
            return Err(BudgetError::LineNotFound.into());
        }
        let id = self.line.unwrap_or_else(|| LineId::generate(work.ids()));
        let line = self.input.check(&self.region, model, &budget, id)?;
        budget.put_line(model, line.clone())?;

        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        staff_lines::put(work.connection(), &vault, budget.id(), &line).await?;
        let view = step::finish(work, &self.region, budget, now, worker).await?;
        let (id, costs, funding) = (view.budget.id(), &view.figures.costs, view.budget.funding());
        budget_totals::replace(work.connection(), id, costs, funding).await?;
        Ok(view)
    }
}
