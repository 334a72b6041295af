//! One line moves: proven. Either hours hit the total, or none do and the nearest two are known.

use chassis::money::{Amount, Money, OutOfRange};
use rust_decimal::{Decimal, RoundingStrategy};

use super::problem::{Mover, Problem};

/// A total and the units that give it.
pub(super) type Hit = (Money, Vec<i64>);

/// The best so far on each side of the total.
#[derive(Debug, Default)]
pub(super) struct Best {
    /// On the total.
    pub exact: Option<Hit>,
    /// Nearest below it.
    pub below: Option<Hit>,
    /// Nearest above it.
    pub above: Option<Hit>,
    /// Whether nothing nearer exists.
    pub proven: bool,
}

/// How far a total may be beside the staff cost with an unrounded flat rate, twice: the flat rate is rounded to the cent, and where
/// it is divided over components each gets its share cut or filled up to the cent.
const SLACK: Money = Money::from_cents(4);

impl Best {
    fn take(&mut self, wanted: Money, now: i64, total: Money, units: i64) {
        let change = |hit: &Hit| hit.1.iter().map(|units| units.abs_diff(now)).sum::<u64>();
        let change_here = units.abs_diff(now);
        let nearer = |kept: &Option<Hit>, better: fn(Money, Money) -> bool| {
            kept.as_ref()
                .is_none_or(|kept| better(total, kept.0) || (total == kept.0 && change_here < change(kept)))
        };
        let hit = Some((total, vec![units]));
        if total == wanted {
            if nearer(&self.exact, |_, _| false) {
                self.exact = hit;
            }
        } else if total < wanted {
            if nearer(&self.below, |one, kept| one > kept) {
                self.below = hit;
            }
        } else if nearer(&self.above, |one, kept| one < kept) {
            self.above = hit;
        }
    }
}

/// Walks over the costs the line can have, from where the total should lie, down and up, until nothing beyond can be nearer.
pub(super) fn seek(problem: &Problem<'_>, mover: &Mover) -> Result<Best, OutOfRange> {
    let mut best = Best { proven: true, ..Best::default() };
    let start = guess(problem, mover)?;
    let mut at = start;
    loop {
        let (first, last, cost) = plateau(problem, mover, at)?;
        let total = visit(problem, mover, (first, last), &mut best)?;
        let floor = best.exact.as_ref().or(best.below.as_ref()).map(|hit| hit.0);
        let is_past = floor.is_some_and(|floor| total.checked_add(SLACK).is_ok_and(|most| most < floor));
        if is_past || first <= mover.lowest || cost == Money::ZERO {
            break;
        }
        at = first - 1;
    }
    let mut at = start;
    loop {
        let (first, last, _) = plateau(problem, mover, at)?;
        let total = visit(problem, mover, (first, last), &mut best)?;
        let ceiling = best.exact.as_ref().or(best.above.as_ref()).map(|hit| hit.0);
        let is_past =
            ceiling.is_some_and(|ceiling| total.checked_sub(SLACK).is_ok_and(|least| least > ceiling));
        if is_past || last >= mover.highest {
            break;
        }
        at = last + 1;
    }
    Ok(best)
}

/// Looks at a cost: of the units that give it, those with the smallest change.
fn visit(
    problem: &Problem<'_>,
    mover: &Mover,
    (first, last): (i64, i64),
    best: &mut Best,
) -> Result<Money, OutOfRange> {
    let units = mover.now.clamp(first, last);
    let total = problem.total_with(std::slice::from_ref(mover), &[units])?;
    best.take(problem.total, mover.now, total, units);
    Ok(total)
}

/// The units at which the total would come out if nothing were rounded, within the limits.
fn guess(problem: &Problem<'_>, mover: &Mover) -> Result<i64, OutOfRange> {
    let wanted = problem.wanted(std::slice::from_ref(mover))?;
    let wanted = wanted.euro().max(Decimal::ZERO);
    let most = Amount::from(problem.cost(mover, mover.highest)?).euro();
    if wanted >= most {
        return Ok(mover.highest);
    }
    let hours = Amount::from_euro(wanted)
        .checked_div(Amount::from(mover.rate).euro())?
        .euro()
        .round_dp_with_strategy(problem.model.hour_decimals, RoundingStrategy::MidpointAwayFromZero);
    Ok(problem.units(hours)?.clamp(mover.lowest, mover.highest))
}

/// All units that cost what these cost: the first, the last, and the cost.
fn plateau(problem: &Problem<'_>, mover: &Mover, at: i64) -> Result<(i64, i64, Money), OutOfRange> {
    let cost = problem.cost(mover, at)?;
    // Cost never falls when units rise, so both ends can be bisected.
    let (mut low, mut first) = (mover.lowest - 1, at);
    while first - low > 1 {
        let middle = low + (first - low) / 2;
        if problem.cost(mover, middle)? == cost { first = middle } else { low = middle }
    }
    let (mut last, mut high) = (at, mover.highest + 1);
    while high - last > 1 {
        let middle = last + (high - last) / 2;
        if problem.cost(mover, middle)? == cost { last = middle } else { high = middle }
    }
    Ok((first, last, cost))
}
