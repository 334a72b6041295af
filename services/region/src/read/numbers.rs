//! Asking a section for numbers.

use std::ops::RangeInclusive;

use rust_decimal::Decimal;

use crate::read::Section;
use crate::report::MistakeKind;

impl Section<'_, '_> {
    /// Asks for a whole number within limits that must be there.
    pub(crate) fn integer(&mut self, key: &'static str, limits: RangeInclusive<u32>) -> Option<u32> {
        if self.has(key) {
            self.optional_integer(key, limits)
        } else {
            self.missing(key, &limits.start().to_string());
            None
        }
    }

    /// Asks for a whole number within limits that may be absent.
    pub(crate) fn optional_integer(&mut self, key: &'static str, limits: RangeInclusive<u32>) -> Option<u32> {
        let value = self.optional_value(key)?;
        let Some(number) = value.as_integer() else {
            self.wrong_type(key, value, "a whole number", &limits.start().to_string());
            return None;
        };
        let fitting = u32::try_from(number).ok().filter(|number| limits.contains(number));
        if fitting.is_none() {
            self.complain(
                key,
                MistakeKind::OutOfRange,
                format!("`{key}` is {number}"),
                between(key, &limits),
            );
        }
        fitting
    }

    /// Asks for an exact decimal, written between quotes, within limits (whole numbers) that must be there.
    pub(crate) fn decimal(&mut self, key: &'static str, limits: RangeInclusive<u32>) -> Option<Decimal> {
        if self.has(key) {
            self.optional_decimal(key, limits)
        } else {
            self.missing(key, "\"0.5\"");
            None
        }
    }

    /// Asks for an exact decimal that may be absent.
    pub(crate) fn optional_decimal(
        &mut self,
        key: &'static str,
        limits: RangeInclusive<u32>,
    ) -> Option<Decimal> {
        let value = self.optional_value(key)?;
        let Some(text) = value.as_str() else {
            let place = self.file.source.place(value.span.start, value.span.end);
            let written: String = place.text.chars().skip(place.column - 1).take(place.width).collect();
            self.wrong_type(key, value, "an exact decimal between quotes", &format!("\"{written}\""));
            return None;
        };
        let well_formed = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        let Some(number) = well_formed.then(|| Decimal::from_str_exact(text).ok()).flatten() else {
            self.complain(
                key,
                MistakeKind::WrongValue,
                format!("`{text}` is not a decimal"),
                "write digits with a point and without separators, such as `\"3200811.43\"`",
            );
            return None;
        };
        if number < Decimal::from(*limits.start()) || number > Decimal::from(*limits.end()) {
            self.complain(
                key,
                MistakeKind::OutOfRange,
                format!("`{key}` is {number}"),
                between(key, &limits),
            );
            return None;
        }
        Some(number)
    }
}

fn between(key: &str, limits: &RangeInclusive<u32>) -> String {
    if limits.start() == limits.end() {
        format!("`{key}` can only be {}", limits.start())
    } else {
        format!("`{key}` lies between {} and {}", limits.start(), limits.end())
    }
}
