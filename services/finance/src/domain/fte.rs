//! The part of a full time that somebody works, exact in thousandths.

use std::fmt;

use region::Explained;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::parse::plain_decimal;

/// A part of a full time: above 0, at most 1, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fte(i16);

/// A text that is no part of a full time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a part of a full time")]
pub struct FteError;

impl Explained for FteError {
    fn remedy(&self) -> String {
        "write a number above 0 and at most 1 with at most three decimals, such as `0.8`, or nothing"
            .to_owned()
    }

    fn reason(&self) -> &'static str {
        "FTE_SHAPE"
    }
}

impl Fte {
    /// Reads a part of a full time; nothing is `None`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Option<Self>, FteError> {
        if text.is_empty() {
            return Ok(None);
        }
        let thousandths = plain_decimal(text)
            .and_then(|part| part.checked_mul(Decimal::ONE_THOUSAND))
            .filter(|part| part.fract().is_zero())
            .and_then(|part| part.to_i16());
        thousandths.and_then(Self::from_thousandths).map(Some).ok_or(FteError)
    }

    /// So many thousandths; `None` outside 1 to 1,000.
    pub fn from_thousandths(thousandths: i16) -> Option<Self> {
        (1..=1_000).contains(&thousandths).then_some(Self(thousandths))
    }

    /// In thousandths.
    pub const fn thousandths(self) -> i16 {
        self.0
    }
}

impl fmt::Display for Fte {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(i64::from(self.0), 3).normalize().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_full_time_is_above_zero_and_at_most_one() {
        assert_eq!(Fte::parse("0.350").unwrap().unwrap().to_string(), "0.35");
        assert_eq!(Fte::parse("1").unwrap().unwrap().to_string(), "1");
        assert_eq!(Fte::parse(""), Ok(None));
        for bad in ["0", "-0.5", "1.001", "0.3333", "0,5", "half", "99999999999999999999"] {
            assert_eq!(Fte::parse(bad), Err(FteError), "{bad}");
        }
    }
}
