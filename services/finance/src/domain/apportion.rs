//! Dividing cents so that the parts are the whole: the method of the largest remainder.

use chassis::money::{Money, OutOfRange};
use rust_decimal::Decimal;

/// Divides a total over weights. Each part is its exact share cut to the cent; the cents that are left go one by one to the
/// largest cut-off remainders, of equal ones to the larger weight, then to the earlier one. The parts add up to the total exactly.
///
/// Over no weights, or weights that are all zero, there is nothing to divide by: the result is empty unless the total is zero.
///
/// # Errors
/// When a product has more digits than 128 bits hold, or a weight is below zero.
pub fn apportion(total: Money, weights: &[Decimal]) -> Result<Vec<Money>, OutOfRange> {
    let weights = whole_numbers(weights)?;
    let whole: i128 = weights.iter().sum();
    if whole == 0 {
        return if total == Money::ZERO { Ok(vec![Money::ZERO; weights.len()]) } else { Ok(Vec::new()) };
    }
    let cents = i128::from(total.cents());
    let (sign, cents) = (cents.signum(), cents.abs());
    let mut parts = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let share = cents.checked_mul(*weight).ok_or(OutOfRange)?;
        parts.push(Part { place, cents: share / whole, remainder: share % whole, weight: *weight });
    }
    let given: i128 = parts.iter().map(|part| part.cents).sum();
    // Fewer cents are left than there are parts with a remainder: every remainder is less than one cent.
    let left = usize::try_from(cents - given).map_err(|_| OutOfRange)?;
    parts.sort_by(|one, other| {
        other
            .remainder
            .cmp(&one.remainder)
            .then(other.weight.cmp(&one.weight))
            .then(one.place.cmp(&other.place))
    });
    for part in parts.iter_mut().take(left) {
        part.cents += 1;
    }
    parts.sort_by_key(|part| part.place);
    parts
        .into_iter()
        .map(|part| i64::try_from(sign * part.cents).map(Money::from_cents).map_err(|_| OutOfRange))
        .collect()
}

struct Part {
    place: usize,
    cents: i128,
    remainder: i128,
    weight: i128,
}

/// The weights on one common scale, as whole numbers: nothing is rounded on the way.
fn whole_numbers(weights: &[Decimal]) -> Result<Vec<i128>, OutOfRange> {
    let scale = weights.iter().map(|weight| weight.normalize().scale()).max().unwrap_or_default();
    weights
        .iter()
        .map(|weight| {
            let weight = weight.normalize();
            if weight.is_sign_negative() && !weight.is_zero() {
                return Err(OutOfRange);
            }
            let factor = 10_i128.checked_pow(scale - weight.scale()).ok_or(OutOfRange)?;
            weight.mantissa().checked_mul(factor).ok_or(OutOfRange)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn divide(total: i64, weights: &[i64]) -> Vec<i64> {
        let weights: Vec<Decimal> = weights.iter().map(|weight| Decimal::from(*weight)).collect();
        apportion(Money::from_cents(total), &weights).unwrap().into_iter().map(Money::cents).collect()
    }

    #[test]
    fn the_cent_that_is_left_goes_to_the_largest_remainder() {
        assert_eq!(divide(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(divide(10, &[1, 2, 4]), [1, 3, 6]);
        assert_eq!(divide(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(divide(1, &[1, 5, 1]), [0, 1, 0]);
    }

    #[test]
    fn weights_of_nothing_divide_nothing() {
        assert_eq!(divide(5, &[]), Vec::<i64>::new());
        assert_eq!(divide(5, &[0, 0]), Vec::<i64>::new());
        assert_eq!(divide(0, &[0, 0]), [0, 0]);
        assert_eq!(divide(7, &[0, 3]), [0, 7]);
        assert_eq!(apportion(Money::from_cents(5), &[Decimal::from(-1)]), Err(OutOfRange));
    }

    #[test]
    fn decimals_in_weights_count_in_full() {
        let weights = [Decimal::new(5, 1), Decimal::new(25, 2), Decimal::new(25, 2)];

        let parts = apportion(Money::from_cents(101), &weights).unwrap();

        assert_eq!(parts.into_iter().map(Money::cents).collect::<Vec<_>>(), [51, 25, 25]);
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_and_each_is_within_a_cent_of_its_share(
            total in -1_000_000_000_000_i64..1_000_000_000_000,
            weights in proptest::collection::vec(0..10_000_000_i64, 1..30),
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let parts = divide(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(*part) * whole - i128::from(total) * i128::from(*weight);
                prop_assert!(off.abs() < whole, "{} of {}", part, total);
            }
        }
    }
}
