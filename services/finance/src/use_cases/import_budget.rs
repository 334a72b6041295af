//! A file with lines of staff, funding or contributions of a draft budget: what it would do, and doing it.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_budget::BudgetView;
use super::import_funding;
use super::import_staff_lines;
use super::import_view::{Changes, Import, ImportView};
use super::step;
use crate::domain::{Budget, BudgetError, BudgetId, BudgetState, FinanceModel, StaffLine};
use crate::error::Error;
use crate::import::{ImportKind, Reader, Words};
use crate::storage::budgets::{self, Reading};
use crate::storage::{budget_totals, funding, staff_lines};

/// Shows what a file would do to a budget, and writes nothing.
#[derive(Debug, Clone)]
pub struct PreviewBudgetImport {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// The file.
    pub import: Import,
}

/// Does what was shown: all of it, or nothing.
#[derive(Debug, Clone)]
pub struct ApplyBudgetImport {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// The file.
    pub import: Import,
    /// The name of what was shown.
    pub plan: String,
}

impl Command for PreviewBudgetImport {
    const NAME: &'static str = "preview_budget_import";
    type Outcome = ImportView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ImportView, Error> {
        let vault = work.vault().clone();
        let found = budgets::find(work.connection(), &vault, self.budget, Reading::Shared).await?;
        let budget = found.ok_or(Error::BudgetNotFound)?.budget;
        if !work.grant().programmes.contains(budget.programme().as_str()) {
            return Err(Error::BudgetNotFound);
        }
        if budget.standing().state == BudgetState::Approved {
            return Err(BudgetError::Approved.into());
        }
        work.touches(budget.id().as_uuid());
        let model = step::rules(&self.region, &budget)?;
        let planned = plan(work, &self.region, model, &budget, &self.import)?;
        Ok(planned.view)
    }
}

impl Command for ApplyBudgetImport {
    const NAME: &'static str = "apply_budget_import";
    type Outcome = (BudgetView, ImportView);
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Self::Outcome, Error> {
        let budget = step::begin(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let planned = plan(work, &self.region, model, &budget, &self.import)?;
        planned.view.check(&self.plan)?;
        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        if planned.view.changes.is_nothing() {
            work.touches(budget.id().as_uuid());
            return Ok((super::get_budget::view(work, &self.region, budget)?, planned.view));
        }
        for line in &planned.lines {
            staff_lines::put(work.connection(), &vault, budget.id(), line).await?;
        }
        if self.import.file.kind != ImportKind::StaffLines {
            funding::replace(work.connection(), budget.id(), planned.budget.funding()).await?;
        }
        let view = step::finish(work, &self.region, planned.budget, now, worker).await?;
        let (id, costs, funding) = (view.budget.id(), &view.figures.costs, view.budget.funding());
        budget_totals::replace(work.connection(), id, costs, funding).await?;
        Ok((view, planned.view))
    }
}

/// What an import does to a budget.
struct Planned {
    view: ImportView,
    budget: Budget,
    lines: Vec<StaffLine>,
}

fn plan(
    work: &Work,
    region: &Region,
    model: &FinanceModel,
    budget: &Budget,
    import: &Import,
) -> Result<Planned, Error> {
    let open = Arc::clone(&import.open);
    let mut reader = Reader::new(&open.columns, Words::of(region, model), import.file.day_first);
    let mut changes = Changes::default();
    let mut after = budget.clone();
    let mut lines = Vec::new();
    let rules = (region, model, budget);
    match import.file.kind {
        ImportKind::StaffLines => {
            lines = import_staff_lines::plan(rules, work.ids(), &open.rows, &mut reader, &mut changes)?;
            if reader.problems.is_empty() {
                after.put_lines(model, lines.clone()).map_err(|(_, error)| error)?;
            }
        }
        ImportKind::Funding => {
            after.put_funding(import_funding::lines(rules, &open.rows, &mut reader, &mut changes)?)?;
        }
        ImportKind::Contributions => {
            after.put_funding(import_funding::contributions(
                rules,
                &open.rows,
                &mut reader,
                &mut changes,
            )?)?;
        }
        ImportKind::Employments | ImportKind::TimeEntries => {}
    }
    let versions = [budget.id().to_string(), budget.etag().to_string()];
    let view = ImportView::of(import, reader, changes, &versions, Some(budget.etag()));
    Ok(Planned { view, budget: after, lines })
}
