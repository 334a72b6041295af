//! Days as people type them.

use jiff::civil::Date;
use region::Explained;

/// A text that is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Nothing was given.
    #[error("no day is given")]
    Missing,
    /// Not year, month and day.
    #[error("this is not a day")]
    Shape,
}

impl Explained for DayError {
    fn remedy(&self) -> String {
        "write year, month and day, such as `2024-03-01`".to_owned()
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "DAY_SHAPE",
        }
    }
}

/// Reads a day of the calendar.
///
/// # Errors
/// When it is none.
pub fn parse_day(text: &str) -> Result<Date, DayError> {
    if text.is_empty() {
        return Err(DayError::Missing);
    }
    let has_shape = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: Date = text.parse().map_err(|_| DayError::Shape)?;
    if has_shape && (1900..=2999).contains(&day.year()) { Ok(day) } else { Err(DayError::Shape) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_year_month_and_day() {
        assert_eq!(parse_day("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert_eq!(parse_day(""), Err(DayError::Missing));
        for bad in
            ["2023-02-29", "2024-2-1", "01-02-2024", "2024-02-01T00:00", "0024-02-01", "20240201", "morgen"]
        {
            assert_eq!(parse_day(bad), Err(DayError::Shape), "{bad}");
        }
    }
}
