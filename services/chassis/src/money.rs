//! Money in whole cents, amounts in exact decimals, and the one way from the second to the first.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// An amount in euro, in whole cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money {
    cents: i64,
}

/// An amount that has not been rounded: a rate times hours, a share of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(Decimal);

/// How an [`Amount`] becomes [`Money`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Half a cent goes up, away from zero: what the ESF+ form does.
    HalfUp,
    /// Half a cent goes to the even cent.
    HalfEven,
    /// Cut off.
    Down,
}

/// The result does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("amount out of range")]
pub struct OutOfRange;

impl Money {
    /// No money.
    pub const ZERO: Self = Self { cents: 0 };

    /// So many cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self { cents }
    }

    /// In cents.
    pub const fn cents(self) -> i64 {
        self.cents
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Result<Self, OutOfRange> {
        self.cents.checked_add(other.cents).map(Self::from_cents).ok_or(OutOfRange)
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Result<Self, OutOfRange> {
        self.cents.checked_sub(other.cents).map(Self::from_cents).ok_or(OutOfRange)
    }
}

impl Amount {
    /// An exact number of euro.
    pub const fn from_euro(euro: Decimal) -> Self {
        Self(euro)
    }

    /// The exact number of euro, to be shown or multiplied further.
    pub const fn euro(self) -> Decimal {
        self.0
    }

    /// The sum, exactly.
    pub fn checked_add(self, other: Self) -> Result<Self, OutOfRange> {
        self.0.checked_add(other.0).map(Self).ok_or(OutOfRange)
    }

    /// The difference, exactly.
    pub fn checked_sub(self, other: Self) -> Result<Self, OutOfRange> {
        self.0.checked_sub(other.0).map(Self).ok_or(OutOfRange)
    }

    /// The amount times a factor, exactly: a product with more digits than a decimal holds is out of range, never rounded.
    pub fn checked_mul(self, factor: Decimal) -> Result<Self, OutOfRange> {
        let product = self.0.checked_mul(factor).ok_or(OutOfRange)?;
        let is_exact = product.is_zero() || product.scale() == self.0.scale() + factor.scale();
        if is_exact { Ok(Self(product)) } else { Err(OutOfRange) }
    }

    /// The amount divided by a number, to 28 digits: exact when the quotient ends before that.
    pub fn checked_div(self, divisor: Decimal) -> Result<Self, OutOfRange> {
        self.0.checked_div(divisor).map(Self).ok_or(OutOfRange)
    }

    /// Rounds to whole cents.
    pub fn round(self, rounding: Rounding) -> Result<Money, OutOfRange> {
        let strategy = match rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Down => RoundingStrategy::ToZero,
        };
        let cents =
            self.0.checked_mul(Decimal::ONE_HUNDRED).ok_or(OutOfRange)?.round_dp_with_strategy(0, strategy);
        cents.to_i64().map(Money::from_cents).ok_or(OutOfRange)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(Decimal::new(money.cents, 2))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rounded_rate_times_hours_gives_the_cost_of_the_form() {
        let rate = Amount::from_euro(Decimal::new(358_500, 2)).checked_mul(Decimal::new(12, 3)).unwrap();
        let rate = rate.round(Rounding::HalfUp).unwrap();
        assert_eq!(rate, Money::from_cents(4302));

        let cost =
            Amount::from(rate).checked_mul(Decimal::new(1720, 0)).unwrap().round(Rounding::HalfUp).unwrap();
        assert_eq!(cost, Money::from_cents(7_399_440));
    }

    #[test]
    fn half_a_cent_goes_where_the_rule_says() {
        let amount = Amount::from_euro(Decimal::new(2345, 3));
        assert_eq!(amount.round(Rounding::HalfUp).unwrap().cents(), 235);
        assert_eq!(amount.round(Rounding::HalfEven).unwrap().cents(), 234);
        assert_eq!(amount.round(Rounding::Down).unwrap().cents(), 234);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        assert_eq!(Money::from_cents(i64::MAX).checked_add(Money::from_cents(1)), Err(OutOfRange));
    }

    #[test]
    fn a_product_is_exact_or_out_of_range() {
        let long = Decimal::from_parts(1, 0, 0, false, 27);

        assert_eq!(Amount::from_euro(Decimal::ONE).checked_mul(long).unwrap().euro(), long);
        assert_eq!(Amount::from_euro(Decimal::new(15, 1)).checked_mul(long).unwrap().euro().scale(), 28);
        assert_eq!(Amount::from_euro(Decimal::new(151, 2)).checked_mul(long), Err(OutOfRange));
    }

    proptest! {
        #[test]
        fn money_survives_the_way_through_an_amount(cents in any::<i64>()) {
            let money = Money::from_cents(cents);
            prop_assert_eq!(Amount::from(money).round(Rounding::HalfUp), Ok(money));
        }
    }
}
