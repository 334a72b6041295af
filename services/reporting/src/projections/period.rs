//! The period of a report: whole days of the region.

use chassis::error::Violation;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Longest period, years.
const LONGEST_YEARS: i32 = 10;
/// Days outside of these are mistakes of typing, and some of them no database could keep.
const FIRST_DAY: Date = date(1900, 1, 1);
const LAST_DAY: Date = date(2999, 12, 31);

/// Whole days of the region, from the first to the last inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Date,
    to: Date,
}

/// Why two texts are no period; one entry per wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodError(pub Vec<Violation>);

impl Period {
    /// Reads the first and the last day as `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Days that are malformed or out of range, in the wrong order, or more than ten years apart: everything that is wrong.
    pub fn parse(from: &str, to: &str) -> Result<Self, PeriodError> {
        let (first, last) = (parse_day("from", from), parse_day("to", to));
        let (from, to) = match (first, last) {
            (Ok(from), Ok(to)) => (from, to),
            (first, last) => {
                return Err(PeriodError(first.err().into_iter().chain(last.err()).collect()));
            }
        };
        if from > to {
            return Err(PeriodError(vec![Violation::new(
                "to",
                "BEFORE_FROM",
                "is before the first day",
                "swap `from` and `to`",
            )]));
        }
        if from.saturating_add(LONGEST_YEARS.years()) < to {
            return Err(PeriodError(vec![Violation::new(
                "to",
                "PERIOD_TOO_LONG",
                "is more than ten years after the first day",
                "ask for at most ten years at a time",
            )]));
        }
        Ok(Self { from, to })
    }

    /// The first day.
    pub const fn first(self) -> Date {
        self.from
    }

    /// The last day, which belongs to it.
    pub const fn last(self) -> Date {
        self.to
    }

    /// The instants the period lies between: the start of its first day, and the start of the day after its last, which is
    /// outside. A day of 23 or 25 hours is a day.
    ///
    /// # Errors
    /// None that can occur within the days [`parse`](Self::parse) accepts.
    pub fn bounds(self, zone: &TimeZone) -> Result<(Timestamp, Timestamp), jiff::Error> {
        let start = self.from.to_zoned(zone.clone())?.timestamp();
        let end = self.to.tomorrow()?.to_zoned(zone.clone())?.timestamp();
        Ok((start, end))
    }
}

fn parse_day(field: &'static str, text: &str) -> Result<Date, Violation> {
    const REMEDY: &str = "write the day as YYYY-MM-DD, for example 2024-03-31";
    if text.is_empty() {
        return Err(Violation::new(field, "REQUIRED", "is missing", REMEDY));
    }
    // Stricter than jiff, which also takes `20240331` and a time behind the day.
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let day: Option<Date> = (shape == "0000-00-00").then(|| text.parse().ok()).flatten();
    match day {
        Some(day) if (FIRST_DAY..=LAST_DAY).contains(&day) => Ok(day),
        Some(_) => Err(Violation::new(
            field,
            "OUT_OF_RANGE",
            "lies outside the years 1900 to 2999",
            "check the year",
        )),
        None => Err(Violation::new(field, "MALFORMED", "is not a day of the calendar", REMEDY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brussels() -> TimeZone {
        TimeZone::get("Europe/Brussels").unwrap()
    }

    fn reasons(from: &str, to: &str) -> Vec<(String, &'static str)> {
        let violations = Period::parse(from, to).unwrap_err().0;
        violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
    }

    #[test]
    fn a_day_begins_and_ends_at_midnight_of_the_region_also_when_the_clock_changes() {
        // (day, first instant, first instant after it): winter, the day of 23 hours, summer, the day of 25 hours, leap day.
        for (day, start, end) in [
            ("2024-01-15", "2024-01-14T23:00:00Z", "2024-01-15T23:00:00Z"),
            ("2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
            ("2024-07-01", "2024-06-30T22:00:00Z", "2024-07-01T22:00:00Z"),
            ("2024-10-27", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
            ("2024-02-29", "2024-02-28T23:00:00Z", "2024-02-29T23:00:00Z"),
            ("2024-12-31", "2024-12-30T23:00:00Z", "2024-12-31T23:00:00Z"),
        ] {
            let (first, after) = Period::parse(day, day).unwrap().bounds(&brussels()).unwrap();

            assert_eq!((first, after), (start.parse().unwrap(), end.parse().unwrap()), "{day}");
        }
    }

    #[test]
    fn a_day_without_midnight_begins_when_it_begins() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();

        let (start, _) = Period::parse("2018-11-04", "2018-11-04").unwrap().bounds(&zone).unwrap();

        assert_eq!(start, "2018-11-04T03:00:00Z".parse().unwrap());
    }

    #[test]
    fn every_wrong_day_is_named() {
        assert_eq!(
            reasons("year 24", "2024-02-30"),
            [("from".to_owned(), "MALFORMED"), ("to".to_owned(), "MALFORMED")]
        );
        assert_eq!(reasons("", ""), [("from".to_owned(), "REQUIRED"), ("to".to_owned(), "REQUIRED")]);
        assert_eq!(
            reasons("0024-01-01", "9999-12-31"),
            [("from".to_owned(), "OUT_OF_RANGE"), ("to".to_owned(), "OUT_OF_RANGE")]
        );
        for malformed in
            ["20240101", "2024-01-01T10:00", "2024-1-1", " 2024-01-01", "-2024-01-01", "2024-13-01"]
        {
            assert_eq!(reasons(malformed, "2024-12-31"), [("from".to_owned(), "MALFORMED")], "{malformed}");
        }
    }

    #[test]
    fn the_first_day_may_not_be_after_the_last() {
        assert_eq!(reasons("2024-02-02", "2024-02-01"), [("to".to_owned(), "BEFORE_FROM")]);
        assert!(Period::parse("2024-02-01", "2024-02-01").is_ok());
    }

    #[test]
    fn ten_years_are_the_longest() {
        assert!(Period::parse("2014-01-01", "2024-01-01").is_ok());
        assert_eq!(reasons("2014-01-01", "2024-01-02"), [("to".to_owned(), "PERIOD_TOO_LONG")]);
        assert!(Period::parse("2989-12-31", "2999-12-31").is_ok());
    }
}
