//! The term of a programme: what may be spent, what is planned, how a contradiction is read, and whether the money lasts.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::programme::Programme;
use region::{ProgrammeCode, Region};

use super::step;
use crate::domain::{
    BudgetId, FinanceModel, Forecast, ReadingDecision, Scenario, TermPlan, TermReading, YearFact, forecast,
    over_term, term_of, term_plans, totals,
};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::{budgets, locks, term};

/// Reads the plan of a programme.
#[derive(Debug, Clone)]
pub struct GetTermPlan {
    /// The region.
    pub region: Arc<Region>,
    /// Which programme.
    pub programme: ProgrammeCode,
}

/// A plan with what it rests on.
#[derive(Debug, Clone)]
pub struct TermView {
    /// The programme.
    pub programme: ProgrammeCode,
    /// Version of the programme file whose rules are shown: the newest.
    pub rules_version: u32,
    /// First and last year.
    pub term: (i16, i16),
    /// One plan for each reading that is open.
    pub plans: Vec<TermPlan>,
    /// The decision that counts.
    pub decision: Option<ReadingDecision>,
}

impl Command for GetTermPlan {
    const NAME: &'static str = "get_term_plan";
    type Outcome = TermView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<TermView, Error> {
        view(work, &self.region, &self.programme).await
    }
}

/// Says how the total of a call that contradicts itself is read, or takes that back.
#[derive(Debug, Clone)]
pub struct DecideTermReading {
    /// The region.
    pub region: Arc<Region>,
    /// Which programme.
    pub programme: ProgrammeCode,
    /// The reading; `None` takes the decision before back.
    pub reading: Option<TermReading>,
    /// Why.
    pub reason: String,
}

impl Command for DecideTermReading {
    const NAME: &'static str = "decide_term_reading";
    type Outcome = TermView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<TermView, Error> {
        let (_, model, _) = rules(work, &self.region, &self.programme)?;
        let readings = totals(model)?;
        if readings.iter().all(|read| read.reading.is_none()) {
            return Err(Refusal::nothing_to_decide().into());
        }
        let decision = ReadingDecision {
            reading: self.reading,
            reason: self.reason.clone(),
            at: work.now(),
            by: step::worker(work)?,
        };
        let id = work.ids().uuid();
        term::decide(work.connection(), id, self.programme.as_str(), &decision).await?;
        work.touches(id);
        view(work, &self.region, &self.programme).await
    }
}

/// Looks ahead from a budget.
#[derive(Debug, Clone)]
pub struct ForecastTerm {
    /// The region.
    pub region: Arc<Region>,
    /// The budget that is carried on.
    pub budget: BudgetId,
    /// How wages go on.
    pub scenario: Scenario,
}

impl Command for ForecastTerm {
    const NAME: &'static str = "forecast_term";
    type Outcome = Forecast;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Forecast, Error> {
        let vault = work.vault().clone();
        let found = budgets::find(work.connection(), &vault, self.budget, budgets::Reading::Shared).await?;
        let budget = found.ok_or(Error::BudgetNotFound)?.budget;
        if !work.grant().programmes.contains(budget.programme().as_str()) {
            return Err(Error::BudgetNotFound);
        }
        let model = step::rules(&self.region, &budget)?;
        let programme = self.region.programme(budget.programme()).ok_or(Error::ProgrammeNotFound)?;
        let (_, last) = term_of(programme, model).ok_or_else(|| Error::from(Refusal::no_term()))?;
        let available = budget.funding().total()?;
        work.touches(budget.id().as_uuid());
        let years = (budget.year(), last.max(budget.year()));
        Ok(forecast(model, budget.lines(), available, years, &self.scenario)?)
    }
}

/// Refuses an approval after which approved budgets would be over what the term has. `approving` is what is approved now.
pub(super) async fn check_term(
    work: &mut Work,
    region: &Region,
    programme: &ProgrammeCode,
    approving: &[YearFact],
) -> Result<(), Error> {
    let Ok((_, model, term)) = rules(work, region, programme) else { return Ok(()) };
    locks::hold_approvals(work.connection(), programme.as_str()).await?;
    let mut facts = term::facts(work.connection(), programme.as_str()).await?;
    facts.extend_from_slice(approving);
    let decided = term::decision(work.connection(), programme.as_str()).await?.and_then(|one| one.reading);
    match over_term(&term_plans(model, term, decided, &facts)?) {
        Some(over) => Err(Refusal::over_term(&over).into()),
        None => Ok(()),
    }
}

async fn view(work: &mut Work, region: &Region, code: &ProgrammeCode) -> Result<TermView, Error> {
    let (programme, model, term) = rules(work, region, code)?;
    let facts = term::facts(work.connection(), code.as_str()).await?;
    let decision = term::decision(work.connection(), code.as_str()).await?;
    let plans = term_plans(model, term, decision.as_ref().and_then(|one| one.reading), &facts)?;
    Ok(TermView { programme: code.clone(), rules_version: programme.version.number, term, plans, decision })
}

/// The newest file of the programme, its rules, and its term.
fn rules<'r>(
    work: &Work,
    region: &'r Region,
    code: &ProgrammeCode,
) -> Result<(&'r Programme, &'r FinanceModel, (i16, i16)), Error> {
    if !work.grant().programmes.contains(code.as_str()) {
        return Err(Error::ProgrammeNotFound);
    }
    let programme = region.programme(code).ok_or(Error::ProgrammeNotFound)?;
    let model = programme.finance.as_ref().ok_or(Error::WithoutFinance)?;
    let term = term_of(programme, model).ok_or_else(|| Error::from(Refusal::no_term()))?;
    Ok((programme, model, term))
}
