//! Several lines in proportion: the hours of each if nothing were rounded, within the limits.

use chassis::money::{Amount, OutOfRange};
use rust_decimal::{Decimal, RoundingStrategy};

use super::problem::{Mover, Problem, Proportion};

/// Where a line would have to go further than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Less than the smallest number of hours.
    Lowest,
    /// More than the person has left in the year.
    Highest,
}

/// The units of every mover, and which of them a limit held.
pub(super) struct Filled {
    pub units: Vec<i64>,
    pub held: Vec<Option<Bound>>,
}

/// Divides the staff cost that is wanted over the movers. A line that would pass a limit is held there and the others take the rest
/// in their own proportion.
pub(super) fn fill(
    problem: &Problem<'_>,
    movers: &[Mover],
    proportion: Proportion,
) -> Result<Filled, OutOfRange> {
    let wanted = problem.wanted(movers)?.euro();
    let mut held: Vec<Option<Bound>> = vec![None; movers.len()];
    // Every round but the last holds one more line at least.
    for _ in 0..=movers.len() {
        let units = divide(problem, movers, proportion, wanted, &held)?;
        let beyond = |bound: Bound| -> Vec<usize> {
            (0..movers.len())
                .filter(|place| held.get(*place).is_some_and(Option::is_none))
                .filter(|place| {
                    movers.get(*place).zip(units.get(*place)).is_some_and(|(mover, units)| match bound {
                        Bound::Lowest => *units < mover.lowest,
                        Bound::Highest => *units > mover.highest,
                    })
                })
                .collect()
        };
        let (high, low) = (beyond(Bound::Highest), beyond(Bound::Lowest));
        // Upwards first: what a full line leaves lifts the others.
        let (places, bound) = if high.is_empty() { (low, Bound::Lowest) } else { (high, Bound::Highest) };
        if places.is_empty() {
            return Ok(Filled { units, held });
        }
        for place in places {
            if let Some(one) = held.get_mut(place) {
                *one = Some(bound);
            }
        }
    }
    Ok(Filled { units: divide(problem, movers, proportion, wanted, &held)?, held })
}

fn divide(
    problem: &Problem<'_>,
    movers: &[Mover],
    proportion: Proportion,
    wanted: Decimal,
    held: &[Option<Bound>],
) -> Result<Vec<i64>, OutOfRange> {
    let rate = |mover: &Mover| Amount::from(mover.rate).euro();
    let mut left = wanted;
    let mut whole = Decimal::ZERO;
    for (mover, held) in movers.iter().zip(held) {
        match held {
            Some(bound) => {
                let cost = Amount::from(problem.cost(mover, limit(mover, *bound))?).euro();
                left = left.checked_sub(cost).ok_or(OutOfRange)?;
            }
            None => whole = whole.checked_add(part(mover, proportion)?).ok_or(OutOfRange)?,
        }
    }
    movers
        .iter()
        .zip(held)
        .map(|(mover, held)| {
            if let Some(bound) = held {
                return Ok(limit(mover, *bound));
            }
            let share = part(mover, proportion)?.checked_div(whole).ok_or(OutOfRange)?;
            let cost = left.checked_mul(share).ok_or(OutOfRange)?;
            let hours = cost.checked_div(rate(mover)).ok_or(OutOfRange)?;
            let strategy = RoundingStrategy::MidpointAwayFromZero;
            problem.units(hours.round_dp_with_strategy(problem.model.hour_decimals, strategy))
        })
        .collect()
}

/// The part of a mover in the cost.
fn part(mover: &Mover, proportion: Proportion) -> Result<Decimal, OutOfRange> {
    match proportion {
        Proportion::Cost => Ok(mover.weight),
        Proportion::Hours => mover.weight.checked_mul(Amount::from(mover.rate).euro()).ok_or(OutOfRange),
    }
}

const fn limit(mover: &Mover, bound: Bound) -> i64 {
    match bound {
        Bound::Lowest => mover.lowest,
        Bound::Highest => mover.highest,
    }
}
