//! A line of staff in a budget.

use std::fmt;

use chassis::id::WorkerId;
use chassis::money::Money;
use region::{ComponentCode, Explained, PartnerCode, PartnerKind};

use super::hours::Hours;
use super::ids::LineId;

/// Longest row key.
const LONGEST: usize = 20;

/// What the hours of somebody are priced by. Personal, and a secret of this service: shown by nothing but [`expose`](Self::expose).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Wage(Money);

impl Wage {
    /// A wage that was read or opened.
    pub const fn new(money: Money) -> Self {
        Self(money)
    }

    /// The amount, for pricing, sealing, and the answer to the finance officer.
    pub const fn expose(self) -> Money {
        self.0
    }
}

impl fmt::Debug for Wage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Wage(..)")
    }
}

/// The name of a line within its budget, such as `r01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey(String);

/// A text that cannot name a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowKeyError {
    /// Nothing was given.
    #[error("the row has no key")]
    Missing,
    /// Other characters, or too many.
    #[error("this cannot be the key of a row")]
    Shape,
}

impl Explained for RowKeyError {
    fn remedy(&self) -> String {
        format!("write 1 to {LONGEST} lower-case letters, digits and hyphens, such as `r01`; never a name")
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "ROW_KEY_SHAPE",
        }
    }
}

impl RowKey {
    /// Reads a key.
    ///
    /// # Errors
    /// Says what is wrong without repeating it.
    pub fn parse(text: &str) -> Result<Self, RowKeyError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() {
            Err(RowKeyError::Missing)
        } else if text.len() <= LONGEST && !text.starts_with('-') && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RowKeyError::Shape)
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Somebody's hours in a budget, recruited or still to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffLine {
    /// Line.
    pub id: LineId,
    /// Its name within the budget; lines are shown in the order of their names.
    pub row: RowKey,
    /// Component it belongs to.
    pub component: ComponentCode,
    /// Organisation that employs.
    pub partner: PartnerCode,
    /// What kind of organisation that was when the line was written.
    pub partner_kind: PartnerKind,
    /// Who it is; `None` while nobody is recruited.
    pub worker: Option<WorkerId>,
    /// What the hours are priced by.
    pub wage: Wage,
    /// Hours in the year.
    pub hours: Hours,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_key_is_short_and_no_name() {
        for good in ["r01", "1", "coach-2", "a"] {
            assert!(RowKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["Kanarie", "r 1", "-r", "é", "r_1", "a-very-long-key-of-21", "r01\n"] {
            assert_eq!(RowKey::parse(bad), Err(RowKeyError::Shape), "{bad}");
        }
        assert_eq!(RowKey::parse(""), Err(RowKeyError::Missing));
    }

    #[test]
    fn a_wage_is_not_printed_by_accident() {
        assert_eq!(format!("{:?}", Wage::new(Money::from_cents(358_500))), "Wage(..)");
    }
}
