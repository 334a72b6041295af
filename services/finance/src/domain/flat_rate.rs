//! The flat rate on staff cost, at the level where the funder rounds it.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::{FinanceModel, RoundingLevel};
use rust_decimal::Decimal;

use super::apportion::apportion;
use super::rounding::{percent_of, rounding, sum};

/// The flat rate of each component, rounded at the level of the programme. `costs` holds the costs of the lines, per component.
///
/// # Errors
/// When a product or a sum does not fit.
pub fn flat_rate(model: &FinanceModel, costs: &[Vec<Money>]) -> Result<Vec<Money>, OutOfRange> {
    flat_rate_at(model.flat_rate.level, model, costs)
}

/// The flat rate of each component as it would be when rounded at this level. Rounded on the project as a whole it is divided
/// over the components by the largest remainder, so that the components always add up to the project.
///
/// # Errors
/// When a product or a sum does not fit.
pub fn flat_rate_at(
    level: RoundingLevel,
    model: &FinanceModel,
    costs: &[Vec<Money>],
) -> Result<Vec<Money>, OutOfRange> {
    let of = |cost: Money| percent_of(cost, model.flat_rate.percent)?.round(rounding(model));
    let staff: Vec<Money> = costs.iter().map(|lines| sum(lines.iter().copied())).collect::<Result<_, _>>()?;
    match level {
        RoundingLevel::Line => costs
            .iter()
            .map(|lines| lines.iter().try_fold(Money::ZERO, |all, cost| all.checked_add(of(*cost)?)))
            .collect(),
        RoundingLevel::Component => staff.into_iter().map(of).collect(),
        RoundingLevel::Project => {
            let weights: Vec<Decimal> = staff.iter().map(|cost| Amount::from(*cost).euro()).collect();
            apportion(of(sum(staff)?)?, &weights)
        }
    }
}

/// A cost with the flat rate on it, as for somebody who is paid by it alone.
///
/// # Errors
/// When a product or a sum does not fit.
pub fn with_flat_rate(model: &FinanceModel, cost: Money) -> Result<Money, OutOfRange> {
    cost.checked_add(percent_of(cost, model.flat_rate.percent)?.round(rounding(model))?)
}
