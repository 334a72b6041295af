//! The funding of a budget is replaced.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::funding_input::FundingInput;
use super::get_budget::BudgetView;
use super::step;
use crate::domain::BudgetId;
use crate::error::Error;
use crate::storage::{budget_totals, funding};

/// Puts funding in place of what was there.
#[derive(Debug, Clone)]
pub struct PutFunding {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// What was typed.
    pub input: FundingInput,
}

impl Command for PutFunding {
    const NAME: &'static str = "put_funding";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let checked = self.input.check(&self.region, model, &budget)?;
        budget.put_funding(checked)?;

        let (now, worker) = (work.now(), step::worker(work)?);
        funding::replace(work.connection(), budget.id(), budget.funding()).await?;
        let view = step::finish(work, &self.region, budget, now, worker).await?;
        let (id, costs, funding) = (view.budget.id(), &view.figures.costs, view.budget.funding());
        budget_totals::replace(work.connection(), id, costs, funding).await?;
        Ok(view)
    }
}
