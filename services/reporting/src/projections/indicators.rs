//! Counts beside the programme file: weights, limits, and every indicator out of every denominator that it names.

use region::ClosedSet as _;
use region::Programme;
use region::programme::{Capacity, Denominator, Indicator, Numerator};
use rust_decimal::Decimal;

use super::trajectory_figures::{BudgetFigure, TrajectoryCounts, TrajectoryFigures};

/// An indicator of the programme file, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorFigure {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub label: String,
    /// What it counts.
    pub numerator: Numerator,
    /// How many.
    pub value: i64,
    /// Out of how many, each way that can be counted.
    pub denominators: Vec<DenominatorFigure>,
    /// Denominators that cannot be counted, or that have no number.
    pub denominators_not_counted: Vec<Denominator>,
    /// Targets that are numbers: whose, and the number.
    pub count_targets: Vec<(String, u32)>,
}

/// One way to say out of how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenominatorFigure {
    /// Which.
    pub denominator: Denominator,
    /// How many.
    pub value: Decimal,
    /// Whether reports use this one.
    pub reported: bool,
    /// Targets that are shares.
    pub targets: Vec<PercentTarget>,
}

/// What a target in percent asks of a denominator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PercentTarget {
    /// Whose target it is.
    pub label: String,
    /// In percent.
    pub percent: Decimal,
    /// That share of the denominator, exact.
    pub required: Decimal,
}

impl TrajectoryFigures {
    /// Lays a programme file and budgets beside what was counted.
    pub fn beside(programme: &Programme, counts: TrajectoryCounts, budgets: Vec<BudgetFigure>) -> Self {
        let (running_min, running_max) = match &programme.capacity {
            Capacity::Caseload(caseload) => (caseload.running_min, caseload.running_max),
            Capacity::Visits(plan) => (None, plan.running_max),
        };
        let mut indicators = Vec::new();
        let mut indicators_not_counted = Vec::new();
        for indicator in &programme.indicators {
            match value_of(indicator.numerator, &counts) {
                Some(value) => indicators.push(figure_of(indicator, value, &counts, running_max)),
                None => indicators_not_counted.push(indicator.code.to_string()),
            }
        }
        Self {
            has_families: programme.family.is_some() || counts.families > 0,
            running_weighted: weigh(&programme.capacity, &counts),
            running_min,
            running_max,
            indicators,
            indicators_not_counted,
            budgets,
            counts,
        }
    }
}

/// The sum of the weights of the trajectories that run; one without a weight that the file knows counts 1.
fn weigh(capacity: &Capacity, counts: &TrajectoryCounts) -> Decimal {
    let weights = match capacity {
        Capacity::Caseload(caseload) => caseload.weights.as_slice(),
        Capacity::Visits(_) => &[],
    };
    counts.running_by_weight.iter().fold(Decimal::ZERO, |sum, line| {
        let weight = weights.iter().find(|weight| weight.code.as_str() == line.code);
        let weight = weight.map_or(Decimal::ONE, |weight| weight.weight);
        sum.saturating_add(weight.saturating_mul(Decimal::from(line.count)))
    })
}

fn figure_of(
    indicator: &Indicator,
    value: i64,
    counts: &TrajectoryCounts,
    running_max: Option<u32>,
) -> IndicatorFigure {
    let mut denominators = Vec::new();
    let mut denominators_not_counted = Vec::new();
    for denominator in indicator.denominators.iter().copied() {
        let Some(whole) = out_of(denominator, counts, running_max) else {
            denominators_not_counted.push(denominator);
            continue;
        };
        let shares = indicator.targets.iter().filter_map(|target| Some((&target.label, target.percent?)));
        denominators.push(DenominatorFigure {
            denominator,
            value: whole,
            reported: indicator.reported_denominator == Some(denominator),
            targets: shares
                .map(|(label, percent)| PercentTarget {
                    label: label.clone(),
                    percent,
                    required: percent.saturating_mul(whole).saturating_mul(Decimal::new(1, 2)),
                })
                .collect(),
        });
    }
    let numbers = indicator.targets.iter().filter_map(|target| Some((target.label.clone(), target.count?)));
    IndicatorFigure {
        code: indicator.code.to_string(),
        label: indicator.label.clone(),
        numerator: indicator.numerator,
        value,
        denominators,
        denominators_not_counted,
        count_targets: numbers.collect(),
    }
}

