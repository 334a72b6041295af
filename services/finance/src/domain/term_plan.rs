//! What may be spent over the term of a programme, what is planned and claimed, and what is left.
//!
//! The maximum of a year is an exact quotient (3 200 811.43 over six years has no whole cents): it is an [`Amount`], rounded only
//! where it is shown.

use chassis::money::{Amount, Money, OutOfRange};
use jiff::Timestamp;
use region::ComponentCode;
use region::programme::{FinanceModel, Grant, Programme};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::rounding::{rounding, sum};

/// How the total of a grant is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermReading {
    /// The amount a year is paid in every year of the term.
    EveryYear,
    /// The total that the call names is all there is.
    StatedTotal,
}

impl TermReading {
    /// Every reading.
    pub const ALL: [Self; 2] = [Self::EveryYear, Self::StatedTotal];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EveryYear => "every_year",
            Self::StatedTotal => "stated_total",
        }
    }

    /// The reading stored under a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reading| reading.as_str() == word)
    }
}

/// A total with the sum it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTotal {
    /// The reading; `None` when there is only one.
    pub reading: Option<TermReading>,
    /// The total; `None` while nobody knows it.
    pub total: Option<Money>,
    /// How it came about, for people: `6 x 45000 x 2`.
    pub formula: String,
}

/// Who said which reading holds, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingDecision {
    /// The reading; `None` when the decision was taken back.
    pub reading: Option<TermReading>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Uuid,
}

/// What is known of a year and a component: sums, never lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearFact {
    /// Year.
    pub year: i16,
    /// Component.
    pub component: ComponentCode,
    /// Cost of approved budgets.
    pub approved: Money,
    /// Cost of drafts.
    pub drafted: Money,
    /// What was claimed in each quarter: submitted or accepted, the revision that counts.
    pub claimed: [Money; 4],
}

/// A year of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanYear {
    /// Year.
    pub year: i16,
    /// What may be spent; `None` while nobody knows it.
    pub maximum: Option<Amount>,
    /// Cost of approved budgets.
    pub approved: Money,
    /// Cost of drafts.
    pub drafted: Money,
    /// What was claimed in each quarter.
    pub claimed: [Money; 4],
    /// What the maximum leaves beside approved budgets; below zero when they are over it.
    pub room: Option<Amount>,
    /// What is left of the approved budget after each quarter's claims: the burn-down.
    pub left_after_quarter: [Money; 4],
}

/// The term of a component, or of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPart {
    /// Component; `None` for the whole.
    pub component: Option<ComponentCode>,
    /// What may be spent over the term.
    pub total: Option<Money>,
    /// Every year of the term.
    pub years: Vec<PlanYear>,
    /// Approved over all years.
    pub approved: Money,
    /// What approved budgets leave of the total.
    pub left: Option<Money>,
    /// That, divided over the years without an approved budget; `None` when there is no such year.
    pub left_per_open_year: Option<Amount>,
}

/// The plan under one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermPlan {
    /// The total and where it comes from.
    pub read: ReadTotal,
    /// The whole, then every component.
    pub parts: Vec<PlanPart>,
}

/// First and last year of the term that are paid; `None` for a programme without a first day.
pub fn term_of(programme: &Programme, model: &FinanceModel) -> Option<(i16, i16)> {
    let first = programme.starts_on?.year();
    let paid = first.saturating_add(i16::try_from(model.years).unwrap_or(i16::MAX)).saturating_sub(1);
    Some((first, programme.ends_on.map_or(paid, |day| day.year().min(paid))))
}

/// The totals a programme can be read to have. More than one: the call contradicts itself, and somebody must say.
///
/// # Errors
/// When a product does not fit.
pub fn totals(model: &FinanceModel) -> Result<Vec<ReadTotal>, OutOfRange> {
    let one = |total: Option<Money>, formula: String| vec![ReadTotal { reading: None, total, formula }];
    if let Some(grant) = &model.term.grant {
        return readings(model, grant);
    }
    if !model.term.yearly.is_empty() {
        let known: Option<Vec<Money>> = model
            .term
            .yearly
            .iter()
            .map(|year| year.budget_euro.and_then(|euro| to_money(model, euro).ok()))
            .collect();
        let formula: Vec<String> = model
            .term
            .yearly
            .iter()
            .map(|year| year.budget_euro.map_or_else(|| "?".to_owned(), |euro| euro.to_string()))
            .collect();
        return Ok(one(known.map(sum).transpose()?, formula.join(" + ")));
    }
    match model.budget_euro {
        Some(euro) => Ok(one(Some(to_money(model, euro)?), euro.to_string())),
        None => Ok(one(None, "?".to_owned())),
    }
}

fn readings(model: &FinanceModel, grant: &Grant) -> Result<Vec<ReadTotal>, OutOfRange> {
    let (units, years) = (Decimal::from(grant.units), Decimal::from(model.years));
    let every_year = Amount::from_euro(grant.euro_per_year).checked_mul(units)?.checked_mul(years)?;
    let every_year = every_year.round(rounding(model))?;
    let formula = format!("{} x {} x {}", grant.units, grant.euro_per_year, model.years);
    let stated = grant.stated_total_euro.map(|euro| to_money(model, euro)).transpose()?;
    let Some(stated) = stated.filter(|stated| *stated != every_year) else {
        return Ok(vec![ReadTotal { reading: None, total: Some(every_year), formula }]);
    };
    let of_one_year = Amount::from_euro(grant.euro_per_year).checked_mul(units)?.round(rounding(model))?;
    let as_stated = if stated == of_one_year {
        format!("{} x {}", grant.units, grant.euro_per_year)
    } else {
        stated_text(grant)
    };
    Ok(vec![
        ReadTotal { reading: Some(TermReading::EveryYear), total: Some(every_year), formula },
        ReadTotal { reading: Some(TermReading::StatedTotal), total: Some(stated), formula: as_stated },
    ])
}

