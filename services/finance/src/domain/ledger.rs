//! What was booked for a programme under its separate accounting code.

use chassis::money::Money;
use jiff::Timestamp;
use region::{ComponentCode, Explained, PartnerCode, ProgrammeCode};
use uuid::Uuid;

use super::contact_time::Month;
use super::ids::LedgerEntryId;

/// Longest accounting code.
const LONGEST: usize = 20;

/// What an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerKind {
    /// Staff.
    Staff,
    /// What the flat rate covers.
    FlatRate,
}

impl LedgerKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Staff, Self::FlatRate];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::FlatRate => "flat_rate",
        }
    }
}

/// An amount that was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Entry.
    pub id: LedgerEntryId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// Month it is for.
    pub month: Month,
    /// Component.
    pub component: ComponentCode,
    /// Partner.
    pub partner: PartnerCode,
    /// What it is for.
    pub kind: LedgerKind,
    /// Accounting code.
    pub account: String,
    /// How much; below zero exactly when it reverses another.
    pub amount: Money,
    /// Which document is behind it, or why it reverses.
    pub document: String,
    /// Which entry it reverses.
    pub reverses: Option<LedgerEntryId>,
    /// When and by whom it was booked.
    pub booked: (Timestamp, Uuid),
}

/// A text that is no accounting code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Nothing was given.
    #[error("no accounting code is given")]
    Missing,
    /// Other characters, or too many.
    #[error("this cannot be an accounting code")]
    Shape,
}

impl Explained for AccountError {
    fn remedy(&self) -> String {
        format!("write 1 to {LONGEST} letters, digits, dots and hyphens, such as `ESF.2024-01`")
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "ACCOUNT_SHAPE",
        }
    }
}

/// Reads an accounting code.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_account(text: &str) -> Result<String, AccountError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    if text.is_empty() {
        Err(AccountError::Missing)
    } else if text.len() <= LONGEST && !text.starts_with(['.', '-']) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(AccountError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accounting_code_is_short_and_begins_no_formula() {
        assert_eq!(parse_account("ESF.2024-01").as_deref(), Ok("ESF.2024-01"));
        assert_eq!(parse_account(""), Err(AccountError::Missing));
        for bad in ["=1", "-1", ".", "a b", "é", "a-very-long-code-of-21"] {
            assert_eq!(parse_account(bad), Err(AccountError::Shape), "{bad}");
        }
    }
}