/// What an indicator counts; `None` when no event tells it.
fn value_of(numerator: Numerator, counts: &TrajectoryCounts) -> Option<i64> {
    match numerator {
        Numerator::ExitsWithWork => Some(counts.exits_with("with_work")),
        Numerator::ExitsWithStep => Some(counts.exits_with("step_below_work")),
        Numerator::Exits => Some(counts.exits),
        Numerator::Admissions => Some(counts.admissions - counts.re_entries),
        Numerator::Children => Some(counts.children),
        Numerator::ChildrenInFocus => Some(counts.children_in_focus),
        Numerator::Running => Some(counts.running),
        Numerator::Referrals => Some(counts.referrals),
        // Which duty is the follow-up is not in the programme file; the values of measures and the follow-up after the exit
        // are not in the events.
        Numerator::FollowUpsInTime
        | Numerator::EmpowermentUp
        | Numerator::StableHousing
        | Numerator::Volunteering
        | Numerator::StableSupport
        | Numerator::EmployedAfterFourWeeks
        | Numerator::EmployedAfterSixMonths
        | Numerator::EsfCommon => None,
    }
}

/// Out of how many; `None` when no event tells it, or the programme file sets no such limit.
fn out_of(denominator: Denominator, counts: &TrajectoryCounts, running_max: Option<u32>) -> Option<Decimal> {
    match denominator {
        Denominator::Exits => Some(counts.exits.into()),
        Denominator::Participants => Some(counts.participants.into()),
        Denominator::Admissions => Some(counts.admitted.into()),
        Denominator::Children => Some(counts.children.into()),
        Denominator::Running => Some(counts.running.into()),
        Denominator::CapacityMin => Some(counts.capacity_min),
        Denominator::CapacityMax => Some(counts.capacity_max),
        Denominator::RunningMax => running_max.map(Decimal::from),
        Denominator::Referrals => Some(counts.referrals.into()),
        Denominator::DutiesDue => Some(counts.duties_due().into()),
        Denominator::MeasuredTwice => None,
    }
}

/// What a denominator is, for those who read the figures.
pub const fn label_of(denominator: Denominator) -> &'static str {
    match denominator {
        Denominator::Exits => "alle trajecten die in de periode eindigden",
        Denominator::Participants => "iedereen die in de periode deelnam",
        Denominator::Admissions => "iedereen die in de periode werd toegelaten",
        Denominator::Children => "alle kinderen van de gezinnen die in de periode deelnamen",
        Denominator::Running => "trajecten die op het einde van de laatste dag lopen",
        Denominator::CapacityMin => "de plaatsen volgens de laagste caseload",
        Denominator::CapacityMax => "de plaatsen volgens de hoogste caseload",
        Denominator::RunningMax => "het hoogste aantal dat tegelijk mag lopen",
        Denominator::Referrals => "aanmeldingen van de periode",
        Denominator::DutiesDue => "opvolgingen die in de periode moesten gebeuren",
        Denominator::MeasuredTwice => "iedereen met een eerste en een laatste meting",
    }
}

/// The word of a denominator in programme files.
pub fn word_of(denominator: Denominator) -> &'static str {
    denominator.as_str()
}

#[cfg(test)]
mod tests {
    use region::Source;

    use super::*;
    use crate::projections::Count;

    const FILE: &str = include_str!("../../../../deploy/regions/waasland/programmes/waasland-esf.toml");

