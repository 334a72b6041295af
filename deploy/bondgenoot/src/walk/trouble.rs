//! How a walk fails.

use std::fmt;

/// What went wrong on the way, in one line.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    /// In words.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// An error with its causes.
    pub fn of(error: impl std::error::Error + 'static) -> Self {
        Self(chassis::error::Chain(&error).to_string())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}
