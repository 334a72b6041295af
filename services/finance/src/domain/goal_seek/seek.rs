//! Hours for a total: the question, the answer, and which search answers it.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::FinanceModel;
use rust_decimal::Decimal;

use super::near;
use super::one_line::{self, Best, Hit};
use super::problem::{Mover, Moving, Problem, Proportion, SeekTarget};
use super::proportion::{Bound, fill};
use crate::domain::hours::Hours;
use crate::domain::ids::LineId;
use crate::domain::rate::hourly_rate;
use crate::domain::staff_line::{RowKey, StaffLine};

/// A question. Every line that moves is part of the target, has an hourly rate above zero, and stands in the question once.
#[derive(Debug, Clone)]
pub struct HoursSeek<'a> {
    /// Rules.
    pub model: &'a FinanceModel,
    /// Every line of the budget.
    pub lines: &'a [StaffLine],
    /// What is to come out.
    pub target: SeekTarget,
    /// To what.
    pub total: Money,
    /// The lines that move; at least one.
    pub moving: Vec<Moving>,
    /// What of several lines is in proportion.
    pub proportion: Proportion,
}

/// New hours of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursMove {
    /// Line.
    pub line: LineId,
    /// Its key.
    pub row: RowKey,
    /// Hours now.
    pub from: Hours,
    /// Hours of the answer.
    pub to: Hours,
    /// What it costs with these.
    pub cost: Money,
}

/// Hours of every moving line, and what the target comes to with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursAnswer {
    /// What the target comes to, by the ordinary arithmetic.
    pub total: Money,
    /// That minus what was sought.
    pub difference: Money,
    /// The moving lines, in the order of the question.
    pub moves: Vec<HoursMove>,
}

/// A limit that stopped a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundReached {
    /// Line.
    pub line: LineId,
    /// Its key.
    pub row: RowKey,
    /// Which limit.
    pub bound: Bound,
    /// The limit itself.
    pub hours: Hours,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// What the target comes to now.
    pub now: Money,
    /// Whether the answer hits the total.
    pub exact: bool,
    /// Whether nothing nearer exists. With one line always; with several when the answer is exact, or when no staff cost at all comes
    /// to the total and the answers are on both sides of it.
    pub proven: bool,
    /// The exact answer, or the nearest one below and the nearest one above, as far as limits allow both.
    pub answers: Vec<HoursAnswer>,
    /// Limits that stood in the way.
    pub bounds: Vec<BoundReached>,
}

/// Seeks.
///
/// # Errors
/// When a sum or a product does not fit: never with amounts, hours and numbers of lines that the service takes.
pub fn seek_hours(seek: &HoursSeek<'_>) -> Result<Sought, OutOfRange> {
    let problem = Problem::new(seek.model, seek.lines, &seek.target, seek.total)?;
    let movers = movers(seek, &problem)?;
    let (best, mut bounds) = if let [mover] = movers.as_slice() {
        (one_line::seek(&problem, mover)?, Vec::new())
    } else {
        let filled = fill(&problem, &movers, seek.proportion)?;
        (near::seek(&problem, &movers, &filled.units)?, held(&problem, &movers, &filled.held))
    };
    let Best { exact, below, above, proven } = best;
    // Of one line every cost there is was looked at: where a side is missing, a limit stands.
    if exact.is_none() && movers.len() == 1 && (below.is_none() || above.is_none()) {
        let bound = if below.is_none() { Bound::Lowest } else { Bound::Highest };
        bounds = held(&problem, &movers, &[Some(bound)]);
    }
    let is_exact = exact.is_some();
    let hits: Vec<Hit> =
        if is_exact { exact.into_iter().collect() } else { below.into_iter().chain(above).collect() };
    let answers = hits.into_iter().map(|hit| answer(&problem, &movers, hit)).collect::<Result<_, _>>()?;
    Ok(Sought { now: problem.total_now()?, exact: is_exact, proven, answers, bounds })
}

