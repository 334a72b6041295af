//! Why somebody took a step: one short line.

use region::Explained;

/// Longest reason, in characters.
const LONGEST: usize = 200;

/// A text that cannot be a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    /// Nothing but white space.
    #[error("no reason is given")]
    Missing,
    /// Too many characters.
    #[error("the reason is too long")]
    TooLong,
    /// A character that cannot be shown.
    #[error("the reason has a character that cannot be shown")]
    Control,
}

impl Explained for ReasonError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing => "write in a few words why, without the name of a person".to_owned(),
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

/// Reads a reason; white space around it is cut off.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_reason(text: &str) -> Result<String, ReasonError> {
    let text = text.trim();
    if text.is_empty() {
        Err(ReasonError::Missing)
    } else if text.chars().count() > LONGEST {
        Err(ReasonError::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(ReasonError::Control)
    } else {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(parse_reason(" vergeten ").as_deref(), Ok("vergeten"));
        assert_eq!(parse_reason(" "), Err(ReasonError::Missing));
        assert_eq!(parse_reason(&"é".repeat(201)), Err(ReasonError::TooLong));
        assert_eq!(parse_reason("a\nb"), Err(ReasonError::Control));
    }
}
