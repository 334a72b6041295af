//! Reads the fields of a request and gathers every violation, not only the first.

use chassis::error::Violation;
use chassis::id::IdError;
use jiff::civil::Date;
use region::Explained;

use crate::error::{Error, violation};

/// The violations of one request.
#[derive(Debug, Default)]
pub(super) struct Fields {
    violations: Vec<Violation>,
}

impl Fields {
    /// The value, or `None` with a violation of the field.
    pub(super) fn take<T, E: Explained>(
        &mut self,
        field: impl Into<String>,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.add(violation(field, &error))).ok()
    }

    /// The value, or `None` with the violation that says what is wrong.
    pub(super) fn accept<T>(&mut self, result: Result<T, Violation>) -> Option<T> {
        result.map_err(|violation| self.add(violation)).ok()
    }

    /// The id, or `None` with a violation of the field.
    pub(super) fn id<T: std::str::FromStr<Err = IdError>>(
        &mut self,
        field: impl Into<String>,
        text: &str,
    ) -> Option<T> {
        let to_violation =
            |error: IdError| Violation::new(field, "NOT_AN_ID", "this is not an id", error.to_string());
        self.accept(text.parse().map_err(to_violation))
    }

    /// The day, or `None` with a violation of the field.
    pub(super) fn day(&mut self, field: &str, text: &str) -> Option<Date> {
        if text.is_empty() {
            self.add(Violation::new(field, "REQUIRED", "this is empty", "give a day such as 2024-06-14"));
            return None;
        }
        self.optional_day(field, text).flatten()
    }

    /// The day, or nothing when the field is empty.
    #[expect(
        clippy::option_option,
        reason = "the outer says whether the field is right, the inner whether it is there"
    )]
    pub(super) fn optional_day(&mut self, field: &str, text: &str) -> Option<Option<Date>> {
        if text.is_empty() {
            return Some(None);
        }
        // Ten characters: other shapes of ISO 8601 are days too, and nobody means them.
        let day = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        let wrong =
            || Violation::new(field, "DAY_SHAPE", "this is not a day", "give a day such as 2024-06-14");
        self.accept(day.map(Some).ok_or_else(wrong))
    }

    /// The day, which may not lie after today.
    #[expect(
        clippy::option_option,
        reason = "the outer says whether the field is right, the inner whether it is there"
    )]
    pub(super) fn past_day(&mut self, field: &str, text: &str, today: Date) -> Option<Option<Date>> {
        let day = self.optional_day(field, text)?;
        if day.is_some_and(|day| today < day) {
            self.add(Violation::new(
                field,
                "IN_FUTURE",
                "this day lies after today",
                "give a day up to today",
            ));
            return None;
        }
        Some(day)
    }

    /// The code of something in the programme, or `None` with a violation that does not repeat the text.
    pub(super) fn code<T: std::str::FromStr>(
        &mut self,
        field: &str,
        text: &str,
        (reason, what): (&'static str, &str),
    ) -> Option<T> {
        if text.trim().is_empty() {
            self.add(Violation::new(field, "REQUIRED", "this is empty", format!("give the code of {what}")));
            return None;
        }
        let wrong = |_| {
            Violation::new(
                field,
                reason,
                format!("this is not the code of {what}"),
                format!("give the code of {what}"),
            )
        };
        self.accept(text.parse().map_err(wrong))
    }

    /// The code of something in the programme, or nothing when the field is empty.
    #[expect(
        clippy::option_option,
        reason = "the outer says whether the field is right, the inner whether it is there"
    )]
    pub(super) fn optional_code<T: std::str::FromStr>(
        &mut self,
        field: &str,
        text: &str,
        what: (&'static str, &str),
    ) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.code(field, text, what).map(Some) }
    }

    /// The member of a closed set, or `None` with a violation; `wanted` names those that may be given.
    pub(super) fn choice<T>(&mut self, field: &str, found: Option<T>, given: i32, wanted: &str) -> Option<T> {
        let reason = if given == 0 { "REQUIRED" } else { "UNKNOWN_VALUE" };
        let message = if given == 0 { "nothing is chosen" } else { "there is no such value" };
        self.accept(
            found.ok_or_else(|| Violation::new(field, reason, message, format!("give one of {wanted}"))),
        )
    }

    /// Adds a violation.
    pub(super) fn add(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// The value that was put together, when there is no violation at all.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.violations)),
        }
    }
}
