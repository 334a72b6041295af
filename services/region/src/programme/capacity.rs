//! How much a programme can do at once.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::WeightCode;

closed_set! {
    /// The words for the kinds of capacity.
    enum KindWord is "kind of capacity" {
        Caseload = "caseload",
        Visits = "visits",
    }
}

/// How much a programme can do at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Capacity {
    /// So many weighted cases for a full-time worker.
    Caseload(Caseload),
    /// So many visits a week for so many school weeks.
    Visits(VisitPlan),
}

/// A caseload per full-time equivalent, and limits on all running cases together. The two do not follow from each
/// other: three full-timers of 18 make 54, while at most 50 may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Caseload {
    /// Weighted cases per full-time equivalent from which on a worker has enough.
    pub per_fte_min: Decimal,
    /// Weighted cases per full-time equivalent that are never passed.
    pub per_fte_max: Decimal,
    /// How many trajectories must run at least; `None` when nothing is asked.
    pub running_min: Option<u32>,
    /// How many trajectories may run at most; `None` when nothing is asked.
    pub running_max: Option<u32>,
    /// How heavy a case counts; without any, each counts 1.
    pub weights: Vec<CaseWeight>,
}

/// How heavy a kind of case counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseWeight {
    /// Its code.
    pub code: WeightCode,
    /// When it is chosen.
    pub label: String,
    /// How many cases it counts for.
    pub weight: Decimal,
}

/// A fixed number of visits over school weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VisitPlan {
    /// Visits in one week.
    pub visits_per_week: u32,
    /// Weeks of school; holidays do not count.
    pub school_weeks: u32,
    /// How many families one worker visits in the same weeks.
    pub families_per_worker: u32,
    /// How many families may be visited at once; `None` when nothing is asked.
    pub running_max: Option<u32>,
}

impl VisitPlan {
    /// Gives the number of visits of a whole plan.
    pub fn visits(&self) -> u32 {
        self.visits_per_week.saturating_mul(self.school_weeks)
    }
}

impl Capacity {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        match section.word("kind") {
            Some(KindWord::Caseload) => read_caseload(section).map(Self::Caseload),
            Some(KindWord::Visits) => read_visits(section).map(Self::Visits),
            None => {
                section.abandon();
                None
            }
        }
    }
}

fn read_caseload(section: &mut Section<'_, '_>) -> Option<Caseload> {
    let per_fte_min = section.decimal("per_fte_min", 0..=1_000);
    let per_fte_max = section.decimal("per_fte_max", 1..=1_000);
    let running_min = section.optional_integer("running_min", 0..=100_000);
    let running_max = section.optional_integer("running_max", 1..=100_000);
    let is_crossed =
        |low: Option<Decimal>, high: Option<Decimal>| low.zip(high).is_some_and(|(low, high)| low > high);
    for (crossed, low, high) in [
        (is_crossed(per_fte_min, per_fte_max), "per_fte_min", "per_fte_max"),
        (is_crossed(running_min.map(Into::into), running_max.map(Into::into)), "running_min", "running_max"),
    ] {
        if crossed {
            section.complain(
                low,
                MistakeKind::Contradiction,
                format!("`{low}` is higher than `{high}`"),
                format!("swap `{low}` and `{high}`, or correct one of them"),
            );
        }
    }
    let weights = section.tables("weight", 0, |section| {
        let code = section.declared("code", Namespace::CaseWeight, "heavy");
        let label = section.text("label");
        let weight = section.decimal("weight", 0..=100);
        Some(CaseWeight { code: code?, label: label?, weight: weight? })
    });
    Some(Caseload {
        per_fte_min: per_fte_min?,
        per_fte_max: per_fte_max?,
        running_min,
        running_max,
        weights: weights?,
    })
}

fn read_visits(section: &mut Section<'_, '_>) -> Option<VisitPlan> {
    let visits_per_week = section.integer("visits_per_week", 1..=14);
    let school_weeks = section.integer("school_weeks", 1..=40);
    let families_per_worker = section.integer("families_per_worker", 1..=20);
    let running_max = section.optional_integer("running_max", 1..=100_000);
    Some(VisitPlan {
        visits_per_week: visits_per_week?,
        school_weeks: school_weeks?,
        families_per_worker: families_per_worker?,
        running_max,
    })
}
