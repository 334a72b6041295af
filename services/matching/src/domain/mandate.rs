//! Mandates: what gives a worker a role, dated.

pub use chassis::id::MandateId;
use jiff::civil::Date;
use region::ProgrammeCode;
use region::programme::{Role, Scope};
use thiserror::Error;

use super::{Period, WorkerId};

/// A mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Mandate.
    pub id: MandateId,
    /// Whose.
    pub worker: WorkerId,
    /// In which role.
    pub role: Role,
    /// In which programme; `None` is all.
    pub programme: Option<ProgrammeCode>,
    /// How far it reaches.
    pub scope: Scope,
    /// From when to when.
    pub period: Period,
}

/// What a mandate does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MandateError {
    /// The last day lies before the first.
    #[error("the mandate would end before it begins")]
    BeforeFirstDay,
    /// The mandate ends earlier already.
    #[error("the mandate ends earlier already")]
    EndsEarlier,
    /// Another mandate in this role holds on some of the days.
    #[error("another mandate in this role holds on some of these days")]
    Overlaps,
}

impl Mandate {
    /// Whether the mandate lets its worker act in this role in this programme on this day.
    pub fn allows(&self, role: Role, programme: &ProgrammeCode, day: Date) -> bool {
        self.role == role
            && self.programme.as_ref().is_none_or(|own| own == programme)
            && self.period.contains(day)
    }

    /// Checks a new mandate against those that the worker has: two in one role for one programme never hold on the same day.
    pub fn check_beside(&self, others: &[Self]) -> Result<(), MandateError> {
        let clashes = |other: &Self| {
            let same_programme = match (&self.programme, &other.programme) {
                (Some(own), Some(other)) => own == other,
                (None, _) | (_, None) => true,
            };
            other.role == self.role && same_programme && other.period.overlaps(&self.period)
        };
        if others.iter().any(clashes) { Err(MandateError::Overlaps) } else { Ok(()) }
    }

    /// Gives it a last day.
    pub fn end(&mut self, last: Date) -> Result<(), MandateError> {
        if last < self.period.first {
            return Err(MandateError::BeforeFirstDay);
        }
        if self.period.last.is_some_and(|present| present < last) {
            return Err(MandateError::EndsEarlier);
        }
        self.period.last = Some(last);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;

    fn mandate(role: Role, programme: Option<&str>, first: Date, last: Option<Date>) -> Mandate {
        Mandate {
            id: MandateId::from_uuid(Uuid::from_u128(1)),
            worker: WorkerId::from_uuid(Uuid::from_u128(2)),
            role,
            programme: programme.map(|code| code.parse().unwrap()),
            scope: Scope::OwnCases,
            period: Period { first, last },
        }
    }

    #[test]
    fn two_mandates_in_one_role_never_hold_on_one_day() {
        let spring = date(2024, 3, 1);
        let known = [mandate(Role::Coach, Some("w-esf"), spring, Some(date(2024, 5, 31)))];

        for (other, expected) in [
            (mandate(Role::Coach, Some("w-esf"), date(2024, 5, 31), None), Err(MandateError::Overlaps)),
            (mandate(Role::Coach, None, date(2024, 1, 1), None), Err(MandateError::Overlaps)),
            (mandate(Role::Coach, Some("w-esf"), date(2024, 6, 1), None), Ok(())),
            (mandate(Role::Coach, Some("other"), spring, None), Ok(())),
            (mandate(Role::Coordinator, Some("w-esf"), spring, None), Ok(())),
        ] {
            assert_eq!(other.check_beside(&known), expected, "{other:?}");
        }
    }

    #[test]
    fn an_end_lies_inside_the_mandate() {
        let mut mandate = mandate(Role::Coach, None, date(2024, 3, 1), Some(date(2024, 5, 31)));

        assert_eq!(mandate.end(date(2024, 2, 29)), Err(MandateError::BeforeFirstDay));
        assert_eq!(mandate.end(date(2024, 6, 1)), Err(MandateError::EndsEarlier));
        assert_eq!(mandate.end(date(2024, 3, 1)), Ok(()));
        assert!(mandate.allows(Role::Coach, &"any".parse().unwrap(), date(2024, 3, 1)));
        assert!(!mandate.allows(Role::Coach, &"any".parse().unwrap(), date(2024, 3, 2)));
    }
}
