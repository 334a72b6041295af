//! NIS codes of municipalities.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::explained::Explained;
use crate::values::serde_by_text;

/// The five-digit code under which the statistics office knows a municipality.
///
/// Merged municipalities get a new one, so a code only means something together with a day: see
/// [`Region::municipality_at`](crate::Region::municipality_at).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NisCode(u32);

/// A text that is not a NIS code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NisCodeError {
    /// Something else than five digits.
    #[error("`{0}` is not a NIS code")]
    Shape(String),
    /// Five digits outside the Belgian provinces and arrondissements.
    #[error("`{0}` lies outside the NIS codes of Belgian municipalities")]
    Range(String),
}

impl Explained for NisCodeError {
    fn remedy(&self) -> String {
        match self {
            Self::Shape(_) => {
                "a NIS code has five digits, such as `46014` (a postal code has four)".to_owned()
            }
            Self::Range(_) => "NIS codes of municipalities run from 11001 to 93999".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Shape(_) => "NIS_CODE_SHAPE",
            Self::Range(_) => "NIS_CODE_RANGE",
        }
    }
}

impl NisCode {
    /// Reads a NIS code; the same as `FromStr`.
    pub fn parse(text: &str) -> Result<Self, NisCodeError> {
        let trimmed = text.trim();
        if trimmed.len() != 5 || !trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NisCodeError::Shape(text.to_owned()));
        }
        let number: u32 = trimmed.parse().map_err(|_| NisCodeError::Shape(text.to_owned()))?;
        // The first two digits are the arrondissement: 11 (Antwerpen) to 93 (Philippeville); 000 is the
        // arrondissement itself and no municipality.
        if !(11_000..94_000).contains(&number) || number.is_multiple_of(1_000) {
            return Err(NisCodeError::Range(text.to_owned()));
        }
        Ok(Self(number))
    }
}

impl FromStr for NisCode {
    type Err = NisCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for NisCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:05}", self.0)
    }
}

serde_by_text!(NisCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_digits_of_a_belgian_municipality_are_taken() {
        assert_eq!("46014".parse::<NisCode>().unwrap().to_string(), "46014");
        assert_eq!(" 44045 ".parse::<NisCode>().unwrap().to_string(), "44045");
    }

    #[test]
    fn a_postal_code_is_no_nis_code() {
        let error = "9160".parse::<NisCode>().unwrap_err();

        assert_eq!(error, NisCodeError::Shape("9160".to_owned()));
        assert!(error.remedy().contains("postal code has four"));
    }

    #[test]
    fn an_arrondissement_and_a_foreign_number_are_refused() {
        for outside in ["46000", "10001", "94001", "00001"] {
            assert_eq!(outside.parse::<NisCode>(), Err(NisCodeError::Range(outside.to_owned())));
        }
    }
}
