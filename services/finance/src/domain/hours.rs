//! Hours of work, with as many decimals as the programme counts.

use std::fmt;

use chassis::money::OutOfRange;
use region::Explained;
use rust_decimal::{Decimal, RoundingStrategy};

use super::parse::plain_decimal;

/// Hours of work: zero or more, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours(Decimal);

/// A text that is no number of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Nothing was given.
    #[error("no hours are given")]
    Missing,
    /// Not a plain decimal.
    #[error("this is not a number of hours")]
    Shape,
    /// Finer than the programme counts.
    #[error("the programme counts hours with at most {allowed} decimals")]
    TooManyDecimals {
        /// How many it has.
        allowed: u32,
    },
    /// Zero or less.
    #[error("hours must be above zero")]
    NotPositive,
    /// More than one person can declare in a year.
    #[error("one person can declare at most {cap} hours in a year")]
    OverCap {
        /// The limit of the programme.
        cap: u32,
    },
}

impl Explained for HoursError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing | Self::Shape => {
                "write digits with a dot before the decimals, such as `602.047`".to_owned()
            }
            Self::TooManyDecimals { allowed } => format!("round to {allowed} decimals"),
            Self::NotPositive => "write more than 0, or remove the line".to_owned(),
            Self::OverCap { cap } => {
                format!(
                    "write at most {cap} over all lines of this person in the year, or divide the work over more persons"
                )
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "HOURS_SHAPE",
            Self::TooManyDecimals { .. } => "HOURS_DECIMALS",
            Self::NotPositive => "HOURS_NOT_POSITIVE",
            Self::OverCap { .. } => "HOURS_OVER_CAP",
        }
    }
}

impl Hours {
    /// No hours.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads the hours of one person in a year.
    ///
    /// # Errors
    /// Says what is wrong, and what the programme allows.
    pub fn parse(text: &str, decimals: u32, cap: u32) -> Result<Self, HoursError> {
        if text.is_empty() {
            return Err(HoursError::Missing);
        }
        let hours = plain_decimal(text).ok_or(HoursError::Shape)?;
        if hours <= Decimal::ZERO {
            return Err(HoursError::NotPositive);
        }
        // The cap first: a number far above it has room for no decimals to complain about.
        if hours > Decimal::from(cap) {
            return Err(HoursError::OverCap { cap });
        }
        if hours.normalize().scale() > decimals {
            return Err(HoursError::TooManyDecimals { allowed: decimals });
        }
        Ok(Self(hours.normalize()))
    }

    /// Hours that were checked when they were stored, or computed; `None` when they are below zero.
    pub fn from_decimal(hours: Decimal) -> Option<Self> {
        (!hours.is_sign_negative() || hours.is_zero()).then(|| Self(hours.normalize()))
    }

    /// The hours of some minutes, rounded half up to the decimals of the programme.
    pub fn of_minutes(minutes: Decimal, decimals: u32) -> Self {
        let hours = minutes / Decimal::from(60);
        Self(hours.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
    }

    /// As a number.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// The sum.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, OutOfRange> {
        self.0.checked_add(other.0).map(Self).ok_or(OutOfRange)
    }

    /// How it is shown: with all decimals of the programme.
    pub fn shown(self, decimals: u32) -> String {
        let width = usize::try_from(decimals).unwrap_or_default();
        format!("{:.width$}", self.0)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, HoursError> {
        Hours::parse(text, 3, 1720).map(|hours| hours.to_string())
    }

    #[test]
    fn hours_have_the_decimals_of_the_programme() {
        assert_eq!(read("859.95"), Ok("859.95".to_owned()));
        assert_eq!(read("602.047"), Ok("602.047".to_owned()));
        assert_eq!(read("103.2000"), Ok("103.2".to_owned()), "zeros say nothing");
        assert_eq!(read("602.0471"), Err(HoursError::TooManyDecimals { allowed: 3 }));
    }

    #[test]
    fn minutes_become_hours_by_the_decimals_of_the_programme() {
        let shown =
            |minutes: u32, decimals| Hours::of_minutes(Decimal::from(minutes), decimals).shown(decimals);

        assert_eq!(shown(50, 3), "0.833");
        assert_eq!(shown(20, 2), "0.33");
        assert_eq!(shown(90, 3), "1.500");
        assert_eq!(shown(3, 1), "0.1", "half up");
    }

    #[test]
    fn nobody_works_more_than_the_cap_or_less_than_nothing() {
        assert_eq!(read("1720"), Ok("1720".to_owned()));
        assert_eq!(read("1720.001"), Err(HoursError::OverCap { cap: 1720 }));
        assert_eq!(read("99999999999999999999"), Err(HoursError::OverCap { cap: 1720 }));
        assert_eq!(read("0"), Err(HoursError::NotPositive));
        assert_eq!(read("-1"), Err(HoursError::NotPositive));
        assert_eq!(read(""), Err(HoursError::Missing));
        assert_eq!(read("8,5"), Err(HoursError::Shape));
    }
}
