//! Codes of languages.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::explained::Explained;
use crate::values::serde_by_text;

/// A language by its code of ISO 639: two or three lower-case letters, such as `nl`, `fr` or `prs`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageCode(String);

/// A text that is not a language code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a language code")]
pub struct LanguageCodeError(String);

impl Explained for LanguageCodeError {
    fn remedy(&self) -> String {
        "write the two or three lower-case letters of ISO 639, such as `nl`, `fr` or `ar`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "LANGUAGE_CODE"
    }
}

impl LanguageCode {
    /// Gives the code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LanguageCode {
    type Err = LanguageCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LanguageCodeError(text.to_owned()))
        }
    }
}

impl fmt::Display for LanguageCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

serde_by_text!(LanguageCode);
