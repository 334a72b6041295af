//! One table of a file, asked for its keys by type.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::Date;
use toml_span::Span;
use toml_span::value::{Table, Value};

use crate::closed_set::ClosedSet;
use crate::explained::Explained;
use crate::read::File;
use crate::report::MistakeKind;
use crate::suggest;
use crate::values::{PartialDate, PartialDateError};

/// One table of a file.
pub(crate) struct Section<'f, 's> {
    pub(crate) file: &'f File<'s>,
    table: &'f Table<'f>,
    pub(crate) span: Span,
    /// How explanations call it, such as `[[eligibility]]`.
    pub(super) title: String,
    asked: BTreeSet<&'static str>,
    /// Set when its kind is unknown, so that nobody can tell which keys belong to it.
    abandoned: bool,
}

impl<'f, 's> Section<'f, 's> {
    /// Reads a table with `read`, and then reports the keys that `read` did not ask for.
    pub(crate) fn read<T>(
        file: &'f File<'s>,
        table: &'f Table<'f>,
        span: Span,
        title: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let mut section =
            Self { file, table, span, title: title.to_owned(), asked: BTreeSet::new(), abandoned: false };
        let value = read(&mut section);
        section.report_unknown_keys();
        value
    }

    fn report_unknown_keys(&self) {
        if self.abandoned {
            return;
        }
        let known: Vec<&str> = self.asked.iter().copied().collect();
        for key in self.table.keys().filter(|key| !self.asked.contains(key.name.as_ref())) {
            self.file.report(
                key.span,
                MistakeKind::UnknownKey,
                format!("`{}` is not a key of {}", key.name, self.title),
                suggest::remedy(&key.name, &known),
            );
        }
    }

    /// Leaves the remaining keys unjudged.
    pub(crate) fn abandon(&mut self) {
        self.abandoned = true;
    }

    /// Gives the place of a key's value, or of the section when the key is absent.
    pub(crate) fn span_of(&self, key: &str) -> Span {
        self.table.get(key).map_or(self.span, |value| value.span)
    }

