//! Days of a time sheet as they were typed, checked against the sheet they are for.

use std::collections::BTreeMap;

use chassis::error::Violation;
use chassis::id::IdGenerator;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::{DAY_MINUTES, Employment, Entry, EntryId, Month, TimeClass, parse_day};
use crate::error::Error;
use crate::fields::Fields;

/// Time on a day, as it was typed.
#[derive(Debug, Clone)]
pub struct EntryInput {
    /// Day.
    pub day: String,
    /// Class.
    pub class: TimeClass,
    /// Minutes.
    pub minutes: i32,
}

/// Where the days of a sheet may lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds<'a> {
    /// Month of the sheet.
    pub month: Month,
    /// Employment of the sheet.
    pub employment: &'a Employment,
    /// Today in the region.
    pub today: Date,
}

impl Bounds<'_> {
    /// A day on which this employment can have hours in this month.
    pub(super) fn day(&self, fields: &mut Fields, field: &str, text: &str) -> Option<Date> {
        let day = fields.take(field, parse_day(text))?;
        let wrong = if Month::of(day) != self.month {
            let remedy = format!("write a day of {}, or use the time sheet of its month", self.month);
            Violation::new(
                field,
                "DAY_OUTSIDE_MONTH",
                "the day is not in the month of the time sheet",
                remedy,
            )
        } else if !self.employment.period.holds(day) {
            let period = self.employment.period;
            let last = period.to.map_or_else(|| "today".to_owned(), |last| last.to_string());
            Violation::new(
                field,
                "DAY_OUTSIDE_EMPLOYMENT",
                "the person did not work for the organisation on this day",
                format!("write a day from {} to {last}, or let the employment be corrected", period.from),
            )
        } else if day > self.today {
            let remedy = format!("write a day up to {}", self.today);
            Violation::new(field, "DAY_IN_FUTURE", "the day lies after today", remedy)
        } else {
            return Some(day);
        };
        fields.add(wrong);
        None
    }
}

/// More minutes than a day has, or too few for a sheet.
fn minutes(fields: &mut Fields, field: String, minutes: i32) -> Option<i32> {
    let wrong = if minutes <= 0 {
        Violation::new(
            field,
            "MINUTES_NOT_POSITIVE",
            "the minutes must be above zero",
            "write 1 to 1440 whole minutes, or leave the day out",
        )
    } else if i64::from(minutes) > DAY_MINUTES {
        Violation::new(field, "MINUTES_OVER_DAY", "a day has 1440 minutes", "write 1 to 1440 whole minutes")
    } else {
        return Some(minutes);
    };
    fields.add(wrong);
    None
}

/// The entries, or every violation.
pub(super) fn check(
    inputs: &[EntryInput],
    bounds: &Bounds<'_>,
    ids: IdGenerator,
    at: Timestamp,
    by: Uuid,
) -> Result<Vec<Entry>, Error> {
    let mut fields = Fields::default();
    let mut entries: Vec<Entry> = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.iter().enumerate() {
        let day = bounds.day(&mut fields, &format!("entries[{place}].day"), &input.day);
        let minutes = minutes(&mut fields, format!("entries[{place}].minutes"), input.minutes);
        let Some((day, minutes)) = day.zip(minutes) else { continue };
        if entries.iter().any(|other| other.day == day && other.class == input.class) {
            fields.add(Violation::new(
                format!("entries[{place}].day"),
                "REPEATED",
                "the day is in the list twice in this class",
                "add the minutes up",
            ));
        }
        let (id, class) = (EntryId::generate(ids), input.class);
        entries.push(Entry { id, day, class, minutes, correction: None, at, by });
    }
    fields.finish(Some(entries))
}

/// Minutes by day.
pub(super) fn by_day<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    sign: i64,
    into: &mut BTreeMap<Date, i64>,
) {
    for entry in entries {
        *into.entry(entry.day).or_default() += sign * i64::from(entry.minutes);
    }
}
