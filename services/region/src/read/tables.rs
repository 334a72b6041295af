//! Asking a section for tables inside it.

use toml_span::value::ValueInner;

use crate::read::Section;
use crate::report::MistakeKind;

impl<'f, 's> Section<'f, 's> {
    /// Asks for a table that must be there.
    pub(crate) fn table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'f, 's>) -> Option<T>,
    ) -> Option<T> {
        if self.has(key) {
            self.optional_table(key, read)
        } else {
            self.file.report(
                self.span,
                MistakeKind::MissingKey,
                format!("{} has no `[{key}]`", self.title),
                format!("add a table `[{key}]`"),
            );
            None
        }
    }

    /// Asks for a table that may be absent.
    pub(crate) fn optional_table<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'f, 's>) -> Option<T>,
    ) -> Option<T> {
        let value = self.optional_value(key)?;
        let ValueInner::Table(table) = value.as_ref() else {
            self.wrong_type(key, value, "a table", "...` below `[section]");
            return None;
        };
        Self::read(self.file, table, value.span, &format!("[{key}]"), read)
    }

    /// Asks for a list of tables, `[[key]]`.
    pub(crate) fn tables<T>(
        &mut self,
        key: &'static str,
        at_least: usize,
        mut read: impl FnMut(&mut Section<'f, 's>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = match self.optional_value(key) {
            Some(value) => value,
            None if at_least == 0 => return Some(Vec::new()),
            None => {
                self.file.report(
                    self.span,
                    MistakeKind::MissingKey,
                    format!("{} has no `[[{key}]]`", self.title),
                    format!("add at least {at_least} table `[[{key}]]`"),
                );
                return None;
            }
        };
        let Some(array) = value.as_array() else {
            self.file.report(
                value.span,
                MistakeKind::WrongType,
                format!("`{key}` should be a list of tables"),
                format!("write `[[{key}]]` with double brackets above each"),
            );
            return None;
        };
        if array.len() < at_least {
            self.too_few(key, value.span, at_least, &format!("a table `[[{key}]]`"));
        }
        let title = format!("[[{key}]]");
        let mut items = Vec::new();
        for element in array {
            if let ValueInner::Table(table) = element.as_ref() {
                items.extend(Self::read(self.file, table, element.span, &title, &mut read));
            } else {
                self.wrong_type(key, element, "a table", &format!("...` below `{title}"));
            }
        }
        (items.len() == array.len() && array.len() >= at_least).then_some(items)
    }
}
