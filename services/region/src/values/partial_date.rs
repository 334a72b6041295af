//! Dates of which only a part may be known.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::Date;
use thiserror::Error;

use crate::explained::Explained;
use crate::values::serde_by_text;

/// The years that a date in a person's or a programme's life can have.
const YEARS: RangeInclusive<i16> = 1900..=2100;

/// A date of which the day, or the day and the month, may be unknown: `2022-06-14`, `2022-06` or `2022`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialDate {
    /// The first day that it can be.
    earliest: Date,
    /// The last day that it can be.
    latest: Date,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Precision {
    Year,
    Month,
    Day,
}

/// A text that is not a (partial) date. Holds no part of it: a birth date is personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PartialDateError {
    /// Not `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[error("this is not a date")]
    Shape,
    /// A year of two digits.
    #[error("the year has two digits, so the century is unknown")]
    ShortYear,
    /// A year outside 1900 to 2100.
    #[error("the year {0} is not plausible")]
    Year(i16),
    /// A month outside 1 to 12.
    #[error("there is no month {0}")]
    Month(i8),
    /// A day that the month does not have.
    #[error("this month has no day {0}")]
    Day(i8),
}

impl Explained for PartialDateError {
    fn remedy(&self) -> String {
        match self {
            Self::Shape => {
                "write `2022-06-14`, or `2022-06` or `2022` when the day or the month is unknown".to_owned()
            }
            Self::ShortYear => "write the year in four digits, such as `1924` or `2024`".to_owned(),
            Self::Year(_) => format!("a year lies between {} and {}", YEARS.start(), YEARS.end()),
            Self::Month(_) => "the month comes second and runs from 01 to 12: `2022-06-14`".to_owned(),
            Self::Day(_) => "correct the day, or leave it out when it is unknown: `2022-06`".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Shape => "DATE_SHAPE",
            Self::ShortYear => "DATE_SHORT_YEAR",
            Self::Year(_) => "DATE_YEAR",
            Self::Month(_) => "DATE_MONTH",
            Self::Day(_) => "DATE_DAY",
        }
    }
}

impl PartialDate {
    /// Reads a partial date; the same as `FromStr`.
    pub fn parse(text: &str) -> Result<Self, PartialDateError> {
        let mut parts = text.trim().split('-');
        let year = parts.next().unwrap_or_default();
        let month = parts.next().map(two_digits).transpose()?;
        let day = parts.next().map(two_digits).transpose()?;
        if parts.next().is_some() || !year.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PartialDateError::Shape);
        }
        let year: i16 = match year.len() {
            4 => year.parse().map_err(|_| PartialDateError::Shape)?,
            2 => return Err(PartialDateError::ShortYear),
            _ => return Err(PartialDateError::Shape),
        };
        Self::new(year, month, day)
    }

    /// Puts a partial date together; a day without a month has no meaning and is refused as [`PartialDateError::Shape`].
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Result<Self, PartialDateError> {
        if !YEARS.contains(&year) {
            return Err(PartialDateError::Year(year));
        }
        let date = |month: i8, day: i8| Date::new(year, month, day).map_err(|_| PartialDateError::Day(day));
        let (earliest, latest, precision) = match (month, day) {
            (None, None) => (date(1, 1)?, date(12, 31)?, Precision::Year),
            (None, Some(_)) => return Err(PartialDateError::Shape),
            (Some(month), _) if !(1..=12).contains(&month) => return Err(PartialDateError::Month(month)),
            (Some(month), None) => {
                let first = date(month, 1)?;
                (first, first.last_of_month(), Precision::Month)
            }
            (Some(month), Some(day)) => {
                let exact = date(month, day)?;
                (exact, exact, Precision::Day)
            }
        };
        Ok(Self { earliest, latest, precision })
    }

    /// Gives the year.
    pub fn year(self) -> i16 {
        self.earliest.year()
    }

    /// Gives the month, 1 to 12, when it is known.
    pub fn month(self) -> Option<i8> {
        (self.precision != Precision::Year).then(|| self.earliest.month())
    }

    /// Gives the day of the month when it is known.
    pub fn day(self) -> Option<i8> {
        (self.precision == Precision::Day).then(|| self.earliest.day())
    }

    /// Gives the whole date when every part of it is known.
    pub fn exact(self) -> Option<Date> {
        (self.precision == Precision::Day).then_some(self.earliest)
    }

    /// Gives the first day that it can be.
    pub fn earliest(self) -> Date {
        self.earliest
    }

    /// Gives the last day that it can be.
    pub fn latest(self) -> Date {
        self.latest
    }

    /// Gives the ages in whole years that somebody born then can have on `day`.
    ///
    /// One age when the birth date is known exactly. Somebody born on 29 February gets a year older on 1 March of
    /// a year without that day. Negative when `day` lies before the birth.
    pub fn age_on(self, day: Date) -> RangeInclusive<i16> {
        whole_years(self.latest, day)..=whole_years(self.earliest, day)
    }
}

