//! The name of a budget, as people tell budgets of one year apart.

use region::Explained;

/// Longest name, in characters.
const LONGEST: usize = 80;

/// The name of a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetName(String);

/// A text that cannot be the name of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("the budget has no name")]
    Missing,
    /// Too many characters.
    #[error("the name is too long")]
    TooLong,
    /// A character that cannot be shown.
    #[error("the name has a character that cannot be shown")]
    Control,
}

impl Explained for NameError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing => {
                "write what tells this budget from others of the year, such as `Aanvraag`".to_owned()
            }
            Self::TooLong => format!("write at most {LONGEST} characters"),
            Self::Control => "write it again without line breaks and control characters".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::TooLong => "TOO_LONG",
            Self::Control => "CONTROL_CHARACTER",
        }
    }
}

impl BudgetName {
    /// Reads a name; white space around it is cut off.
    ///
    /// # Errors
    /// Says what is wrong without repeating it.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            Err(NameError::Missing)
        } else if text.chars().count() > LONGEST {
            Err(NameError::TooLong)
        } else if text.chars().any(char::is_control) {
            Err(NameError::Control)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(BudgetName::parse(" Aanvraag ").unwrap().as_str(), "Aanvraag");
        assert_eq!(BudgetName::parse(" "), Err(NameError::Missing));
        assert_eq!(BudgetName::parse(&"é".repeat(81)), Err(NameError::TooLong));
        assert!(BudgetName::parse(&"é".repeat(80)).is_ok());
        assert_eq!(BudgetName::parse("a\nb"), Err(NameError::Control));
    }
}
