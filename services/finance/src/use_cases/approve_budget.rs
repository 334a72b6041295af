//! A budget is approved.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_budget::BudgetView;
use super::plan_term::check_term;
use super::{pot_share, step};
use crate::domain::{BudgetId, Money, YearFact, figures};
use crate::error::Error;
use crate::events::published;

/// Closes a draft whose controls are all 0.00, when the term has the money for it.
#[derive(Debug, Clone)]
pub struct ApproveBudget {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
}

impl Command for ApproveBudget {
    const NAME: &'static str = "approve_budget";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let figures = figures(model, budget.lines(), budget.funding())?;
        let (now, worker) = (work.now(), step::worker(work)?);
        budget.approve(&figures, now, worker)?;
        pot_share::contribute(work, &budget, figures.shares.as_ref()).await?;
        let approving: Vec<YearFact> = figures
            .costs
            .components
            .iter()
            .map(|one| YearFact {
                year: budget.year(),
                component: one.component.clone(),
                approved: one.cost.total,
                drafted: Money::ZERO,
                claimed: [Money::ZERO; 4],
            })
            .collect();
        check_term(work, &self.region, budget.programme(), &approving).await?;

        let approved = published::budget_approved(&budget, &figures.costs, now)?;
        work.publish(budget.id().as_uuid(), &approved);
        step::finish(work, &self.region, budget, now, worker).await
    }
}
