//! When a schedule starts jobs: a line of cron in a time zone, as Kubernetes reads it.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Days that are looked through: the 29th of February comes back after eight years at most.
const DAYS: usize = 8 * 366;
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// When a schedule starts jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    zone: TimeZone,
    /// A bit per minute, hour, day of the month, month and day of the week.
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether days of the month, and of the week, are chosen: of two choices one is enough.
    by_day: bool,
    by_weekday: bool,
}

impl Timetable {
    /// Reads a line of cron: five fields with `*`, `?`, lists, ranges, steps and English names, or `@daily` and its kin. `None` for
    /// anything else.
    pub fn parse(line: &str, zone: TimeZone) -> Option<Self> {
        let line = match line.trim() {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            other => other,
        };
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else { return None };
        // Sunday is 0 and 7.
        let weekdays_set = field(weekdays, 0, 7, &WEEKDAYS)?;
        Some(Self {
            zone,
            minutes: field(minutes, 0, 59, &[])?,
            hours: field(hours, 0, 23, &[])?,
            days: field(days, 1, 31, &[])?,
            months: field(months, 1, 12, &MONTHS)?,
            weekdays: weekdays_set & 0x7f | weekdays_set >> 7,
            by_day: !days.starts_with(['*', '?']),
            by_weekday: !weekdays.starts_with(['*', '?']),
        })
    }

    /// The first time after this one; `None` when there is none in years.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let first = after.to_zoned(self.zone.clone()).date();
        let mut day = first;
        for _ in 0..DAYS {
            let found = self.times(day).find_map(|time| self.at(day, time).filter(|at| *at > after));
            if found.is_some() {
                return found;
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }

    /// The last time before this one, or at it; `None` when there is none in years.
    pub fn last(&self, before: Timestamp) -> Option<Timestamp> {
        let mut day = before.to_zoned(self.zone.clone()).date();
        for _ in 0..DAYS {
            let found = self.times(day).rev().find_map(|time| self.at(day, time).filter(|at| *at <= before));
            if found.is_some() {
                return found;
            }
            day = day.checked_sub(1.day()).ok()?;
        }
        None
    }

    fn times(&self, day: Date) -> impl DoubleEndedIterator<Item = Time> {
        let (hours, minutes) = if self.has_day(day) { (self.hours, self.minutes) } else { (0, 0) };
        let hours = (0..24_i8).filter(move |hour| hours >> hour & 1 == 1);
        hours.flat_map(move |hour| {
            let minutes = (0..60_i8).filter(move |minute| minutes >> minute & 1 == 1);
            minutes.filter_map(move |minute| Time::new(hour, minute, 0, 0).ok())
        })
    }

    fn has_day(&self, day: Date) -> bool {
        let has = |bits: u64, number: i8| bits >> number & 1 == 1;
        let of_month = has(self.days, day.day());
        let of_week = has(self.weekdays, day.weekday().since(Weekday::Sunday));
        let chosen = if self.by_day && self.by_weekday { of_month || of_week } else { of_month && of_week };
        has(self.months, day.month()) && chosen
    }

    /// The instant of a local time. One that the change to summer time leaves out is none: nothing runs then.
    fn at(&self, day: Date, time: Time) -> Option<Timestamp> {
        let local = self.zone.to_ambiguous_timestamp(DateTime::from_parts(day, time));
        match local.offset() {
            jiff::tz::AmbiguousOffset::Gap { .. } => None,
            _ => local.earlier().ok(),
        }
    }
}

/// A bit per number of a field.
fn field(text: &str, lowest: u32, highest: u32, names: &[&str]) -> Option<u64> {
    let number = |text: &str| -> Option<u32> {
        let place = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let by_name = place.and_then(|place| u32::try_from(place).ok()).map(|place| place + lowest);
        by_name.or_else(|| text.parse().ok()).filter(|number| (lowest..=highest).contains(number))
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse().ok().filter(|step: &usize| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*" | "?", _) => (lowest, highest),
            (_, Some((from, to))) => (number(from)?, number(to)?),
            // `5/15` goes on to the end.
            (one, None) => (number(one)?, if step.is_some() { highest } else { number(one)? }),
        };
        if from > to {
            return None;
        }
        for number in (from..=to).step_by(step.unwrap_or(1)) {
            bits |= 1 << number;
        }
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(line: &str) -> Timetable {
        Timetable::parse(line, TimeZone::get("Europe/Brussels").unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(line: &str, now: &str, last: &str, next: &str) {
        let table = table(line);
        assert_eq!(table.last(at(now)).unwrap().to_string(), last, "last of {line}");
        assert_eq!(table.next(at(now)).unwrap().to_string(), next, "next of {line}");
    }

    #[test]
    fn times_lie_around_now_in_the_zone_of_the_schedule() {
        check("30 4 * * *", "2026-11-23T07:00:00Z", "2026-11-23T03:30:00Z", "2026-11-24T03:30:00Z");
        check("30 4 * * *", "2026-07-01T02:30:00Z", "2026-07-01T02:30:00Z", "2026-07-02T02:30:00Z");
        check("*/20 8-9 * * mon-fri", "2026-11-22T12:00:00Z", "2026-11-20T08:40:00Z", "2026-11-23T07:00:00Z");
        check("0 6 1 jan,JUL *", "2026-11-23T00:00:00Z", "2026-07-01T04:00:00Z", "2027-01-01T05:00:00Z");
        check("0 12 29 2 *", "2026-11-23T00:00:00Z", "2024-02-29T11:00:00Z", "2028-02-29T11:00:00Z");
        check("@weekly", "2026-11-23T12:00:00Z", "2026-11-21T23:00:00Z", "2026-11-28T23:00:00Z");
        check("0 5 * * 7", "2026-11-23T12:00:00Z", "2026-11-22T04:00:00Z", "2026-11-29T04:00:00Z");
        check("50/5 3 * * ?", "2026-11-23T02:52:00Z", "2026-11-23T02:50:00Z", "2026-11-23T02:55:00Z");
    }

    #[test]
    fn of_a_day_of_the_month_and_one_of_the_week_either_is_enough() {
        check("0 5 15 * mon", "2026-11-14T12:00:00Z", "2026-11-09T04:00:00Z", "2026-11-15T04:00:00Z");
    }

    #[test]
    fn an_hour_that_summer_time_leaves_out_runs_nothing_and_one_that_comes_twice_is_found() {
        check("30 2 * * *", "2026-03-29T12:00:00Z", "2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z");
        check("30 2 * * *", "2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    }

    #[test]
    fn what_kubernetes_would_refuse_is_not_understood() {
        for line in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "@often",
        ] {
            assert_eq!(Timetable::parse(line, TimeZone::UTC), None, "{line}");
        }
        assert_eq!(table("0 0 31 2 *").next(at("2026-11-23T00:00:00Z")), None);
    }
}
