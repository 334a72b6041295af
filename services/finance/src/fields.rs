//! Reads fields and gathers every violation, not only the first.

use chassis::error::Violation;
use chassis::id::IdError;
use region::Explained;

use crate::error::{Error, violation};

/// The violations of one request.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    violations: Vec<Violation>,
}

impl Fields {
    /// The value, or `None` with a violation of the field.
    pub(crate) fn take<T, E: Explained>(
        &mut self,
        field: impl Into<String>,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|error| self.add(violation(field, &error))).ok()
    }

    /// The value, or `None` with the violation that says what is wrong.
    pub(crate) fn accept<T>(&mut self, result: Result<T, Violation>) -> Option<T> {
        result.map_err(|violation| self.add(violation)).ok()
    }

    /// The id, or `None` with a violation of the field.
    pub(crate) fn id<T: std::str::FromStr<Err = IdError>>(
        &mut self,
        field: impl Into<String>,
        text: &str,
    ) -> Option<T> {
        let to_violation =
            |error: IdError| Violation::new(field, "NOT_AN_ID", "this is not an id", error.to_string());
        self.accept(text.parse().map_err(to_violation))
    }

    /// The id, `None` inside when the text is empty.
    #[expect(clippy::option_option, reason = "wrong, not given, and given are three things")]
    pub(crate) fn optional_id<T: std::str::FromStr<Err = IdError>>(
        &mut self,
        field: impl Into<String>,
        text: &str,
    ) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.id(field, text).map(Some) }
    }

    /// Adds a violation.
    pub(crate) fn add(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// The value that was put together, when there is no violation at all.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.violations)),
        }
    }
}
