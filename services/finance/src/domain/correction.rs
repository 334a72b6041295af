//! Ways to let a control be 0.00: the balancing item, or the hours of one line.

use chassis::money::{Amount, Money, OutOfRange};
use region::ComponentCode;
use region::programme::{FinanceModel, FundingSource};
use rust_decimal::{Decimal, RoundingStrategy};

use super::costs::line_costs;
use super::flat_rate::flat_rate;
use super::funding::Funding;
use super::hours::Hours;
use super::rate::{PricedLine, cost_of};
use super::rounding::sum;
use super::staff_line::{RowKey, StaffLine};

/// Costs of a line that are tried around the one a difference asks for: the flat rate moves in steps of its own, so the exact
/// cost lies within a few cents of the first guess.
const TRIED_CENTS: i64 = 3;
/// Lines that are tried, largest cost first: one of them moves the total for the fewest hours.
const TRIED_LINES: usize = 30;

/// A single change that lets a control be 0.00. Nobody takes it but a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayOut {
    /// Change what the balancing source pays.
    Balance {
        /// The source that takes what rounding leaves.
        source: FundingSource,
        /// What it pays now.
        from: Money,
        /// What it would pay.
        to: Money,
    },
    /// Change the hours of one line.
    Hours {
        /// The line.
        row: RowKey,
        /// Its hours now.
        from: Hours,
        /// The hours that cost exactly what is paid.
        to: Hours,
    },
}

/// The ways out of a difference that is not 0.00: the balancing item first, then the line with the smallest change of hours,
/// when hours with the decimals of the programme can hit the total exactly.
pub(super) fn ways_out(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
    funding: &Funding,
    component: &ComponentCode,
    difference: Money,
) -> Result<Vec<WayOut>, OutOfRange> {
    let mut ways: Vec<WayOut> = balance(model, funding, component, difference)?.into_iter().collect();
    let target = funding.component_total(component)?;
    let mut tried: Vec<usize> = (0..lines.len())
        .filter(|place| lines.get(*place).is_some_and(|line| line.component == *component))
        .collect();
    tried.sort_by_key(|place| std::cmp::Reverse(priced.get(*place).map(|one| one.cost)));
    let mut smallest: Option<(Decimal, WayOut)> = None;
    for place in tried.into_iter().take(TRIED_LINES) {
        let Some(to) = hours_for(model, lines, priced, place, target)? else { continue };
        let Some(line) = lines.get(place) else { continue };
        let change = (to.decimal() - line.hours.decimal()).abs();
        if smallest.as_ref().is_none_or(|(least, _)| change < *least) {
            smallest = Some((change, WayOut::Hours { row: line.row.clone(), from: line.hours, to }));
        }
    }
    ways.extend(smallest.map(|(_, way)| way));
    Ok(ways)
}

fn balance(
    model: &FinanceModel,
    funding: &Funding,
    component: &ComponentCode,
    difference: Money,
) -> Result<Option<WayOut>, OutOfRange> {
    let share = model
        .components
        .iter()
        .find(|one| one.code == *component)
        .and_then(|one| one.funding.iter().find(|share| share.balancing));
    let Some(share) = share else { return Ok(None) };
    let from = funding.line(component, share.source).map_or(Money::ZERO, |line| line.amount);
    let to = from.checked_sub(difference)?;
    Ok((to >= Money::ZERO).then_some(WayOut::Balance { source: share.source, from, to }))
}

/// The hours of one line with which its component costs exactly the target; `None` when no number of hours does, or when more
/// than the yearly cap would be needed.
fn hours_for(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
    place: usize,
    target: Money,
) -> Result<Option<Hours>, OutOfRange> {
    let (Some(line), Some(now)) = (lines.get(place), priced.get(place)) else { return Ok(None) };
    if now.rate == Money::ZERO {
        return Ok(None);
    }
    let total_with = |cost: Money| {
        let mut changed = priced.to_vec();
        if let Some(one) = changed.get_mut(place) {
            one.cost = cost;
        }
        component_total(model, lines, &changed, &line.component)
    };
    let gap = target.checked_sub(total_with(now.cost)?)?;
    // The gap is cost and flat rate together; cost alone is the gap divided by 1 + rate.
    let with_flat = Decimal::ONE + model.flat_rate.percent * Decimal::new(1, 2);
    let step = Amount::from(gap).checked_div(with_flat)?.round(chassis::money::Rounding::HalfUp)?;
    let guess = now.cost.checked_add(step)?;
    let rate = Amount::from(now.rate).euro();
    for cents in nearest_first() {
        let cost = guess.checked_add(Money::from_cents(cents))?;
        let Some(hours) = hours_of_cost(model, rate, cost)? else { continue };
        let fits =
            hours.decimal() > Decimal::ZERO && hours.decimal() <= Decimal::from(model.yearly_hours_max);
        if fits && cost_of(model, now.rate, hours)? == cost && total_with(cost)? == target {
            return Ok(Some(hours));
        }
    }
    Ok(None)
}

fn nearest_first() -> impl Iterator<Item = i64> {
    (0..=TRIED_CENTS).flat_map(|cents| if cents == 0 { vec![0] } else { vec![cents, -cents] })
}

/// The hours, with the decimals of the programme, that are nearest to a cost.
fn hours_of_cost(model: &FinanceModel, rate: Decimal, cost: Money) -> Result<Option<Hours>, OutOfRange> {
    let quotient = Amount::from(cost).checked_div(rate)?.euro();
    let hours = quotient.round_dp_with_strategy(model.hour_decimals, RoundingStrategy::MidpointAwayFromZero);
    Ok(Hours::from_decimal(hours))
}

fn component_total(
    model: &FinanceModel,
    lines: &[StaffLine],
    priced: &[PricedLine],
    component: &ComponentCode,
) -> Result<Money, OutOfRange> {
    let by_component = line_costs(model, lines, priced);
    let flat_rates = flat_rate(model, &by_component)?;
    let place = model.components.iter().position(|one| one.code == *component);
    let of = place.and_then(|place| by_component.get(place).zip(flat_rates.get(place)));
    of.map_or(Ok(Money::ZERO), |(costs, flat_rate)| sum(costs.iter().copied())?.checked_add(*flat_rate))
}
