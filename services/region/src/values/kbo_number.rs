//! Enterprise numbers of the Crossroads Bank for Enterprises (KBO).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::explained::Explained;
use crate::values::{digits_of, serde_by_text};

/// A KBO enterprise number: ten digits, of which the last two check the first eight.
///
/// Written with or without dots and spaces, or as the VAT number that starts with `BE`; kept as ten digits with
/// their leading zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KboNumber(u64);

/// A text that is not a KBO number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KboError {
    /// Something else than ten digits.
    #[error("`{0}` is not a KBO number")]
    Shape(String),
    /// Nine digits: the leading zero got lost, as spreadsheets do.
    #[error("`{0}` has nine digits")]
    LeadingZero(String),
    /// An establishment number, which starts with 2 to 8 (or 9, which is not given out).
    #[error("`{0}` is not the number of an enterprise")]
    Establishment(String),
    /// The check digits do not fit.
    #[error("the check digits of `{text}` do not fit")]
    CheckDigits {
        /// The text as it was given.
        text: String,
        /// The check digits that would fit the first eight digits.
        expected: u8,
    },
}

impl Explained for KboError {
    fn remedy(&self) -> String {
        match self {
            Self::Shape(_) => "write the ten digits of the enterprise, such as `0566.988.259`".to_owned(),
            Self::LeadingZero(text) => format!("put the zero back that a spreadsheet drops: `0{}`", text.trim()),
            Self::Establishment(_) => {
                "an enterprise number starts with 0 or 1; take that of the enterprise, not of its establishment"
                    .to_owned()
            }
            Self::CheckDigits { expected, .. } => format!(
                "look the number up in the KBO: either a digit is mistyped, or the last two should be `{expected:02}`"
            ),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Shape(_) => "KBO_SHAPE",
            Self::LeadingZero(_) => "KBO_LEADING_ZERO",
            Self::Establishment(_) => "KBO_ESTABLISHMENT",
            Self::CheckDigits { .. } => "KBO_CHECK_DIGITS",
        }
    }
}

/// Computes the check digits of the first eight digits: 97 minus their rest after division by 97.
fn check_digits(first_eight: u64) -> u64 {
    97 - first_eight % 97
}

impl KboNumber {
    /// Reads a KBO number; the same as `FromStr`.
    pub fn parse(text: &str) -> Result<Self, KboError> {
        let trimmed = text.trim();
        let bare = trimmed.strip_prefix("BE").or_else(|| trimmed.strip_prefix("be")).unwrap_or(trimmed);
        let shape = || KboError::Shape(text.to_owned());
        let digits = digits_of(bare, &['.', ' ']).ok_or_else(shape)?;
        match digits.len() {
            10 => {}
            9 => return Err(KboError::LeadingZero(text.to_owned())),
            _ => return Err(shape()),
        }
        let number: u64 = digits.parse().map_err(|_| shape())?;
        if number >= 2_000_000_000 {
            return Err(KboError::Establishment(text.to_owned()));
        }
        let expected = check_digits(number / 100);
        if number % 100 == expected {
            Ok(Self(number))
        } else {
            let expected = u8::try_from(expected).map_err(|_| shape())?;
            Err(KboError::CheckDigits { text: text.to_owned(), expected })
        }
    }

    /// Gives the ten digits as people read them: `0566.988.259`.
    pub fn dotted(self) -> String {
        format!("{:04}.{:03}.{:03}", self.0 / 1_000_000, self.0 / 1_000 % 1_000, self.0 % 1_000)
    }

    /// Gives the VAT number: `BE` and the ten digits.
    pub fn vat_number(self) -> String {
        format!("BE{self}")
    }
}

impl FromStr for KboNumber {
    type Err = KboError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for KboNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:010}", self.0)
    }
}

serde_by_text!(KboNumber);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_number_is_taken_in_every_way_of_writing() {
        for written in ["0566.988.259", "0566988259", "0566 988 259", "BE0566988259", "BE 0566.988.259"] {
            let number = written.parse::<KboNumber>().unwrap();

            assert_eq!(number.to_string(), "0566988259");
            assert_eq!(number.dotted(), "0566.988.259");
            assert_eq!(number.vat_number(), "BE0566988259");
        }
    }

    #[test]
    fn each_refusal_names_its_own_remedy() {
        let remedy = |text: &str| text.parse::<KboNumber>().unwrap_err();

        assert_eq!(remedy("566988259").remedy(), "put the zero back that a spreadsheet drops: `0566988259`");
        assert!(remedy("0566988258").remedy().ends_with("`59`"));
        assert!(matches!(remedy("2566988259"), KboError::Establishment(_)));
        assert!(matches!(remedy("0566-988-259"), KboError::Shape(_)));
        assert!(matches!(remedy(""), KboError::Shape(_)));
    }

    #[test]
    fn a_rest_of_zero_gives_ninety_seven() {
        // 97 itself: 00000097 mod 97 = 0.
        assert!("0000009797".parse::<KboNumber>().is_ok());
        assert!("0000009700".parse::<KboNumber>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_built_by_the_formula_is_taken_and_survives_writing(first_eight in 0_u64..20_000_000) {
            let text = format!("{first_eight:08}{:02}", 97 - first_eight % 97);
            let number = text.parse::<KboNumber>().unwrap();
            prop_assert_eq!(number.to_string(), text);
            prop_assert_eq!(number.dotted().parse::<KboNumber>().unwrap(), number);
        }

        #[test]
        fn one_changed_digit_is_always_noticed(
            first_eight in 0_u64..20_000_000, place in 1_usize..10, change in 1_u8..10,
        ) {
            let text = format!("{first_eight:08}{:02}", 97 - first_eight % 97);
            let mut digits = text.into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + change) % 10;
            let changed = String::from_utf8(digits).unwrap();
            prop_assert!(changed.parse::<KboNumber>().is_err());
        }
    }
}
