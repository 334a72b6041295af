//! From a wage to the price of an hour, and from that to the cost of a line.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::{FinanceModel, HourlyRate};
use rust_decimal::Decimal;

use super::hours::Hours;
use super::rounding::rounding;

/// What a line comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    /// Price of an hour, rounded.
    pub rate: Money,
    /// The rounded rate times the hours, rounded.
    pub cost: Money,
    /// What the cost would be if nothing were rounded; shows what rounding did.
    pub exact: Amount,
}

/// The price of an hour, not rounded.
///
/// `wage` is what the programme prices hours by: the gross wage of a month (*standaarduurtarief*: times a factor), the latest
/// documented yearly cost of employment (divided by a number of hours), or the documented price of an hour itself.
fn exact_rate(model: &FinanceModel, wage: Money) -> Result<Amount, OutOfRange> {
    let wage = Amount::from(wage);
    match &model.hourly_rate {
        HourlyRate::GrossMonthFactor { factor } => wage.checked_mul(*factor),
        HourlyRate::AnnualCost { hours } => wage.checked_div(Decimal::from(*hours)),
        HourlyRate::Documented => Ok(wage),
    }
}

/// The price of an hour, rounded by the rule of the programme.
///
/// # Errors
/// When the product does not fit.
pub fn hourly_rate(model: &FinanceModel, wage: Money) -> Result<Money, OutOfRange> {
    exact_rate(model, wage)?.round(rounding(model))
}

/// The cost of hours at a rate that is already rounded.
pub(super) fn cost_of(model: &FinanceModel, rate: Money, hours: Hours) -> Result<Money, OutOfRange> {
    Amount::from(rate).checked_mul(hours.decimal())?.round(rounding(model))
}

/// Prices a line: the *rounded* rate times the hours, rounded again. Both roundings are rules of the form; leaving the first one
/// out changes two lines of three.
///
/// # Errors
/// When a product does not fit.
pub fn price(model: &FinanceModel, wage: Money, hours: Hours) -> Result<PricedLine, OutOfRange> {
    let rate = hourly_rate(model, wage)?;
    Ok(PricedLine { rate, cost: cost_of(model, rate, hours)?, exact: exact_cost(model, wage, hours)? })
}

fn exact_cost(model: &FinanceModel, wage: Money, hours: Hours) -> Result<Amount, OutOfRange> {
    match &model.hourly_rate {
        // Multiplied first, so that the endless quotient is cut once and at the end.
        HourlyRate::AnnualCost { hours: divisor } => {
            Amount::from(wage).checked_mul(hours.decimal())?.checked_div(Decimal::from(*divisor))
        }
        HourlyRate::GrossMonthFactor { .. } | HourlyRate::Documented => {
            exact_rate(model, wage)?.checked_mul(hours.decimal())
        }
    }
}
