//! What every step on a budget begins and ends with, and the rules a budget is computed with.

use chassis::database::Work;
use jiff::Timestamp;
use region::Region;
use uuid::Uuid;

use super::get_budget::{BudgetView, view};
use crate::domain::{Budget, BudgetId, FinanceModel};
use crate::error::Error;
use crate::storage::budgets::{self, Reading};

/// Locks the budget and checks that it is in reach and as the caller read it.
pub(super) async fn begin(work: &mut Work, id: BudgetId) -> Result<Budget, Error> {
    let vault = work.vault().clone();
    let found = budgets::find(work.connection(), &vault, id, Reading::Locked).await?;
    let found = found.ok_or(Error::BudgetNotFound)?;
    let budget = found.budget;
    if !work.grant().programmes.contains(budget.programme().as_str()) {
        return Err(Error::BudgetNotFound);
    }
    if !budget.etag().is(work.if_match()) {
        let (changed_by, changed_at) = (found.changed_by, found.changed_at);
        return Err(Error::Stale { changed_by, changed_at, current: budget.etag() });
    }
    Ok(budget)
}

/// The rules that hold for a budget: those of the very file it was made under.
pub(super) fn rules<'r>(region: &'r Region, budget: &Budget) -> Result<&'r FinanceModel, Error> {
    let (version, hash) = budget.rules();
    let programme = region
        .programme_version(budget.programme(), *version)
        .filter(|programme| programme.version.hash == *hash)
        .ok_or(Error::RulesMissing)?;
    programme.finance.as_ref().ok_or(Error::WithoutFinance)
}

/// The worker who takes the step. The access rule lets nobody else through.
pub(super) fn worker(work: &Work) -> Result<Uuid, Error> {
    work.caller().worker.ok_or(Error::BudgetNotFound)
}

/// Stores the step and gives the budget after it. `at` is the one instant of the step.
pub(super) async fn finish(
    work: &mut Work,
    region: &Region,
    budget: Budget,
    at: Timestamp,
    by: Uuid,
) -> Result<BudgetView, Error> {
    budgets::update(work.connection(), &budget, at, by).await?;
    work.touches(budget.id().as_uuid());
    view(work, region, budget)
}
