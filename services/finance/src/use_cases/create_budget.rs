//! A budget is created.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;
use region::programme::Programme;
use region::{ProgrammeCode, Region};

use super::get_budget::{BudgetView, view};
use super::step;
use crate::domain::{Budget, BudgetId, BudgetName, FinanceModel, figures};
use crate::error::Error;
use crate::fields::Fields;
use crate::storage::{budget_totals, budgets};

/// Creates an empty draft.
#[derive(Debug, Clone)]
pub struct CreateBudget {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Year, as it was asked for.
    pub year: u32,
    /// Name, as it was typed.
    pub name: String,
}

impl Command for CreateBudget {
    const NAME: &'static str = "create_budget";
    type Outcome = BudgetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<BudgetView, Error> {
        if !work.grant().programmes.contains(self.programme.as_str()) {
            return Err(Error::ProgrammeNotFound);
        }
        let newest = self.region.programme(&self.programme).ok_or(Error::ProgrammeNotFound)?;
        let mut fields = Fields::default();
        let name = fields.take("name", BudgetName::parse(&self.name));
        let year = i16::try_from(self.year).ok();
        let programme = year.and_then(|year| file_of(&self.region, &self.programme, year)).unwrap_or(newest);
        let model = programme.finance.as_ref().ok_or(Error::WithoutFinance)?;
        let year = year.filter(|year| Budget::is_in_term(programme, model, *year));
        if year.is_none() {
            fields.add(outside_term(programme, model));
        }
        let (name, year) = fields.finish(name.zip(year))?;

        let (now, worker) = (work.now(), step::worker(work)?);
        let budget = Budget::draft(BudgetId::generate(work.ids()), programme, year, name, now);
        budgets::insert(work.connection(), &budget, worker).await?;
        let costs = figures(model, budget.lines(), budget.funding())?.costs;
        budget_totals::replace(work.connection(), budget.id(), &costs, budget.funding()).await?;
        work.touches(budget.id().as_uuid());
        view(work, &self.region, budget)
    }
}

/// The file that holds on the first day of the year; in the year a programme begins, the first file of that year.
fn file_of<'r>(region: &'r Region, code: &ProgrammeCode, year: i16) -> Option<&'r Programme> {
    let first_day = Date::new(year, 1, 1).ok()?;
    region.programme_at(code, first_day).or_else(|| {
        region
            .programmes
            .iter()
            .find(|programme| programme.code == *code && programme.version.valid_from.year() == year)
    })
}

fn outside_term(programme: &Programme, model: &FinanceModel) -> Violation {
    let first = programme.starts_on.map(Date::year);
    let last = match (programme.ends_on.map(Date::year), first, i16::try_from(model.years)) {
        (Some(last), Some(first), Ok(years)) => Some(last.min(first + years - 1)),
        (None, Some(first), Ok(years)) => Some(first + years - 1),
        (last, _, _) => last,
    };
    let remedy = match (first, last) {
        (Some(first), Some(last)) => format!("choose a year from {first} to {last}"),
        (Some(first), None) => format!("choose {first} or a later year"),
        (None, Some(last)) => format!("choose {last} or an earlier year"),
        (None, None) => "choose a year of four digits".to_owned(),
    };
    Violation::new("year", "YEAR_OUTSIDE_TERM", "the programme has no budget for this year", remedy)
}
