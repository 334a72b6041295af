//! The wages of an employment are read, added, changed and removed.

use std::fmt;
use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;
use region::programme::FinanceModel;

use super::change_employment::{check_tag, find};
use super::create_employment::{check_order, last_day};
use super::{sheet_step, step};
use crate::domain::{
    Employment, EmploymentId, MOST_WAGES, Period, RateFrom, Wage, WageBasis, WageId, WagePeriod, parse_day,
    parse_wage,
};
use crate::error::Error;
use crate::fields::Fields;
use crate::refusal::Refusal;
use crate::storage::{employments, locks, wages};

/// The wages of an employment, each with its rates.
#[derive(Debug, Clone)]
pub struct WageHistoryView {
    /// The employment.
    pub employment: Employment,
    /// Wages by their first days.
    pub wages: Vec<(WagePeriod, Vec<RateFrom>)>,
}

/// Reads the wages of an employment.
#[derive(Debug, Clone)]
pub struct GetWageHistory {
    /// The region.
    pub region: Arc<Region>,
    /// Whose.
    pub employment: EmploymentId,
}

impl Command for GetWageHistory {
    const NAME: &'static str = "get_wage_history";
    type Outcome = WageHistoryView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<WageHistoryView, Error> {
        let employment = find(work, self.employment).await?.employment;
        let wages = load(work, self.employment).await?;
        view(&self.region, employment, wages)
    }
}

async fn load(work: &mut Work, employment: EmploymentId) -> Result<Vec<WagePeriod>, Error> {
    let vault = work.vault().clone();
    let found = wages::of(work.connection(), &vault, &[employment.as_uuid()]).await?;
    Ok(found.into_iter().map(|(_, wage)| wage).collect())
}

fn view(region: &Region, employment: Employment, wages: Vec<WagePeriod>) -> Result<WageHistoryView, Error> {
    let files: Vec<_> = region.programmes.iter().filter(|file| file.code == employment.programme).collect();
    let with_rates = wages.into_iter().map(|wage| {
        let rates = wage.rates(&files)?;
        Ok((wage, rates))
    });
    let wages = with_rates.collect::<Result<Vec<_>, Error>>()?;
    Ok(WageHistoryView { employment, wages })
}

/// Holds the person, and gives employment and wages as the caller read them.
async fn begin(work: &mut Work, id: EmploymentId) -> Result<(Employment, Vec<WagePeriod>), Error> {
    let seen = find(work, id).await?.employment;
    locks::hold_person(work.connection(), seen.worker).await?;
    let found = find(work, id).await?;
    check_tag(work, &found)?;
    let wages = load(work, id).await?;
    Ok((found.employment, wages))
}

/// Counts the change and gives the history after it.
async fn finish(work: &mut Work, region: &Region, employment: Employment) -> Result<WageHistoryView, Error> {
    let (now, worker) = (work.now(), step::worker(work)?);
    let employment = Employment { version: employment.version + 1, ..employment };
    employments::update(work.connection(), &employment, now, worker).await?;
    let wages = load(work, employment.id).await?;
    view(region, employment, wages)
}

/// Adds or changes a wage. It is personal: `Debug` shows ids and days only.
#[derive(Clone)]
pub struct PutWage {
    /// The region.
    pub region: Arc<Region>,
    /// Of which employment.
    pub employment: EmploymentId,
    /// Which wage; `None` adds one.
    pub wage: Option<WageId>,
    /// First day, as it was typed.
    pub from: String,
    /// Last day, as it was typed.
    pub to: String,
    /// What it is.
    pub basis: WageBasis,
    /// How much, as it was typed.
    pub amount: String,
}

impl fmt::Debug for PutWage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PutWage").field("employment", &self.employment).finish_non_exhaustive()
    }
}

impl Command for PutWage {
    const NAME: &'static str = "put_wage";
    type Outcome = WageHistoryView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<WageHistoryView, Error> {
        let (employment, wages) = begin(work, self.employment).await?;
        if self.wage.is_some_and(|id| !wages.iter().any(|wage| wage.id == id)) {
            return Err(Refusal::wage_not_found().into());
        }
        let id = self.wage.unwrap_or_else(|| WageId::generate(work.ids()));
        let wage = self.check(&employment, &wages, id)?;
        let vault = work.vault().clone();
        wages::put(work.connection(), &vault, employment.id, &wage).await?;
        finish(work, &self.region, employment).await
    }
}

impl PutWage {
    fn check(&self, employment: &Employment, wages: &[WagePeriod], id: WageId) -> Result<WagePeriod, Error> {
        let mut fields = Fields::default();
        let from = fields.take("valid_from", parse_day(&self.from));
        let to = last_day(&mut fields, &self.to);
        let amount = fields.take("amount_euro", parse_wage(&self.amount));
        let period = from.zip(to).map(|(from, to)| Period { from, to });
        let period = period.filter(|period| check_order(&mut fields, *period));
        if let Some(period) = period {
            let model = sheet_step::programme_on(&self.region, &employment.programme, period.from)?;
            let model = model.finance.as_ref().ok_or(Error::WithoutFinance)?;
            self.check_period(&mut fields, model, employment, wages, id, period);
        }
        let others = wages.iter().filter(|other| other.id != id).count();
        if others >= MOST_WAGES {
            let remedy = format!("keep to {MOST_WAGES} wages, or begin another employment");
            fields.add(Violation::new("valid_from", "TOO_MANY", "the employment has too many wages", remedy));
        }
        let wage = period.zip(amount).map(|(period, amount)| WagePeriod {
            id,
            period,
            basis: self.basis,
            wage: Wage::new(amount),
        });
        fields.finish(wage)
    }

    fn check_period(
        &self,
        fields: &mut Fields,
        model: &FinanceModel,
        employment: &Employment,
        wages: &[WagePeriod],
        id: WageId,
        period: Period,
    ) {
        if !employment.period.holds(period.from) {
            fields.add(Violation::new(
                "valid_from",
                "DAY_OUTSIDE_EMPLOYMENT",
                "the person did not work for the organisation on this day",
                format!("write {} or a later day of the employment", employment.period.from),
            ));
        }
        if let Some(other) = wages.iter().find(|other| other.id != id && other.period.overlaps(&period)) {
            let last = other.period.to.map_or_else(|| "today and on".to_owned(), |last| last.to_string());
            fields.add(Violation::new(
                "valid_from",
                "WAGE_OVERLAPS",
                "another wage of the employment holds on a day of these",
                format!(
                    "let the wage of {} to {last} end the day before, or change that one",
                    other.period.from
                ),
            ));
        }
        let expected = WageBasis::of(model);
        if expected != self.basis {
            let remedy = format!("give {}", expected.spoken());
            let message = "the programme prices hours by another basis on the first day";
            fields.add(Violation::new("basis", "WAGE_BASIS", message, remedy));
        }
    }
}

/// Removes a wage.
#[derive(Debug, Clone)]
pub struct RemoveWage {
    /// The region.
    pub region: Arc<Region>,
    /// Of which employment.
    pub employment: EmploymentId,
    /// Which.
    pub wage: WageId,
}

impl Command for RemoveWage {
    const NAME: &'static str = "remove_wage";
    type Outcome = WageHistoryView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<WageHistoryView, Error> {
        let (employment, wages) = begin(work, self.employment).await?;
        if !wages.iter().any(|wage| wage.id == self.wage) {
            return Err(Refusal::wage_not_found().into());
        }
        wages::remove(work.connection(), self.wage).await?;
        finish(work, &self.region, employment).await
    }
}
