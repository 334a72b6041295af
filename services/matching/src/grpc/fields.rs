//! Reads the fields of a request and gathers every violation, not only the first.

use std::collections::BTreeSet;

use chassis::error::Violation;
use chassis::id::IdError;
use jiff::civil::Date;
use region::{Explained, ProgrammeCode};

use crate::domain::Period;

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
        if text.trim().is_empty() {
            self.add(Violation::new(field, "REQUIRED", "no day is given", "give a day such as `2024-06-14`"));
            return None;
        }
        // Ten characters: years of four digits, and no time behind the day.
        let day = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        self.accept(day.ok_or_else(|| {
            Violation::new(field, "NOT_A_DAY", "this is not a day", "write a day as `2024-06-14`")
        }))
    }

    /// The day, nothing when the field is empty, or `None` with a violation.
    #[expect(
        clippy::option_option,
        reason = "the outer one is about violations, the inner one about the field"
    )]
    pub(super) fn optional_day(&mut self, field: &str, text: &str) -> Option<Option<Date>> {
        if text.trim().is_empty() { Some(None) } else { self.day(field, text).map(Some) }
    }

    /// The period between two fields, or `None` with violations.
    pub(super) fn period(&mut self, from: &str, to: &str) -> Option<Period> {
        let first = self.day("valid_from", from);
        let last = self.optional_day("valid_to", to);
        let (first, last) = (first?, last?);
        if last.is_some_and(|last| last < first) {
            self.add(Violation::new(
                "valid_to",
                "BEFORE_FIRST_DAY",
                "the last day lies before the first",
                "choose the first day or a later one, or leave the last day empty",
            ));
            return None;
        }
        Some(Period { first, last })
    }

    /// The code of a programme, or `None` with a violation. Whether the region has it, and the caller reaches it, is asked later.
    pub(super) fn programme(&mut self, text: &str) -> Option<ProgrammeCode> {
        self.accept(ProgrammeCode::parse(text).map_err(|_| {
            Violation::new(
                "programme",
                "UNKNOWN_PROGRAMME",
                "this is not a programme code",
                "give the code of a programme, such as `waasland-esf`",
            )
        }))
    }

    /// Checks that a list has at most so many items.
    pub(super) fn at_most<T>(&mut self, field: &str, items: &[T], most: usize) -> bool {
        let fits = items.len() <= most;
        if !fits {
            self.add(Violation::new(
                field,
                "TOO_MANY",
                format!("there are more than {most} items"),
                format!("give at most {most}"),
            ));
        }
        fits
    }

    /// Every item of a list read, in order, each once; or `None` with violations of the items.
    pub(super) fn each<T: Ord + Clone, I>(
        &mut self,
        field: &str,
        items: &[I],
        most: usize,
        mut read: impl FnMut(&I) -> Result<T, (&'static str, &'static str, String)>,
    ) -> Option<Vec<T>> {
        if !self.at_most(field, items, most) {
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut one = |(place, item): (usize, &I)| {
            let place = format!("{field}[{place}]");
            let value = match read(item) {
                Ok(value) => value,
                Err((reason, message, remedy)) => {
                    self.add(Violation::new(place, reason, message, remedy));
                    return None;
                }
            };
            if seen.insert(value.clone()) {
                return Some(value);
            }
            self.add(Violation::new(place, "REPEATED", "this is given twice", "give it once"));
            None
        };
        // All are read before the first that is missing ends it.
        let values: Vec<Option<T>> = items.iter().enumerate().map(&mut one).collect();
        values.into_iter().collect()
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
