//! Belgian postal codes.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::explained::Explained;
use crate::values::serde_by_text;

/// A Belgian postal code: four digits from 1000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostalCode(u16);

/// A text that is not a Belgian postal code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a Belgian postal code")]
pub struct PostalCodeError(String);

impl Explained for PostalCodeError {
    fn remedy(&self) -> String {
        "a Belgian postal code has four digits and lies between 1000 and 9999, such as `9160`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "POSTAL_CODE"
    }
}

impl PostalCode {
    /// Reads a postal code; the same as `FromStr`.
    pub fn parse(text: &str) -> Result<Self, PostalCodeError> {
        let trimmed = text.trim();
        let refused = || PostalCodeError(text.to_owned());
        if trimmed.len() != 4 || !trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        match trimmed.parse::<u16>() {
            Ok(number) if number >= 1_000 => Ok(Self(number)),
            _ => Err(refused()),
        }
    }
}

impl FromStr for PostalCode {
    type Err = PostalCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PostalCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

serde_by_text!(PostalCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_from_a_thousand_on_are_taken() {
        assert_eq!("9160".parse::<PostalCode>().unwrap().to_string(), "9160");
        for bad in ["916", "0999", "91600", "B-9160", "+916", ""] {
            assert!(bad.parse::<PostalCode>().is_err(), "`{bad}` was taken");
        }
    }
}
