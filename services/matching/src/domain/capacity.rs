//! How many cases a worker can take on.
//!
//! In a programme with a caseload: the share of full time, times the weighted cases that the programme file gives for a full-time
//! worker (16 to 18). What is compared is the exact product; only what is *shown* is rounded, to hundredths: the least up, the most
//! down, so that a shown number never promises a place that is not there. For cases that count 1, 0.8 of 18 is 14.4: fourteen fit
//! and a fifteenth does not. In a programme of visits: a number of families, whatever the share.

use std::fmt;
use std::str::FromStr;

use region::programme;
use rust_decimal::{Decimal, RoundingStrategy};
use thiserror::Error;

use super::Period;

/// Decimals of a share.
const SHARE_DECIMALS: u32 = 3;
/// Decimals of what is shown.
const SHOWN_DECIMALS: u32 = 2;

/// The share of a full-time worker: more than 0, at most 1, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FullTimeShare(Decimal);

/// A text that is no share of full time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShareError {
    /// Not a decimal number of at most three decimals.
    #[error("this is not a decimal number of at most three decimals")]
    Shape,
    /// Nothing, or less.
    #[error("a share of full time is more than 0")]
    TooSmall,
    /// More than one worker.
    #[error("a share of full time is at most 1")]
    TooLarge,
}

impl region::Explained for ShareError {
    fn remedy(&self) -> String {
        "write a share of full time such as `1`, `0.8` or `0.5`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "FULL_TIME_SHARE"
    }
}

impl FullTimeShare {
    /// All of it.
    pub const ONE: Self = Self(Decimal::ONE);

    /// The share as a number.
    pub const fn value(self) -> Decimal {
        self.0
    }
}

impl FromStr for FullTimeShare {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let share = Decimal::from_str_exact(text).ok().filter(|_| is_plain).ok_or(ShareError::Shape)?;
        if share.normalize().scale() > SHARE_DECIMALS {
            return Err(ShareError::Shape);
        }
        if share <= Decimal::ZERO {
            return Err(ShareError::TooSmall);
        }
        if share > Decimal::ONE { Err(ShareError::TooLarge) } else { Ok(Self(share.normalize())) }
    }
}

impl fmt::Display for FullTimeShare {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// A share of full time that a worker gives to a programme, from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Share of full time.
    pub share: FullTimeShare,
    /// From when to when. On any day the capacity with the latest first day counts.
    pub period: Period,
}

impl Capacity {
    /// The capacity that counts on a day: the one that began last, if it did not end.
    pub fn on(capacities: &[Self], day: jiff::civil::Date) -> Option<&Self> {
        let begun = capacities.iter().filter(|capacity| capacity.period.first <= day);
        begun.max_by_key(|capacity| capacity.period.first).filter(|capacity| capacity.period.contains(day))
    }
}

/// Between how many weighted cases a worker is rightly loaded. Exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// From here on the worker has enough.
    pub min: Decimal,
    /// Not passed without a reason.
    pub max: Decimal,
}

impl Load {
    /// No capacity at all.
    pub const NONE: Self = Self { min: Decimal::ZERO, max: Decimal::ZERO };

    /// What a programme file gives for a share of full time.
    pub fn of(model: &programme::Capacity, share: FullTimeShare) -> Self {
        match model {
            programme::Capacity::Caseload(caseload) => Self {
                min: caseload.per_fte_min.saturating_mul(share.value()),
                max: caseload.per_fte_max.saturating_mul(share.value()),
            },
            programme::Capacity::Visits(plan) => {
                let families = Decimal::from(plan.families_per_worker);
                Self { min: families, max: families }
            }
        }
    }

    /// Whether a case of this weight still fits beside those that run.
    pub fn has_room(&self, used: Decimal, weight: Decimal) -> bool {
        used.checked_add(weight).is_some_and(|sum| sum <= self.max)
    }

    /// The least as it is shown: hundredths, rounded up.
    pub fn shown_min(&self) -> Decimal {
        self.min.round_dp_with_strategy(SHOWN_DECIMALS, RoundingStrategy::ToPositiveInfinity).normalize()
    }

    /// The most as it is shown: hundredths, rounded down.
    pub fn shown_max(&self) -> Decimal {
        shown_down(self.max)
    }
}

/// A number as it is shown where a larger one would promise too much: hundredths, rounded down.
pub fn shown_down(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(SHOWN_DECIMALS, RoundingStrategy::ToNegativeInfinity).normalize()
}

/// How many matches a programme may have at once; `None` when its file says nothing.
pub const fn running_max(model: &programme::Capacity) -> Option<u32> {
    match model {
        programme::Capacity::Caseload(caseload) => caseload.running_max,
        programme::Capacity::Visits(plan) => plan.running_max,
    }
}

/// How heavy a case counts: the weight with this code. A programme without weights knows the empty code only, which counts 1.
/// `None` when the programme has no such weight.
pub fn case_weight(model: &programme::Capacity, code: &str) -> Option<Decimal> {
    let weights: &[programme::CaseWeight] = match model {
        programme::Capacity::Caseload(caseload) => &caseload.weights,
        programme::Capacity::Visits(_) => &[],
    };
    if weights.is_empty() {
        return code.is_empty().then_some(Decimal::ONE);
    }
    weights.iter().find(|weight| weight.code.as_str() == code).map(|weight| weight.weight)
}

