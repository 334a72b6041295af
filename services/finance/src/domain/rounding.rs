//! Rounding by the rules of a programme, percentages, sums.

use chassis::money::{Amount, Money, OutOfRange, Rounding};
use region::programme::{FinanceModel, RoundingRule};
use rust_decimal::Decimal;

/// How amounts become cents in this programme.
pub const fn rounding(model: &FinanceModel) -> Rounding {
    match model.rounding {
        RoundingRule::HalfUp => Rounding::HalfUp,
        RoundingRule::HalfEven => Rounding::HalfEven,
    }
}

/// A percentage of an amount of money, exactly.
///
/// # Errors
/// When the product has more digits than a decimal holds.
pub fn percent_of(money: Money, percent: Decimal) -> Result<Amount, OutOfRange> {
    Amount::from(money).checked_mul(percent)?.checked_mul(Decimal::new(1, 2))
}

/// The sum of amounts of money.
///
/// # Errors
/// When it does not fit.
pub fn sum(parts: impl IntoIterator<Item = Money>) -> Result<Money, OutOfRange> {
    parts.into_iter().try_fold(Money::ZERO, Money::checked_add)
}

/// How far two amounts are apart.
pub(super) fn distance(one: Money, other: Money) -> Result<Money, OutOfRange> {
    if one < other { other.checked_sub(one) } else { one.checked_sub(other) }
}
