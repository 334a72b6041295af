//! The difference of a component is spread over who pays it: computed first, or done.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::get_budget::{BudgetView, read_budget};
use super::line_input::component;
use super::step;
use crate::domain::{Budget, BudgetId, Funding, FundingMove, Money, distribute, figures};
use crate::error::Error;
use crate::storage::{budget_totals, funding};

/// Spreads a difference.
#[derive(Debug, Clone)]
pub struct DistributeDifference {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// Which component, as it was typed.
    pub component: String,
}

/// Only computes what [`DistributeDifference`] would do.
#[derive(Debug, Clone)]
pub struct PreviewDistribution(pub DistributeDifference);

/// What the sources pay after it, and the budget when it was done.
#[derive(Debug, Clone)]
pub struct Distributed {
    /// The funding lines of the component.
    pub moves: Vec<FundingMove>,
    /// The budget after the step.
    pub view: BudgetView,
}

impl DistributeDifference {
    fn compute(&self, budget: &Budget) -> Result<(Funding, Vec<FundingMove>), Error> {
        let refuse = |violation| Error::Invalid(vec![violation]);
        let model = step::rules(&self.region, budget)?;
        let code = component(model, "component", &self.component).map_err(refuse)?;
        let figures = figures(model, budget.lines(), budget.funding())?;
        let control = figures.controls.iter().find(|control| control.of.as_str() == code.as_str());
        let difference = control.map_or(Money::ZERO, |control| control.difference);
        if difference == Money::ZERO {
            let remedy = "choose a component whose control is not 0";
            return Err(refuse(Violation::new("component", "CONTROL_HOLDS", "the control is 0", remedy)));
        }
        distribute(budget.funding(), &code, difference)?.ok_or_else(|| {
            let message = "the funding lines of the component cannot take the difference";
            let remedy =
                "enter what the sources pay first, and keep every amount at or above its part in kind";
            refuse(Violation::new("component", "NOT_DISTRIBUTABLE", message, remedy))
        })
    }
}

impl Command for DistributeDifference {
    const NAME: &'static str = "distribute_difference";
    type Outcome = Distributed;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Distributed, Error> {
        let mut budget = step::begin(work, self.budget).await?;
        let (changed, moves) = self.compute(&budget)?;
        budget.put_funding(changed)?;

        let (now, worker) = (work.now(), step::worker(work)?);
        funding::replace(work.connection(), budget.id(), budget.funding()).await?;
        let view = step::finish(work, &self.region, budget, now, worker).await?;
        let (id, costs, funding) = (view.budget.id(), &view.figures.costs, view.budget.funding());
        budget_totals::replace(work.connection(), id, costs, funding).await?;
        Ok(Distributed { moves, view })
    }
}

impl Command for PreviewDistribution {
    const NAME: &'static str = "preview_distribution";
    type Outcome = Vec<FundingMove>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Vec<FundingMove>, Error> {
        let budget = read_budget(work, self.0.budget).await?;
        Ok(self.0.compute(&budget)?.1)
    }
}