/// The codes of the case weights of a programme.
pub fn weight_codes(model: &programme::Capacity) -> Vec<&str> {
    match model {
        programme::Capacity::Caseload(caseload) => {
            caseload.weights.iter().map(|weight| weight.code.as_str()).collect()
        }
        programme::Capacity::Visits(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use region::programme::{CaseWeight, Caseload, VisitPlan};

    use super::*;

    fn caseload() -> programme::Capacity {
        programme::Capacity::Caseload(Caseload {
            per_fte_min: Decimal::from(16),
            per_fte_max: Decimal::from(18),
            running_min: Some(10),
            running_max: Some(50),
            weights: vec![CaseWeight {
                code: "intensive".parse().unwrap(),
                label: String::new(),
                weight: Decimal::new(15, 1),
            }],
        })
    }

    fn share(text: &str) -> FullTimeShare {
        text.parse().unwrap()
    }

    #[test]
    fn a_share_is_more_than_nothing_and_at_most_one_worker() {
        for (text, expected) in [
            ("0", Err(ShareError::TooSmall)),
            ("0.000", Err(ShareError::TooSmall)),
            ("1.001", Err(ShareError::TooLarge)),
            ("0.8001", Err(ShareError::Shape)),
            ("-0.5", Err(ShareError::Shape)),
            ("1e-1", Err(ShareError::Shape)),
            ("0,5", Err(ShareError::Shape)),
            ("", Err(ShareError::Shape)),
        ] {
            assert_eq!(text.parse::<FullTimeShare>(), expected, "{text}");
        }
        assert_eq!(share("1").value(), Decimal::ONE);
        assert_eq!(share("0.800").to_string(), "0.8");
    }

    #[test]
    fn a_part_timer_carries_a_part_of_sixteen_to_eighteen() {
        let load = Load::of(&caseload(), share("0.8"));

        assert_eq!((load.shown_min(), load.shown_max()), (Decimal::new(128, 1), Decimal::new(144, 1)));
        assert!(load.has_room(Decimal::from(13), Decimal::ONE));
        assert!(!load.has_room(Decimal::from(14), Decimal::ONE));
        assert!(!load.has_room(Decimal::from(13), Decimal::new(15, 1)));
    }

    #[test]
    fn what_is_shown_never_promises_more_than_there_is() {
        let load = Load::of(&caseload(), share("0.333"));

        // 5.328 and 5.994.
        assert_eq!((load.shown_min(), load.shown_max()), (Decimal::new(533, 2), Decimal::new(599, 2)));
    }

    #[test]
    fn a_student_visits_so_many_families_whatever_the_share() {
        let visits = programme::Capacity::Visits(VisitPlan {
            visits_per_week: 2,
            school_weeks: 8,
            families_per_worker: 1,
            running_max: None,
        });

        for share in [FullTimeShare::ONE, share("0.2")] {
            let load = Load::of(&visits, share);
            assert!(load.has_room(Decimal::ZERO, Decimal::ONE));
            assert!(!load.has_room(Decimal::ONE, Decimal::ONE));
        }
        assert_eq!(case_weight(&visits, ""), Some(Decimal::ONE));
        assert_eq!(case_weight(&visits, "intensive"), None);
    }

    #[test]
    fn a_weight_is_one_of_the_programme() {
        assert_eq!(case_weight(&caseload(), "intensive"), Some(Decimal::new(15, 1)));
        assert_eq!(case_weight(&caseload(), "regular"), None);
        assert_eq!(case_weight(&caseload(), ""), None);
    }

    #[test]
    fn the_capacity_that_began_last_counts_until_it_ends() {
        let from = |first, last, text| Capacity { share: share(text), period: Period { first, last } };
        let capacities =
            [from(date(2024, 6, 1), Some(date(2024, 8, 31)), "0.5"), from(date(2024, 1, 1), None, "1")];
        let on = |day| Capacity::on(&capacities, day).map(|capacity| capacity.share.to_string());

        assert_eq!(on(date(2023, 12, 31)), None);
        assert_eq!(on(date(2024, 5, 31)).as_deref(), Some("1"));
        assert_eq!(on(date(2024, 6, 1)).as_deref(), Some("0.5"));
        assert_eq!(on(date(2024, 9, 1)), None);
    }

    proptest! {
        #[test]
        fn the_shown_most_is_the_exact_one_or_less_by_under_a_hundredth(thousandths in 1_i64..=1000) {
            let load = Load::of(&caseload(), Decimal::new(thousandths, 3).to_string().parse().unwrap());

            prop_assert!(load.shown_max() <= load.max && load.max - load.shown_max() < Decimal::new(1, 2));
            prop_assert!(load.shown_min() >= load.min && load.shown_min() - load.min < Decimal::new(1, 2));
        }
    }
}
