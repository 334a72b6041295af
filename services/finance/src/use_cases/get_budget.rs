//! One budget is read, with everything it comes to.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::step;
use crate::domain::{
    Budget, BudgetId, Contribution, Figures, FinanceModel, contributions_on, correct_contributions, figures,
};
use crate::error::Error;
use crate::storage::budgets::{self, Reading};

/// Reads one budget, all of one version: six statements.
#[derive(Debug, Clone)]
pub struct GetBudget {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub budget: BudgetId,
}

/// A budget with what it comes to under its rules.
#[derive(Debug, Clone)]
pub struct BudgetView {
    /// The budget.
    pub budget: Budget,
    /// Its rules.
    pub model: FinanceModel,
    /// What it comes to.
    pub figures: Figures,
    /// Whose duty the contributions are today.
    pub contributions_today: Vec<Contribution>,
    /// The contributions as they would add up to local funding.
    pub contributions_corrected: Vec<Contribution>,
}

impl Command for GetBudget {
    const NAME: &'static str = "get_budget";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        let budget = read_budget(work, self.budget).await?;
        view(work, &self.region, budget)
    }
}

/// Reads a budget in reach, to look at it only.
pub(super) async fn read_budget(work: &mut Work, id: BudgetId) -> Result<Budget, Error> {
    let vault = work.vault().clone();
    let found = budgets::find(work.connection(), &vault, id, Reading::Shared).await?;
    let budget = found.ok_or(Error::BudgetNotFound)?.budget;
    if !work.grant().programmes.contains(budget.programme().as_str()) {
        return Err(Error::BudgetNotFound);
    }
    work.touches(budget.id().as_uuid());
    Ok(budget)
}

/// A budget with what it comes to; also what every step answers with.
pub(super) fn view(work: &Work, region: &Region, budget: Budget) -> Result<BudgetView, Error> {
    let model = step::rules(region, &budget)?;
    let funding = budget.funding();
    let figures = figures(model, budget.lines(), funding)?;
    let today = work.clock().today();
    let local = funding.source_total(region::programme::FundingSource::Local)?;
    Ok(BudgetView {
        contributions_today: contributions_on(&funding.contributions, &region.partners, today)?,
        contributions_corrected: correct_contributions(&funding.contributions, local)?,
        model: model.clone(),
        figures,
        budget,
    })
}
