//! The contributions of a budget are read: as it was, and as it is on a day.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::{Date, date};
use region::Region;
use region::programme::{AllocationKey, FundingSource};

use super::get_budget::read_budget;
use super::step;
use crate::domain::{
    BodyContribution, Budget, BudgetId, Etag, Money, by_body, divide_by_key, parse_amount, parse_day,
};
use crate::error::Error;
use crate::fields::Fields;

/// Reads contributions both ways.
#[derive(Debug, Clone)]
pub struct GetContributions {
    /// The region.
    pub region: Arc<Region>,
    /// Of which budget.
    pub budget: BudgetId,
    /// The day of the second way, or nothing: today.
    pub on_day: String,
    /// What the key divides, or nothing: what the source *local* pays.
    pub total: String,
}

/// The contributions of a budget.
#[derive(Debug, Clone)]
pub struct ContributionsView {
    /// Tag of the budget.
    pub etag: Etag,
    /// Its year.
    pub year: i16,
    /// Number of the version of the programme file that its rules stand in.
    pub programme_version: u32,
    /// The day of the second way.
    pub on_day: Date,
    /// What was entered.
    pub entered_total: Money,
    /// What the key divides.
    pub total: Money,
    /// The key of the first day of the year.
    pub key: Option<AllocationKey>,
    /// Under the bodies of the budget.
    pub as_it_was: Vec<BodyContribution>,
    /// Under the bodies of the day.
    pub as_it_is: Vec<BodyContribution>,
    /// The region, for names.
    pub region: Arc<Region>,
}

impl Command for GetContributions {
    const NAME: &'static str = "get_contributions";
    type Outcome = ContributionsView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ContributionsView, Error> {
        let budget = read_budget(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let (first, on_day, total) = self.check(&budget, work.clock().today())?;
        let key = AllocationKey::on(&model.allocation_keys, first);
        let divided = key.map(|key| divide_by_key(key, total)).transpose()?.unwrap_or_default();
        let entered = budget.funding().contributions.as_slice();
        let partners = &self.region.partners;
        let entered_total = entered.iter().try_fold(Money::ZERO, |sum, one| sum.checked_add(one.amount))?;
        Ok(ContributionsView {
            etag: budget.etag(),
            year: budget.year(),
            programme_version: budget.rules().0,
            on_day,
            entered_total,
            total,
            key: key.cloned(),
            as_it_was: by_body((entered, None), (&divided, first), partners)?,
            as_it_is: by_body((entered, Some(on_day)), (&divided, on_day), partners)?,
            region: Arc::clone(&self.region),
        })
    }
}

impl GetContributions {
    /// The first day of the year, the day that is asked about, and what the key divides.
    fn check(&self, budget: &Budget, today: Date) -> Result<(Date, Date, Money), Error> {
        let mut fields = Fields::default();
        let first = date(budget.year(), 1, 1);
        // A budget of a year to come has no other bodies yet than those of its first day.
        let day = if self.on_day.is_empty() {
            Some(today.max(first))
        } else {
            fields.take("on_day", parse_day(&self.on_day))
        };
        if day.is_some_and(|day| day < first) {
            let remedy = format!("write {first} or a later day, or nothing for today");
            let message = "the day is before the year of the budget";
            fields.add(Violation::new("on_day", "DAY_BEFORE_YEAR", message, remedy));
        }
        let local = budget.funding().source_total(FundingSource::Local)?;
        let total = if self.total.is_empty() {
            Some(local)
        } else {
            fields.take("total_euro", parse_amount(&self.total))
        };
        fields.finish(day.zip(total).map(|(day, total)| (first, day, total)))
    }
}
