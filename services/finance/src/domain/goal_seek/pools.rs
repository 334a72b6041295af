//! What staff cost comes to with its flat rate, in the parts over which the flat rate is rounded apart.
//!
//! The total of a target is the sum of its pools: each line by itself, each component, or everything, as the level of rounding says.

use chassis::money::{Money, OutOfRange};
use region::programme::RoundingLevel;

use super::problem::{Mover, Problem, SeekTarget};
use crate::domain::costs::line_costs;
use crate::domain::flat_rate::flat_rate;
use crate::domain::rounding::sum;

/// Movers whose costs are added up before the flat rate on them is rounded.
pub(super) struct Pool {
    /// Places among the movers.
    pub movers: Vec<usize>,
    /// Staff cost of the lines in it that stay, by component of the programme.
    kept: Vec<Money>,
    /// Component of the programme that the cost of its movers is counted in.
    component: usize,
}

/// The pools of the movers. What has no mover is in none: it does not change.
pub(super) fn pools(problem: &Problem<'_>, movers: &[Mover]) -> Result<Vec<Pool>, OutOfRange> {
    let component_of = |mover: &Mover| {
        let line = problem.lines.get(mover.place);
        let code = line.map(|line| &line.component);
        problem.model.components.iter().position(|one| Some(&one.code) == code).unwrap_or_default()
    };
    let none = || vec![Money::ZERO; problem.model.components.len()];
    let all = || (0..movers.len()).collect::<Vec<usize>>();
    let first = movers.first().map(component_of).unwrap_or_default();
    Ok(match (problem.model.flat_rate.level, problem.target) {
        (RoundingLevel::Line, _) => movers
            .iter()
            .enumerate()
            .map(|(place, mover)| Pool { movers: vec![place], kept: none(), component: component_of(mover) })
            .collect(),
        (RoundingLevel::Component, _) => {
            let kept = kept_by_component(problem, movers)?;
            let mut pools: Vec<Pool> = Vec::new();
            for (place, mover) in movers.iter().enumerate() {
                let component = component_of(mover);
                if let Some(pool) = pools.iter_mut().find(|pool| pool.component == component) {
                    pool.movers.push(place);
                    continue;
                }
                let mut alone = none();
                if let Some((here, cost)) = alone.get_mut(component).zip(kept.get(component)) {
                    *here = *cost;
                }
                pools.push(Pool { movers: vec![place], kept: alone, component });
            }
            pools
        }
        (RoundingLevel::Project, _) => {
            vec![Pool { movers: all(), kept: kept_by_component(problem, movers)?, component: first }]
        }
    })
}

/// The costs of the lines that stay and count for the rounding of the target's flat rate, per component.
fn kept_by_component(problem: &Problem<'_>, movers: &[Mover]) -> Result<Vec<Money>, OutOfRange> {
    // The flat rate of a component that is divided from that of the project depends on every line.
    let counts = |place: usize| {
        let line = problem.lines.get(place);
        !movers.iter().any(|mover| mover.place == place)
            && line.is_some_and(|line| problem.is_divided() || problem.covers(line))
    };
    let (lines, priced): (Vec<_>, Vec<_>) = problem
        .lines
        .iter()
        .zip(&problem.priced)
        .enumerate()
        .filter(|(place, _)| counts(*place))
        .map(|(_, (line, one))| (line.clone(), *one))
        .unzip();
    line_costs(problem.model, &lines, &priced).into_iter().map(sum).collect()
}

impl Pool {
    /// What the pool comes to when its movers cost so much.
    pub fn value(&self, problem: &Problem<'_>, cost: Money) -> Result<Money, OutOfRange> {
        let mut staff = self.kept.clone();
        if let Some(one) = staff.get_mut(self.component) {
            *one = one.checked_add(cost)?;
        }
        let costs: Vec<Vec<Money>> = staff.iter().map(|cost| vec![*cost]).collect();
        let flat = flat_rate(problem.model, &costs)?;
        if matches!(problem.target, SeekTarget::Component(_)) {
            let of = staff.get(self.component).zip(flat.get(self.component));
            of.map_or(Ok(Money::ZERO), |(staff, flat)| staff.checked_add(*flat))
        } else {
            sum(staff.into_iter().chain(flat))
        }
    }
}
