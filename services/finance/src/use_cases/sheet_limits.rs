//! The limits of a person, over every programme of the region.

use std::collections::BTreeMap;

use chassis::database::Work;
use chassis::error::Violation;
use chassis::id::WorkerId;
use jiff::civil::{Date, date};

use crate::domain::{OverLimit, limits};
use crate::error::Error;
use crate::storage::time_entries;

/// Minutes of a person on each day of a year, over every programme. The person is held.
pub(super) async fn declared(
    work: &mut Work,
    worker: WorkerId,
    year: i16,
) -> Result<BTreeMap<Date, i64>, Error> {
    time_entries::declared(work.connection(), worker, date(year, 1, 1), date(year, 12, 31)).await
}

/// Refuses changes that break a limit. `field_of` names the field of a day.
pub(super) fn check(
    declared: &BTreeMap<Date, i64>,
    changes: &BTreeMap<Date, i64>,
    cap_hours: u32,
    whole: &str,
    field_of: impl Fn(Date) -> String,
) -> Result<(), Error> {
    limits(declared, changes, cap_hours).map_err(|over| {
        Error::Invalid(vec![match over {
            OverLimit::Day(day) => Violation::new(
                field_of(day),
                "MINUTES_OVER_DAY",
                "the person would have more than 24 hours on this day, over all projects",
                "write fewer minutes, or correct the other time sheets of the person first",
            ),
            OverLimit::Year { left } => Violation::new(
                whole,
                "HOURS_OVER_CAP",
                format!("one person can declare at most {cap_hours} hours in a year, over all projects"),
                format!("add at most {left} minutes in this year"),
            ),
        }])
    })
}
