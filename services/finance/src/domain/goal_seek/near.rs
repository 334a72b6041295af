//! Near the proportional answer: every combination of a few units more or less per line, by the cost it comes to.
//!
//! A table per line of the costs that the lines up to it can come to, each with the smallest change that gives it: the work grows
//! with the number of lines, not with the number of combinations. Tables are cut to the smallest changes, so the search is bounded
//! and the same every time; it is not exhaustive, and [`Best::proven`] says when that does not matter.

use std::collections::BTreeMap;

use chassis::money::{Money, OutOfRange};

use super::one_line::Best;
use super::pools::{Pool, pools};
use super::problem::{Mover, Problem};

/// Units each line may be moved, tried one after another until the total is hit.
const RADII: [i64; 3] = [2, 6, 20];
/// Most costs that are kept of the lines of a pool.
const MOST_COSTS: usize = 1_000;
/// Most totals that are kept of several pools.
const MOST_TOTALS: usize = 300;

/// What came to a sum with the smallest change in units: the step taken last, and the sum before it.
#[derive(Debug, Clone, Copy)]
struct Way<S> {
    change: u64,
    step: S,
    before: Money,
}

/// Sums, with the way to each.
type Table<S> = BTreeMap<Money, Way<S>>;
/// Costs of the movers of one pool, one table per mover; a step is the units of the mover.
type Costs = Vec<Table<i64>>;
/// Totals of the pools, one table per pool; a step is the cost in the pool.
type Totals = Vec<Table<Money>>;

/// Searches around these units.
pub(super) fn seek(problem: &Problem<'_>, movers: &[Mover], units: &[i64]) -> Result<Best, OutOfRange> {
    let pools = pools(problem, movers)?;
    let mut best = Best::default();
    for radius in RADII {
        best = within(problem, movers, units, &pools, radius)?;
        if best.proven {
            break;
        }
    }
    Ok(best)
}

fn within(
    problem: &Problem<'_>,
    movers: &[Mover],
    units: &[i64],
    pools: &[Pool],
    radius: i64,
) -> Result<Best, OutOfRange> {
    let costs = pools
        .iter()
        .map(|pool| costs(problem, movers, units, pool, radius))
        .collect::<Result<Vec<_>, _>>()?;
    let mut totals = Totals::new();
    for (pool, costs) in pools.iter().zip(&costs) {
        totals.push(add(problem, pool, costs, totals.last())?);
    }
    let last = totals.last().cloned().unwrap_or_default();
    // What the pools come to is the total but for what does not move.
    let start = problem.total_with(movers, units)?;
    let mut pooled = Money::ZERO;
    for pool in pools {
        pooled = pooled.checked_add(pool.value(problem, cost_at(problem, movers, units, pool)?)?)?;
    }
    let wanted = problem.total.checked_sub(start.checked_sub(pooled)?)?;

    let build = |total: Option<Money>| -> Result<Option<(Money, Vec<i64>)>, OutOfRange> {
        let Some(total) = total else { return Ok(None) };
        let found = trace(pools, &costs, &totals, total, units);
        // The ordinary arithmetic has the last word.
        Ok(Some((problem.total_with(movers, &found)?, found)))
    };
    let exact = build(last.contains_key(&wanted).then_some(wanted))?;
    if exact.is_some() {
        return Ok(Best { exact, proven: true, ..Best::default() });
    }
    let (below, above) = (last.range(..wanted).next_back(), last.range(wanted..).next());
    let proven = match (pools, below, above) {
        ([pool], Some((below, way)), Some((above, _))) if !problem.is_divided() => {
            // A cent more of staff skips the total: no hours of any lines come to it.
            let next = pool.value(problem, way.step.checked_add(Money::from_cents(1))?)?;
            below < above && next == *above
        }
        _ => false,
    };
    let (below, above) = (below.map(|one| *one.0), above.map(|one| *one.0));
    Ok(Best { exact: None, below: build(below)?, above: build(above)?, proven })
}

fn cost_at(problem: &Problem<'_>, movers: &[Mover], units: &[i64], pool: &Pool) -> Result<Money, OutOfRange> {
    let of = pool.movers.iter().filter_map(|place| movers.get(*place).zip(units.get(*place)));
    let mut cost = Money::ZERO;
    for (mover, units) in of {
        cost = cost.checked_add(problem.cost(mover, *units)?)?;
    }
    Ok(cost)
}

fn costs(
    problem: &Problem<'_>,
    movers: &[Mover],
    units: &[i64],
    pool: &Pool,
    radius: i64,
) -> Result<Costs, OutOfRange> {
    let mut tables = Costs::with_capacity(pool.movers.len());
    for place in &pool.movers {
        let Some((mover, centre)) = movers.get(*place).zip(units.get(*place)) else { continue };
        let mut table = Table::new();
        let earlier: Vec<(Money, u64)> = match tables.last() {
            Some(table) => table.iter().map(|(cost, way)| (*cost, way.change)).collect(),
            None => vec![(Money::ZERO, 0)],
        };
        for units in (centre - radius).max(mover.lowest)..=(centre + radius).min(mover.highest) {
            let cost = problem.cost(mover, units)?;
            for (before, change) in &earlier {
                let change = change + units.abs_diff(*centre);
                keep(&mut table, before.checked_add(cost)?, Way { change, step: units, before: *before });
            }
        }
        cut(&mut table, MOST_COSTS);
        tables.push(table);
    }
    Ok(tables)
}

/// The totals of the pools so far and this one.
fn add(
    problem: &Problem<'_>,
    pool: &Pool,
    costs: &Costs,
    earlier: Option<&Table<Money>>,
) -> Result<Table<Money>, OutOfRange> {
    let mut table = Table::new();
    let start: Vec<(Money, u64)> = match earlier {
        Some(earlier) => earlier.iter().map(|(total, way)| (*total, way.change)).collect(),
        None => vec![(Money::ZERO, 0)],
    };
    for (cost, way) in costs.last().into_iter().flatten() {
        let value = pool.value(problem, *cost)?;
        for (before, change) in &start {
            let change = change + way.change;
            keep(&mut table, before.checked_add(value)?, Way { change, step: *cost, before: *before });
        }
    }
    if earlier.is_some() {
        cut(&mut table, MOST_TOTALS);
    }
    Ok(table)
}

/// The units of every mover on the way to a total.
fn trace(pools: &[Pool], costs: &[Costs], totals: &Totals, total: Money, centre: &[i64]) -> Vec<i64> {
    let mut units = centre.to_vec();
    let mut total = total;
    for ((pool, costs), totals) in pools.iter().zip(costs).zip(totals).rev() {
        let Some(way) = totals.get(&total) else { break };
        total = way.before;
        let mut cost = way.step;
        for (place, table) in pool.movers.iter().zip(costs).rev() {
            let Some(way) = table.get(&cost) else { break };
            cost = way.before;
            if let Some(one) = units.get_mut(*place) {
                *one = way.step;
            }
        }
    }
    units
}

fn keep<S: Copy>(table: &mut Table<S>, sum: Money, way: Way<S>) {
    let kept = table.entry(sum).or_insert(way);
    if way.change < kept.change {
        *kept = way;
    }
}

/// Keeps the sums with the smallest changes; of equal changes the smaller sums.
fn cut<S>(table: &mut Table<S>, most: usize) {
    if table.len() > most {
        let mut changes: Vec<(u64, Money)> = table.iter().map(|(sum, way)| (way.change, *sum)).collect();
        changes.sort_unstable();
        for (_, sum) in changes.into_iter().skip(most) {
            table.remove(&sum);
        }
    }
}
