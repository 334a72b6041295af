//! Asking a section for lists.

use std::str::FromStr;

use toml_span::Span;

use crate::closed_set::ClosedSet;
use crate::explained::Explained;
use crate::read::Section;
use crate::report::MistakeKind;

impl Section<'_, '_> {
    /// Asks for a list of values with a syntax of their own; the same value twice is a mistake.
    pub(crate) fn list<T>(&mut self, key: &'static str, at_least: usize, example: &str) -> Option<Vec<T>>
    where
        T: FromStr<Err: Explained> + PartialEq + ToString,
    {
        let items = self.list_with_places(key, at_least, example, MistakeKind::WrongValue)?;
        Some(items.into_iter().map(|(item, _)| item).collect())
    }

    /// Asks for a list of words of a closed set.
    pub(crate) fn words<T>(&mut self, key: &'static str, at_least: usize) -> Option<Vec<T>>
    where
        T: ClosedSet + FromStr<Err: Explained> + PartialEq + ToString,
    {
        let example = T::words().first().copied().unwrap_or_default();
        let items = self.list_with_places(key, at_least, example, MistakeKind::UnknownWord)?;
        Some(items.into_iter().map(|(item, _)| item).collect())
    }

    /// Asks for a list of values, each with its place.
    pub(crate) fn list_with_places<T>(
        &mut self,
        key: &'static str,
        at_least: usize,
        example: &str,
        kind: MistakeKind,
    ) -> Option<Vec<(T, Span)>>
    where
        T: FromStr<Err: Explained> + PartialEq + ToString,
    {
        let example = format!("[\"{example}\"]");
        let value = match self.optional_value(key) {
            Some(value) => value,
            None if at_least == 0 => return Some(Vec::new()),
            None => {
                self.missing(key, &example);
                return None;
            }
        };
        let Some(array) = value.as_array() else {
            self.wrong_type(key, value, "a list", &example);
            return None;
        };
        if array.len() < at_least {
            self.too_few(key, value.span, at_least, &format!("`{key} = {example}`"));
        }
        let mut items: Vec<(T, Span)> = Vec::new();
        let mut all_right = true;
        for element in array {
            let item = self
                .text_of(key, element, &example)
                .and_then(|text| self.parse_of::<T>(text, element.span, kind));
            match item {
                None => all_right = false,
                Some(item) if items.iter().any(|(known, _)| *known == item) => self.file.report(
                    element.span,
                    MistakeKind::Duplicate,
                    format!("`{}` stands twice in `{key}`", item.to_string()),
                    "remove one of the two",
                ),
                Some(item) => items.push((item, element.span)),
            }
        }
        (all_right && array.len() >= at_least).then_some(items)
    }

    /// Notes that a list is too short.
    pub(super) fn too_few(&self, key: &str, span: Span, at_least: usize, example: &str) {
        self.file.report(
            span,
            MistakeKind::TooFew,
            format!("`{key}` needs at least {at_least}"),
            format!("add one, for example {example}"),
        );
    }
}
