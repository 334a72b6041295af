//! Somebody works on a programme, for one component of it, paid by one organisation.

use chassis::id::{OrganisationId, WorkerId};
use jiff::civil::Date;
use region::{ComponentCode, PartnerCode, ProgrammeCode};

use super::Etag;
use super::fte::Fte;
use super::ids::EmploymentId;

/// An employment: what time sheets and wages hang on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employment {
    /// Employment.
    pub id: EmploymentId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// Who works.
    pub worker: WorkerId,
    /// Whose finance officer approves the hours.
    pub organisation: OrganisationId,
    /// Who pays.
    pub partner: PartnerCode,
    /// For which component.
    pub component: ComponentCode,
    /// From when to when.
    pub period: Period,
    /// Part of a full time; `None` when nobody said.
    pub fte: Option<Fte>,
    /// Counts every change.
    pub version: i64,
}

/// Days from a first to a last one, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day; `None` while it lasts.
    pub to: Option<Date>,
}

impl Period {
    /// Whether a day lies within.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|last| day <= last)
    }

    /// Whether two periods share a day.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|last| other.from <= last) && other.to.is_none_or(|last| self.from <= last)
    }

    /// Whether it ends before it begins.
    pub fn is_backwards(&self) -> bool {
        self.to.is_some_and(|last| last < self.from)
    }
}

impl Employment {
    /// Tag of its version.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }

    /// Whether both are of one person for one component and partner of a programme: such periods may not overlap, because an hour
    /// would have two sheets it could stand on.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.worker == other.worker
            && self.programme == other.programme
            && self.component == other.component
            && self.partner == other.partner
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn period(from: i8, to: Option<i8>) -> Period {
        Period { from: date(2024, 1, from), to: to.map(|day| date(2024, 1, day)) }
    }

    #[test]
    fn periods_that_touch_on_a_day_overlap_and_neighbours_do_not() {
        assert!(period(1, Some(10)).overlaps(&period(10, None)));
        assert!(!period(1, Some(10)).overlaps(&period(11, None)));
        assert!(period(1, None).overlaps(&period(20, Some(21))));
        assert!(period(5, Some(4)).is_backwards());
    }

    proptest! {
        #[test]
        fn two_periods_overlap_exactly_when_some_day_is_in_both(
            one in (1_i8..29, proptest::option::of(0_i8..20)), other in (1_i8..29, proptest::option::of(0_i8..20)),
        ) {
            let made = |(from, long): (i8, Option<i8>)| period(from, long.map(|long| (from + long).min(31)));
            let (one, other) = (made(one), made(other));
            let shared = (1..=31).any(|day| one.holds(date(2024, 1, day)) && other.holds(date(2024, 1, day)));
            prop_assert_eq!(one.overlaps(&other), shared);
            prop_assert_eq!(other.overlaps(&one), shared);
        }
    }
}