fn whole_years(birth: Date, day: Date) -> i16 {
    let birthday_is_still_to_come = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(birthday_is_still_to_come)
}

fn two_digits(text: &str) -> Result<i8, PartialDateError> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| PartialDateError::Shape)
    } else {
        Err(PartialDateError::Shape)
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { earliest: date, latest: date, precision: Precision::Day }
    }
}

impl FromStr for PartialDate {
    type Err = PartialDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.earliest;
        match self.precision {
            Precision::Year => write!(formatter, "{:04}", date.year()),
            Precision::Month => write!(formatter, "{:04}-{:02}", date.year(), date.month()),
            Precision::Day => write!(formatter, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        }
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PartialDate({self})")
    }
}

serde_by_text!(PartialDate);

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_unknown_stays_unknown() {
        let month: PartialDate = "2022-06".parse().unwrap();

        assert_eq!(month.to_string(), "2022-06");
        assert_eq!((month.month(), month.day(), month.exact()), (Some(6), None, None));
        assert_eq!((month.earliest(), month.latest()), (date(2022, 6, 1), date(2022, 6, 30)));
        assert_eq!("2022".parse::<PartialDate>().unwrap().month(), None);
    }

    #[test]
    fn a_year_of_two_digits_is_refused_with_the_remedy() {
        let error = "24".parse::<PartialDate>().unwrap_err();

        assert_eq!(error, PartialDateError::ShortYear);
        assert_eq!(error.remedy(), "write the year in four digits, such as `1924` or `2024`");
    }

    #[test]
    fn what_is_no_date_is_refused_by_its_own_name() {
        for (text, error) in [
            ("1899", PartialDateError::Year(1899)),
            ("2101", PartialDateError::Year(2101)),
            ("0024-01-01", PartialDateError::Year(24)),
            ("2022-13", PartialDateError::Month(13)),
            ("2022-00", PartialDateError::Month(0)),
            ("2023-02-29", PartialDateError::Day(29)),
            ("2022-6", PartialDateError::Shape),
            ("14-06-2022", PartialDateError::Shape),
            ("24-06", PartialDateError::ShortYear),
            ("2022-06-14-01", PartialDateError::Shape),
            ("14/06/2022", PartialDateError::Shape),
            ("", PartialDateError::Shape),
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(error), "{text}");
        }
    }

    #[test]
    fn the_age_of_a_partly_known_birth_is_a_range() {
        let born: PartialDate = "2006-06".parse().unwrap();

        assert_eq!(born.age_on(date(2024, 6, 14)), 17..=18);
        assert_eq!(born.age_on(date(2024, 7, 1)), 18..=18);
        assert_eq!(PartialDate::from(date(2006, 6, 14)).age_on(date(2024, 6, 13)), 17..=17);
        assert_eq!(PartialDate::from(date(2004, 2, 29)).age_on(date(2022, 2, 28)), 17..=17);
        assert_eq!(PartialDate::from(date(2004, 2, 29)).age_on(date(2022, 3, 1)), 18..=18);
    }

    proptest! {
        #[test]
        fn writing_and_reading_gives_the_same(year in 1900_i16..=2100, month in 1_i8..=12, day in 1_i8..=31) {
            let dates = [
                PartialDate::new(year, None, None),
                PartialDate::new(year, Some(month), None),
                PartialDate::new(year, Some(month), Some(day)),
            ];
            for date in dates.into_iter().flatten() {
                prop_assert_eq!(date.to_string().parse::<PartialDate>(), Ok(date));
                prop_assert!(date.earliest() <= date.latest());
            }
        }
    }
}