    fn waasland() -> Programme {
        region::load_programme(&Source::new("waasland-esf.toml", FILE)).unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// Three full-time workers of 16 to 18.
    fn counts() -> TrajectoryCounts {
        TrajectoryCounts {
            exits: 4,
            exits_by_outcome: vec![
                Count { code: "with_work".to_owned(), count: 3 },
                Count { code: "without_work".to_owned(), count: 1 },
            ],
            participants: 20,
            capacity_min: decimal("48.00"),
            capacity_max: decimal("54"),
            ..TrajectoryCounts::default()
        }
    }

    #[test]
    fn outflow_stands_beside_each_target_out_of_each_denominator() {
        let figures = TrajectoryFigures::beside(&waasland(), counts(), Vec::new());

        let outflow = &figures.indicators[0];
        assert_eq!((outflow.code.as_str(), outflow.value), ("outflow-to-work", 3));
        let table: Vec<(&str, Decimal, Vec<Decimal>)> = outflow
            .denominators
            .iter()
            .map(|line| {
                (
                    word_of(line.denominator),
                    line.value,
                    line.targets.iter().map(|target| target.required).collect(),
                )
            })
            .collect();
        let expected = [
            ("exits", "4", ["0.6", "0.8"]),
            ("participants", "20", ["3", "4"]),
            ("running_max", "50", ["7.5", "10"]),
            ("capacity_min", "48", ["7.2", "9.6"]),
            ("capacity_max", "54", ["8.1", "10.8"]),
        ]
        .map(|(word, value, targets)| (word, decimal(value), targets.map(decimal).to_vec()));
        assert_eq!(table, expected);
        assert!(outflow.denominators_not_counted.is_empty());
        assert!(outflow.denominators.iter().all(|line| !line.reported), "nobody has chosen one");
    }

    #[test]
    fn every_indicator_is_counted_or_named_as_not_counted() {
        let programme = waasland();

        let figures = TrajectoryFigures::beside(&programme, counts(), Vec::new());

        let counted: Vec<&str> = figures.indicators.iter().map(|figure| figure.code.as_str()).collect();
        assert_eq!(counted, ["outflow-to-work", "running-trajectories", "steps-below-work", "admissions"]);
        assert_eq!(counted.len() + figures.indicators_not_counted.len(), programme.indicators.len());
        assert_eq!(
            figures.indicators[1].count_targets.iter().map(|(_, number)| *number).collect::<Vec<_>>(),
            [50, 10]
        );
        assert_eq!((figures.running_min, figures.running_max), (Some(10), Some(50)));
    }

    #[test]
    fn families_and_children_are_counted_apart() {
        let file = include_str!("../../../../deploy/regions/katrol-asse/programmes/katrol.toml");
        let katrol = region::load_programme(&Source::new("katrol.toml", file)).unwrap();
        let counts = TrajectoryCounts {
            admissions: 2,
            families: 2,
            children: 5,
            children_in_focus: 3,
            ..TrajectoryCounts::default()
        };

        let figures = TrajectoryFigures::beside(&katrol, counts, Vec::new());

        let values: Vec<(&str, i64)> =
            figures.indicators.iter().map(|figure| (figure.code.as_str(), figure.value)).collect();
        assert_eq!(values, [("families", 2), ("children", 5), ("children-in-focus", 3)]);
        assert_eq!(figures.indicators[2].denominators[0].value, decimal("5"));
        assert!(figures.has_families);
        assert!(
            !TrajectoryFigures::beside(&waasland(), TrajectoryCounts::default(), Vec::new()).has_families
        );
    }

    #[test]
    fn a_running_trajectory_counts_by_its_weight_and_an_unknown_weight_counts_one() {
        let mut programme = waasland();
        let Capacity::Caseload(caseload) = &mut programme.capacity else { panic!("Waasland has a caseload") };
        for weight in &mut caseload.weights {
            if weight.code.as_str() == "intensive" {
                weight.weight = decimal("1.5");
            }
        }
        let mut counts = counts();
        counts.running_by_weight = [("intensive", 3), ("regular", 2), ("forgotten", 1), ("", 1)]
            .map(|(code, count)| Count { code: code.to_owned(), count })
            .to_vec();

        let figures = TrajectoryFigures::beside(&programme, counts, Vec::new());

        assert_eq!(figures.running_weighted, decimal("8.5"));
    }

    #[test]
    fn a_limit_that_the_file_does_not_set_is_no_denominator() {
        let mut programme = waasland();
        let Capacity::Caseload(caseload) = &mut programme.capacity else { panic!("Waasland has a caseload") };
        caseload.running_max = None;

        let figures = TrajectoryFigures::beside(&programme, counts(), Vec::new());

        assert_eq!(figures.indicators[0].denominators_not_counted, [Denominator::RunningMax]);
        assert_eq!(figures.indicators[0].denominators.len(), 4);
    }
}