fn answer(problem: &Problem<'_>, movers: &[Mover], (total, units): Hit) -> Result<HoursAnswer, OutOfRange> {
    let mut changed = Vec::with_capacity(movers.len());
    for (mover, units) in movers.iter().zip(units) {
        let Some(line) = problem.lines.get(mover.place) else { continue };
        changed.push(HoursMove {
            line: line.id,
            row: line.row.clone(),
            from: line.hours,
            to: problem.hours(units),
            cost: problem.cost(mover, units)?,
        });
    }
    Ok(HoursAnswer { total, difference: total.checked_sub(problem.total)?, moves: changed })
}

fn held(problem: &Problem<'_>, movers: &[Mover], held: &[Option<Bound>]) -> Vec<BoundReached> {
    let reached = |(mover, bound): (&Mover, &Option<Bound>)| {
        let line = problem.lines.get(mover.place)?;
        let bound = (*bound)?;
        let units = match bound {
            Bound::Lowest => mover.lowest,
            Bound::Highest => mover.highest,
        };
        Some(BoundReached { line: line.id, row: line.row.clone(), bound, hours: problem.hours(units) })
    };
    movers.iter().zip(held).filter_map(reached).collect()
}

/// The moving lines in units, with their limits.
fn movers(seek: &HoursSeek<'_>, problem: &Problem<'_>) -> Result<Vec<Mover>, OutOfRange> {
    let mut movers = Vec::with_capacity(seek.moving.len());
    for moving in &seek.moving {
        let found = seek.lines.iter().enumerate().find(|(_, line)| line.id == moving.line);
        let Some((place, line)) = found else { continue };
        let rate = hourly_rate(seek.model, line.wage.expose())?;
        let now = problem.units(line.hours.decimal())?;
        let present = match seek.proportion {
            Proportion::Hours => line.hours.decimal(),
            Proportion::Cost => Amount::from(rate).checked_mul(line.hours.decimal())?.euro(),
        };
        let weight = moving.weight.unwrap_or(present);
        movers.push(Mover { place, rate, now, lowest: 1, highest: 0, weight });
    }
    let limits =
        movers.iter().map(|mover| highest(seek, problem, &movers, mover)).collect::<Result<Vec<_>, _>>()?;
    for (mover, highest) in movers.iter_mut().zip(limits) {
        mover.highest = highest.max(mover.lowest);
    }
    Ok(movers)
}

/// Most units of a line: the yearly hours of a person, less those of the person's lines that stay. When several lines of one person
/// move, what is left is divided over them by their parts in hours, so that no answer passes it together.
fn highest(
    seek: &HoursSeek<'_>,
    problem: &Problem<'_>,
    movers: &[Mover],
    mover: &Mover,
) -> Result<i64, OutOfRange> {
    let cap = Decimal::from(seek.model.yearly_hours_max);
    let Some(worker) = seek.lines.get(mover.place).and_then(|line| line.worker) else {
        return problem.units(cap);
    };
    let of_worker = |place: usize| seek.lines.get(place).is_some_and(|line| line.worker == Some(worker));
    let is_moving = |place: usize| movers.iter().any(|other| other.place == place);
    let mut left = cap;
    for (place, line) in seek.lines.iter().enumerate() {
        if of_worker(place) && !is_moving(place) {
            left -= line.hours.decimal();
        }
    }
    let part = |one: &Mover| -> Result<Decimal, OutOfRange> {
        match seek.proportion {
            Proportion::Hours => Ok(one.weight),
            Proportion::Cost => one.weight.checked_div(Amount::from(one.rate).euro()).ok_or(OutOfRange),
        }
    };
    let (mut whole, mut several) = (Decimal::ZERO, 0_usize);
    for other in movers.iter().filter(|other| of_worker(other.place)) {
        whole = whole.checked_add(part(other)?).ok_or(OutOfRange)?;
        several += 1;
    }
    if several > 1 {
        left = left.checked_mul(part(mover)?.checked_div(whole).ok_or(OutOfRange)?).ok_or(OutOfRange)?;
    }
    problem.units(left.max(Decimal::ZERO))
}