fn stated_text(grant: &Grant) -> String {
    grant.stated_total_euro.map(|euro| euro.to_string()).unwrap_or_default()
}

fn to_money(model: &FinanceModel, euro: Decimal) -> Result<Money, OutOfRange> {
    Amount::from_euro(euro).round(rounding(model))
}

/// The plans of a programme: one for each reading that is still open, one when there is nothing to decide or it was decided.
///
/// # Errors
/// When a sum does not fit.
pub fn term_plans(
    model: &FinanceModel,
    term: (i16, i16),
    decided: Option<TermReading>,
    facts: &[YearFact],
) -> Result<Vec<TermPlan>, OutOfRange> {
    totals(model)?
        .into_iter()
        .filter(|read| read.reading.is_none() || decided.is_none() || read.reading == decided)
        .map(|read| {
            let mut parts = vec![part(model, term, None, read.total, facts)?];
            for component in &model.components {
                // Without a division of the whole a single component is the whole.
                let own = match component.budget_euro {
                    Some(euro) => Some(to_money(model, euro)?),
                    None if model.components.len() == 1 => read.total,
                    None => None,
                };
                parts.push(part(model, term, Some(&component.code), own, facts)?);
            }
            Ok(TermPlan { read, parts })
        })
        .collect()
}

fn part(
    model: &FinanceModel,
    (first, last): (i16, i16),
    component: Option<&ComponentCode>,
    total: Option<Money>,
    facts: &[YearFact],
) -> Result<PlanPart, OutOfRange> {
    let count = Decimal::from(last.saturating_sub(first).saturating_add(1).max(1));
    let mut years = Vec::new();
    for year in first..=last {
        let of_year: Vec<&YearFact> = facts
            .iter()
            .filter(|fact| {
                fact.year == year && component.is_none_or(|component| fact.component == *component)
            })
            .collect();
        let approved = sum(of_year.iter().map(|fact| fact.approved))?;
        let maximum = maximum_of(model, component, total, year, count)?;
        let mut claimed = [Money::ZERO; 4];
        for (quarter, amount) in claimed.iter_mut().enumerate() {
            *amount = sum(of_year.iter().filter_map(|fact| fact.claimed.get(quarter).copied()))?;
        }
        let mut left_after_quarter = [approved; 4];
        let mut left = approved;
        for (after, amount) in left_after_quarter.iter_mut().zip(claimed) {
            left = left.checked_sub(amount)?;
            *after = left;
        }
        years.push(PlanYear {
            year,
            maximum,
            approved,
            drafted: sum(of_year.iter().map(|fact| fact.drafted))?,
            claimed,
            room: maximum.map(|maximum| maximum.checked_sub(Amount::from(approved))).transpose()?,
            left_after_quarter,
        });
    }
    let approved = sum(years.iter().map(|year| year.approved))?;
    let left = total.map(|total| total.checked_sub(approved)).transpose()?;
    let open = years.iter().filter(|year| year.approved == Money::ZERO).count();
    let left_per_open_year = match left {
        Some(left) if open > 0 => Some(Amount::from(left).checked_div(Decimal::from(open))?),
        _ => None,
    };
    Ok(PlanPart { component: component.cloned(), total, years, approved, left, left_per_open_year })
}

fn maximum_of(
    model: &FinanceModel,
    component: Option<&ComponentCode>,
    total: Option<Money>,
    year: i16,
    count: Decimal,
) -> Result<Option<Amount>, OutOfRange> {
    let whole = component.is_none() || model.components.len() == 1;
    if !model.term.yearly.is_empty() && whole {
        let named = model.term.yearly.iter().find(|one| i64::from(one.year) == i64::from(year));
        return Ok(named.and_then(|one| one.budget_euro).map(Amount::from_euro));
    }
    total.map(|total| Amount::from(total).checked_div(count)).transpose()
}

/// A budget that cannot be approved, because the term has less than it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverTerm {
    /// Component; `None` for the whole.
    pub component: Option<ComponentCode>,
    /// What the term has.
    pub total: Money,
    /// What approved budgets would need, with this one.
    pub needed: Money,
}

/// The first part of the term that approved budgets would be over. While several readings are open, the largest counts: who
/// must still decide is not held up by the smaller one, and sees both in the plan.
pub fn over_term(plans: &[TermPlan]) -> Option<OverTerm> {
    let most = plans.iter().max_by_key(|plan| plan.read.total)?;
    most.parts.iter().find_map(|part| {
        let total = part.total?;
        (part.approved > total).then(|| OverTerm {
            component: part.component.clone(),
            total,
            needed: part.approved,
        })
    })
}

#[cfg(test)]
#[path = "term_plan_tests.rs"]
mod tests;
