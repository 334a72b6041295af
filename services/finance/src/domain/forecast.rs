//! Whether the money lasts: a budget carried on over the years of the term while wages rise and funding does not.
//!
//! A month costs what its hours cost at the wage of that month. The hours of a line in a year are divided evenly over its months;
//! the months at one wage are rounded together, as a claim does, so that a year without a step costs exactly what the budget says.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::FinanceModel;
use rust_decimal::{Decimal, RoundingStrategy};

use super::contact_time::Month;
use super::flat_rate::flat_rate;
use super::hours::Hours;
use super::rate::price;
use super::rounding::{rounding, sum};
use super::staff_line::StaffLine;

const MONTHS: i16 = 12;

/// How wages go on, and when the empty places are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// By how many percent wages rise at each step.
    pub percent: Decimal,
    /// The first month at a higher wage; a step every twelve months from there.
    pub first_step: Month,
    /// The first month of lines without a worker; `None`: from the start.
    pub vacancies_from: Option<Month>,
}

/// A year of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForecastYear {
    /// Year.
    pub year: i16,
    /// Staff.
    pub staff: Money,
    /// Flat rate on it.
    pub flat_rate: Money,
    /// Both.
    pub cost: Money,
    /// What is paid, as in the budget: there is no indexation of funding.
    pub available: Money,
    /// What is paid less what it costs; below zero is a shortfall.
    pub balance: Money,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The years, from that of the budget to the last of the term.
    pub years: Vec<ForecastYear>,
    /// All years together.
    pub cost: Money,
    /// What is paid for all years.
    pub available: Money,
    /// The first month whose cost what is paid for the whole term does not cover any more; `None` when it lasts.
    pub runs_out: Option<Month>,
}

/// Looks ahead from the year of a budget to the last year of the term. `available` is what its funding pays in a year.
///
/// # Errors
/// When a sum or a product does not fit.
pub fn forecast(
    model: &FinanceModel,
    lines: &[StaffLine],
    available: Money,
    (first, last): (i16, i16),
    scenario: &Scenario,
) -> Result<Forecast, OutOfRange> {
    let mut years = Vec::new();
    for year in first..=last {
        let (staff, flat_rate) = up_to(model, lines, year, MONTHS, scenario)?;
        let cost = staff.checked_add(flat_rate)?;
        years.push(ForecastYear {
            year,
            staff,
            flat_rate,
            cost,
            available,
            balance: available.checked_sub(cost)?,
        });
    }
    let cost = sum(years.iter().map(|year| year.cost))?;
    let paid = sum(years.iter().map(|year| year.available))?;
    let runs_out = if cost > paid { month_over(model, lines, &years, paid, scenario)? } else { None };
    Ok(Forecast { years, cost, available: paid, runs_out })
}

/// The first month after which more was spent than is paid for all years.
fn month_over(
    model: &FinanceModel,
    lines: &[StaffLine],
    years: &[ForecastYear],
    paid: Money,
    scenario: &Scenario,
) -> Result<Option<Month>, OutOfRange> {
    let mut before = Money::ZERO;
    for year in years {
        let after = before.checked_add(year.cost)?;
        if after > paid {
            for month in 1..=MONTHS {
                let (staff, flat_rate) = up_to(model, lines, year.year, month, scenario)?;
                if before.checked_add(staff)?.checked_add(flat_rate)? > paid {
                    return Ok(month_of(year.year, month));
                }
            }
        }
        before = after;
    }
    Ok(None)
}

/// Staff and flat rate of the first months of a year.
fn up_to(
    model: &FinanceModel,
    lines: &[StaffLine],
    year: i16,
    months: i16,
    scenario: &Scenario,
) -> Result<(Money, Money), OutOfRange> {
    let mut costs: Vec<Vec<Money>> = vec![Vec::new(); model.components.len()];
    for line in lines {
        let Some(place) = model.components.iter().position(|component| component.code == line.component)
        else {
            continue;
        };
        for (steps, count) in steps_in(year, months, line, scenario) {
            let wage = indexed(model, line.wage.expose(), scenario.percent, steps)?;
            let hours = part_of_year(model, line.hours, count)?;
            let cost = price(model, wage, hours)?.cost;
            if let Some(costs) = costs.get_mut(place) {
                costs.push(cost);
            }
        }
    }
    let staff = sum(costs.iter().flatten().copied())?;
    Ok((staff, sum(flat_rate(model, &costs)?)?))
}

/// How many of the months lie after how many steps of the index; months before a vacancy is filled lie nowhere.
fn steps_in(year: i16, months: i16, line: &StaffLine, scenario: &Scenario) -> Vec<(u32, i16)> {
    let mut counted: Vec<(u32, i16)> = Vec::new();
    for month in 1..=months {
        let Some(here) = month_of(year, month) else { continue };
        if line.worker.is_none() && scenario.vacancies_from.is_some_and(|from| here < from) {
            continue;
        }
        let steps = steps_by(here, scenario.first_step);
        match counted.last_mut() {
            Some((known, count)) if *known == steps => *count += 1,
            _ => counted.push((steps, 1)),
        }
    }
    counted
}

/// Steps of the index that a month has behind it.
fn steps_by(month: Month, first_step: Month) -> u32 {
    let (here, there) = (month.first_day(), first_step.first_day());
    let apart = (i32::from(here.year()) - i32::from(there.year())) * i32::from(MONTHS)
        + i32::from(here.month())
        - i32::from(there.month());
    if apart < 0 { 0 } else { u32::try_from(apart / i32::from(MONTHS) + 1).unwrap_or(0) }
}

/// A wage after some steps, rounded to cents at each, as wages are.
fn indexed(model: &FinanceModel, wage: Money, percent: Decimal, steps: u32) -> Result<Money, OutOfRange> {
    let factor = Decimal::ONE + percent * Decimal::new(1, 2);
    (0..steps).try_fold(wage, |wage, _| Amount::from(wage).checked_mul(factor)?.round(rounding(model)))
}

fn part_of_year(model: &FinanceModel, hours: Hours, months: i16) -> Result<Hours, OutOfRange> {
    if months == MONTHS {
        return Ok(hours);
    }
    let part = hours.decimal().checked_mul(Decimal::from(months)).ok_or(OutOfRange)? / Decimal::from(MONTHS);
    let part = part.round_dp_with_strategy(model.hour_decimals, RoundingStrategy::MidpointAwayFromZero);
    Hours::from_decimal(part).ok_or(OutOfRange)
}

fn month_of(year: i16, month: i16) -> Option<Month> {
    let month = i8::try_from(month).ok()?;
    jiff::civil::Date::new(year, month, 1).ok().map(Month::of)
}

#[cfg(test)]
#[path = "forecast_tests.rs"]
mod tests;
