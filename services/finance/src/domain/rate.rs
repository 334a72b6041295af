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

/// Decimals that are kept of a quotient without end. It only says what rounding did; all 28 digits would leave no room for the
/// flat rate on it.
const QUOTIENT_DECIMALS: u32 = 12;

fn exact_cost(model: &FinanceModel, wage: Money, hours: Hours) -> Result<Amount, OutOfRange> {
    match &model.hourly_rate {
        // Multiplied first, so that the endless quotient is cut once and at the end.
        HourlyRate::AnnualCost { hours: divisor } => {
            let quotient =
                Amount::from(wage).checked_mul(hours.decimal())?.checked_div(Decimal::from(*divisor))?;
            Ok(Amount::from_euro(quotient.euro().round_dp(QUOTIENT_DECIMALS)))
        }
        HourlyRate::GrossMonthFactor { .. } | HourlyRate::Documented => {
            exact_rate(model, wage)?.checked_mul(hours.decimal())
        }
    }
}

#[cfg(test)]
mod tests {
    use region::programme::{Component, FlatRate, RoundingLevel, RoundingRule};

    use super::*;

    fn model(hourly_rate: HourlyRate, rounding: RoundingRule) -> FinanceModel {
        FinanceModel {
            hourly_rate,
            rounding,
            hour_decimals: 3,
            yearly_hours_max: 1_720,
            flat_rate: FlatRate { percent: Decimal::from(40), level: RoundingLevel::Component, split: None },
            years: 6,
            indexed: false,
            budget_euro: None,
            components: Vec::<Component>::new(),
            term: region::programme::TermRules::default(),
            procurement: region::programme::Procurement::default(),
            allocation_keys: Vec::new(),
        }
    }

    fn rate(hourly_rate: HourlyRate, rounding: RoundingRule, cents: i64) -> i64 {
        super::hourly_rate(&model(hourly_rate, rounding), Money::from_cents(cents)).unwrap().cents()
    }

    #[test]
    fn a_wage_of_a_month_is_multiplied_and_rounded_by_the_rule() {
        let factor = HourlyRate::GrossMonthFactor { factor: Decimal::new(12, 3) };

        assert_eq!(rate(factor, RoundingRule::HalfUp, 358_500), 4_302);
        // 62.5 cents lie on the tie: here the two rules part.
        let half = HourlyRate::GrossMonthFactor { factor: Decimal::new(5, 1) };
        assert_eq!(rate(half.clone(), RoundingRule::HalfUp, 125), 63);
        assert_eq!(rate(half, RoundingRule::HalfEven, 125), 62);
    }

    #[test]
    fn a_yearly_cost_is_divided_by_the_hours_of_the_rule() {
        let annual = || HourlyRate::AnnualCost { hours: 1_720 };

        assert_eq!(rate(annual(), RoundingRule::HalfUp, 6_450_000), 3_750);
        assert_eq!(rate(annual(), RoundingRule::HalfUp, 6_450_859), 3_750);
        assert_eq!(rate(annual(), RoundingRule::HalfUp, 6_450_860), 3_751, "half a cent, exactly");
        assert_eq!(rate(annual(), RoundingRule::HalfEven, 6_450_860), 3_750);
    }

    #[test]
    fn a_documented_rate_is_itself() {
        assert_eq!(rate(HourlyRate::Documented, RoundingRule::HalfUp, 4_567), 4_567);
    }

    #[test]
    fn what_rounding_did_is_known_also_of_a_quotient_without_end() {
        let model = model(HourlyRate::AnnualCost { hours: 1_720 }, RoundingRule::HalfUp);
        let hours = Hours::parse("860", 3, 1_720).unwrap();

        let line = price(&model, Money::from_cents(6_450_100), hours).unwrap();

        assert_eq!((line.rate.cents(), line.cost.cents()), (3_750, 3_225_000));
        assert_eq!(line.exact.euro(), Decimal::new(322_505, 1));
    }
}
