//! The days on which schools are closed, and counting in school weeks.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::Serialize;
use toml_span::Span;

use crate::read::{File, Section};
use crate::report::MistakeKind;

/// Days on which every school of the region is closed. Free days of one school are a fact of that school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchoolHoliday {
    /// What it is called.
    pub name: String,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

/// The school calendar of a region, in the order of days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SchoolCalendar(Vec<SchoolHoliday>);

impl SchoolCalendar {
    /// Gives the holidays in the order of days.
    pub fn holidays(&self) -> &[SchoolHoliday] {
        &self.0
    }

    /// Gives the holiday that a day lies in.
    pub fn holiday_on(&self, day: Date) -> Option<&SchoolHoliday> {
        self.0.iter().find(|holiday| (holiday.first..=holiday.last).contains(&day))
    }

    /// Tells whether a day lies between the first and the last holiday of the calendar: outside, nothing is known.
    pub fn covers(&self, day: Date) -> bool {
        match (self.0.first(), self.0.last()) {
            (Some(first), Some(last)) => (first.first..=last.last).contains(&day),
            _ => false,
        }
    }

    /// Gives the Friday on which so many school weeks end, counted from the week of `start`.
    ///
    /// A week is a school week when schools are open on at least one day from Monday to Friday. `None` for no weeks
    /// at all, and when the calendar does not reach so far.
    pub fn end_of_school_weeks(&self, start: Date, weeks: u32) -> Option<Date> {
        let mut monday = monday_of(start)?;
        let mut left = weeks.checked_sub(1)?;
        loop {
            let friday = monday.checked_add(4.days()).ok()?;
            if !self.covers(friday) {
                return None;
            }
            if self.is_school_week(monday) {
                match left.checked_sub(1) {
                    None => return Some(friday),
                    Some(fewer) => left = fewer,
                }
            }
            monday = monday.checked_add(1.week()).ok()?;
        }
    }

    fn is_school_week(&self, monday: Date) -> bool {
        (0..5).any(|days| {
            monday.checked_add(i64::from(days).days()).is_ok_and(|day| self.holiday_on(day).is_none())
        })
    }

    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let mut holidays = section.tables("school_holiday", 0, |section| {
            let span = section.span;
            let name = section.text("name");
            let first = section.date("first");
            let last = section.date("last");
            if let (Some(first), Some(last)) = (first, last)
                && last < first
            {
                section.complain(
                    "last",
                    MistakeKind::Contradiction,
                    format!("the holiday ends on {last}, before it begins on {first}"),
                    "swap `first` and `last`, or correct one of them",
                );
            }
            Some((SchoolHoliday { name: name?, first: first?, last: last? }, span))
        })?;
        holidays.sort_by_key(|(holiday, _)| holiday.first);
        check_overlaps(section.file, &holidays);
        Some(Self(holidays.into_iter().map(|(holiday, _)| holiday).collect()))
    }
}

fn monday_of(day: Date) -> Option<Date> {
    let past = i64::from(day.weekday().since(Weekday::Monday));
    day.checked_sub(past.days()).ok()
}

fn check_overlaps(file: &File<'_>, holidays: &[(SchoolHoliday, Span)]) {
    for pair in holidays.windows(2) {
        if let [(earlier, _), (later, span)] = pair
            && later.first <= earlier.last
        {
            file.report(
                *span,
                MistakeKind::Duplicate,
                format!(
                    "{} begins on {}, while {} lasts until {}",
                    later.name, later.first, earlier.name, earlier.last
                ),
                "let the second begin after the first ends, or remove one of the two",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn calendar(holidays: &[(Date, Date)]) -> SchoolCalendar {
        let holiday = |(first, last): &(Date, Date)| SchoolHoliday {
            name: "vrij".to_owned(),
            first: *first,
            last: *last,
        };
        SchoolCalendar(holidays.iter().map(holiday).collect())
    }

    #[test]
    fn a_week_without_an_open_weekday_does_not_count_and_one_with_does() {
        let calendar = calendar(&[
            (date(2024, 9, 2), date(2024, 9, 2)),
            (date(2024, 9, 9), date(2024, 9, 13)),
            (date(2024, 9, 16), date(2024, 9, 19)),
            (date(2024, 12, 23), date(2024, 12, 31)),
        ]);

        assert_eq!(calendar.end_of_school_weeks(date(2024, 9, 2), 1), Some(date(2024, 9, 6)));
        assert_eq!(calendar.end_of_school_weeks(date(2024, 9, 9), 1), Some(date(2024, 9, 20)));
        assert_eq!(calendar.end_of_school_weeks(date(2024, 9, 4), 2), Some(date(2024, 9, 20)));
    }

    #[test]
    fn nothing_is_known_without_a_calendar() {
        assert_eq!(calendar(&[]).end_of_school_weeks(date(2024, 9, 2), 1), None);
    }
}
