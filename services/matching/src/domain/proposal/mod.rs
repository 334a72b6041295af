//! Proposals: workers for somebody who waits, ordered by hard rules and then by weights of the programme file.
//!
//! [`propose`] is a pure function of its [`Input`], which holds everything it looks at: needs, rules, weights, and each worker's
//! facts on the day. Whoever has the input can make the same [`Answer`] again, without files, clock or database.
//!
//! The order: every worker for whom all hard rules hold; among them by the sum over the terms of weight times grade (a whole number
//! from 0 to 100, see [`terms`]), largest first; equals by fewest weighted cases, then by worker id. The sum is shown to nobody:
//! people see per term whether it speaks for or against, and which place it gives.

mod answer;
mod input;
mod rules;
pub mod terms;

use std::cmp::Reverse;

pub use answer::{Answer, Excluded, Proposed, RuleLine, TermLine, Tone};
pub use input::{
    Accompanied, Input, Needs, RoleSpan, Rule, TermWeight, VisitWindow, WorkerFacts, visit_window,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use self::terms::Grade;
use super::shown_down;

chassis::define_id!(
    /// A proposal.
    ProposalId
);

/// A worker for whom every hard rule holds, with the grades of the weighed terms.
struct Ranked<'i> {
    worker: &'i WorkerFacts,
    rules: Vec<RuleLine>,
    grades: Vec<(TermWeight, Grade)>,
}

impl Ranked<'_> {
    /// Equal for no two workers, because ids are not.
    fn key(&self) -> (Reverse<u64>, Decimal, Uuid) {
        let points =
            self.grades.iter().map(|(weight, grade)| u64::from(weight.weight) * u64::from(grade.points));
        (Reverse(points.sum()), self.worker.cases_used, self.worker.worker)
    }
}

/// Proposes. The order of the workers in the input does not matter.
pub fn propose(input: &Input) -> Answer {
    let mut ranked = Vec::new();
    let mut excluded = Vec::new();
    for worker in &input.workers {
        let rules = rules::check(input, worker);
        if rules.iter().all(|line| line.holds) {
            let grades =
                input.weights.iter().map(|weight| (*weight, terms::grade(weight.term, input, worker)));
            ranked.push(Ranked { worker, rules, grades: grades.collect() });
        } else {
            excluded.push(Excluded { worker: worker.worker, rules });
        }
    }
    ranked.sort_by_key(Ranked::key);
    // Who is nearest to fitting is shown first.
    excluded.sort_by_key(|one| (one.rules.iter().filter(|line| !line.holds).count(), one.worker));
    let proposed = ranked.iter().map(|one| to_proposed(input, one, &ranked)).collect();
    Answer { proposed, excluded }
}

fn to_proposed(input: &Input, one: &Ranked<'_>, all: &[Ranked<'_>]) -> Proposed {
    let mut terms: Vec<(TermWeight, TermLine)> = one
        .grades
        .iter()
        .enumerate()
        .map(|(position, (weight, grade))| {
            let better = all.iter().filter(|other| {
                other.grades.get(position).is_some_and(|(_, other)| other.points > grade.points)
            });
            let place = u32::try_from(better.count()).unwrap_or(u32::MAX).saturating_add(1);
            let tone = Tone::of(grade.points);
            (*weight, TermLine { term: weight.term, tone, text: grade.text.clone(), place })
        })
        .collect();
    // Stable: equal weights stay in the order of the file.
    terms.sort_by_key(|(weight, _)| Reverse(weight.weight));
    Proposed {
        worker: one.worker.worker,
        role: one.worker.role_on(input.first_day),
        cases_left: shown_down(one.worker.cases_max - one.worker.cases_used),
        rules: one.rules.clone(),
        terms: terms.into_iter().map(|(_, line)| line).collect(),
    }
}

#[cfg(test)]
mod tests;