    /// Tells whether the key stands in the section; counts as asking for it.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.asked.insert(key);
        self.table.contains_key(key)
    }

    /// Notes a mistake at the value of a key.
    pub(crate) fn complain(
        &self,
        key: &str,
        kind: MistakeKind,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.file.report(self.span_of(key), kind, message, remedy);
    }

    pub(super) fn optional_value(&mut self, key: &'static str) -> Option<&'f Value<'f>> {
        self.asked.insert(key);
        self.table.get(key)
    }

    pub(super) fn value(&mut self, key: &'static str, example: &str) -> Option<&'f Value<'f>> {
        let value = self.optional_value(key);
        if value.is_none() {
            self.missing(key, example);
        }
        value
    }

    /// Notes that a key is missing.
    pub(crate) fn missing(&self, key: &str, example: &str) {
        self.file.report(
            self.span,
            MistakeKind::MissingKey,
            format!("{} has no `{key}`", self.title),
            format!("add `{key} = {example}`"),
        );
    }

    /// Notes that a key is missing, and what it should hold.
    pub(crate) fn missing_what(&self, key: &str, what: &str) {
        self.file.report(
            self.span,
            MistakeKind::MissingKey,
            format!("{} has no `{key}`", self.title),
            format!("add `{key} = \"...\"` with {what}"),
        );
    }

    pub(super) fn wrong_type(&self, key: &str, value: &Value<'_>, expected: &str, example: &str) {
        self.file.report(
            value.span,
            MistakeKind::WrongType,
            format!("`{key}` is {} and should be {expected}", article(value.as_ref().type_str())),
            format!("write `{key} = {example}`"),
        );
    }

    pub(super) fn text_of(&self, key: &str, value: &'f Value<'f>, example: &str) -> Option<&'f str> {
        let Some(text) = value.as_str() else {
            self.wrong_type(key, value, "a text", example);
            return None;
        };
        if text.trim().is_empty() {
            self.file.report(
                value.span,
                MistakeKind::EmptyText,
                format!("`{key}` is empty"),
                format!("write `{key} = {example}`"),
            );
            return None;
        }
        Some(text)
    }

    pub(super) fn parse_of<T: FromStr<Err: Explained>>(
        &self,
        text: &str,
        span: Span,
        kind: MistakeKind,
    ) -> Option<T> {
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let error: T::Err = error;
                self.file.report(span, kind, error.to_string(), error.remedy());
                None
            }
        }
    }

    /// Asks for a text that must be there.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.value(key, "\"...\"")?;
        self.text_of(key, value, "\"...\"").map(str::to_owned)
    }

    /// Asks for a text that may be absent.
    pub(crate) fn optional_text(&mut self, key: &'static str) -> Option<String> {
        let value = self.optional_value(key)?;
        self.text_of(key, value, "\"...\"").map(str::to_owned)
    }

    /// Asks for a yes or no that must be there.
    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key, "true` or `false")?;
        self.boolean_of(key, value)
    }

    /// Asks for a yes or no; absent is no.
    pub(crate) fn optional_boolean(&mut self, key: &'static str) -> Option<bool> {
        match self.optional_value(key) {
            Some(value) => self.boolean_of(key, value),
            None => Some(false),
        }
    }

    fn boolean_of(&self, key: &str, value: &Value<'_>) -> Option<bool> {
        let answer = value.as_bool();
        if answer.is_none() {
            self.wrong_type(key, value, "`true` or `false`", "true` or `false");
        }
        answer
    }

    /// Asks for a value with a syntax of its own that must be there.
    pub(crate) fn parsed<T: FromStr<Err: Explained>>(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<T> {
        let example = format!("\"{example}\"");
        let value = self.value(key, &example)?;
        let text = self.text_of(key, value, &example)?;
        self.parse_of(text, value.span, MistakeKind::WrongValue)
    }

    /// Asks for a value with a syntax of its own that may be absent.
    pub(crate) fn optional_parsed<T: FromStr<Err: Explained>>(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<T> {
        let value = self.optional_value(key)?;
        let text = self.text_of(key, value, &format!("\"{example}\""))?;
        self.parse_of(text, value.span, MistakeKind::WrongValue)
    }

    /// Asks for a word of a closed set that must be there.
    pub(crate) fn word<T>(&mut self, key: &'static str) -> Option<T>
    where
        T: ClosedSet + FromStr<Err: Explained>,
    {
        let example = format!("\"{}\"", T::words().first().copied().unwrap_or_default());
        let value = self.value(key, &example)?;
        let text = self.text_of(key, value, &example)?;
        self.parse_of(text, value.span, MistakeKind::UnknownWord)
    }

    /// Asks for a word of a closed set that may be absent.
    pub(crate) fn optional_word<T>(&mut self, key: &'static str) -> Option<T>
    where
        T: ClosedSet + FromStr<Err: Explained>,
    {
        if self.has(key) { self.word(key) } else { None }
    }

    /// Asks for a day that must be there.
    pub(crate) fn date(&mut self, key: &'static str) -> Option<Date> {
        let value = self.value(key, "\"2024-01-01\"")?;
        self.date_of(key, value)
    }

    /// Asks for a day that may be absent.
    pub(crate) fn optional_date(&mut self, key: &'static str) -> Option<Date> {
        let value = self.optional_value(key)?;
        self.date_of(key, value)
    }

    fn date_of(&self, key: &str, value: &'f Value<'f>) -> Option<Date> {
        let text = self.text_of(key, value, "\"2024-01-01\"")?;
        let (message, remedy) = match text.parse::<PartialDate>() {
            Ok(date) => match date.exact() {
                Some(day) => return Some(day),
                None => (
                    format!("`{date}` is not a whole day"),
                    format!("write the day as well: `{key} = \"{}\"`", date.earliest()),
                ),
            },
            Err(PartialDateError::Shape) => (
                format!("`{text}` is not a date"),
                format!("write year, month and day, in this order: `{key} = \"2024-01-31\"`"),
            ),
            Err(error) => (format!("`{text}` is not a date: {error}"), error.remedy()),
        };
        self.file.report(value.span, MistakeKind::WrongValue, message, remedy);
        None
    }
}

fn article(type_name: &str) -> String {
    match type_name {
        "string" => "a text".to_owned(),
        "integer" => "a whole number".to_owned(),
        "float" => "a number with a decimal point".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => "a list".to_owned(),
        other => format!("a {other}"),
    }
}
