//! What an import would do, gathered while a file is read against what is stored.

use std::sync::Arc;

use crate::domain::Etag;
use crate::error::Error;
use crate::import::{ImportFile, Note, OpenFile, Problems, Reader};
use crate::refusal::Refusal;

/// Most changes that are shown one by one; the numbers count all.
const MOST_SHOWN: usize = 1_000;

/// A file as it came, and as it was read.
#[derive(Debug, Clone)]
pub struct Import {
    /// What came.
    pub file: ImportFile,
    /// What stands in it.
    pub open: Arc<OpenFile>,
}

/// A record that is added or changed. Values can be wages: `Debug` shows where, and not what.
#[derive(Clone)]
pub struct Change {
    /// Row of the file.
    pub row: u32,
    /// Whether it is new.
    pub is_new: bool,
    /// What it is called: row key, component and source, partner, employment and day.
    pub record: String,
    /// Fields with what they hold now and what they would hold.
    pub fields: Vec<(&'static str, String, String)>,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Change")
            .field("row", &self.row)
            .field("is_new", &self.is_new)
            .finish_non_exhaustive()
    }
}

/// The changes of an import.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The first of them.
    pub shown: Vec<Change>,
    /// How many records are new.
    pub added: usize,
    /// How many change.
    pub changed: usize,
    /// How many are as the file says already.
    pub left: usize,
}

impl Changes {
    /// Counts a record as new, changed or left, by which of its fields differ; `old` is empty for a new one.
    pub(super) fn count(
        &mut self,
        row: u32,
        record: String,
        old: Option<Vec<(&'static str, String)>>,
        new: Vec<(&'static str, String)>,
    ) -> bool {
        let is_new = old.is_none();
        let old = old.unwrap_or_default();
        let before =
            |field: &str| old.iter().find(|(own, _)| *own == field).map_or("", |(_, text)| text.as_str());
        let fields: Vec<_> = new
            .into_iter()
            .filter(|(field, text)| before(field) != text)
            .map(|(field, text)| (field, before(field).to_owned(), text))
            .collect();
        if fields.is_empty() && !is_new {
            self.left += 1;
            return false;
        }
        if is_new {
            self.added += 1;
        } else {
            self.changed += 1;
        }
        if self.shown.len() < MOST_SHOWN {
            self.shown.push(Change { row, is_new, record, fields });
        }
        true
    }

    /// Whether anything would be written.
    pub const fn is_nothing(&self) -> bool {
        self.added == 0 && self.changed == 0
    }
}

/// What an import would do.
#[derive(Debug, Clone)]
pub struct ImportView {
    /// The file.
    pub open: Arc<OpenFile>,
    /// What would be added, changed and left.
    pub changes: Changes,
    /// What keeps it from being taken in.
    pub problems: Problems,
    /// What should be looked at.
    pub notes: Vec<Note>,
    /// How many cells hold a formula.
    pub formulas: usize,
    /// Names this import; empty when there are problems.
    pub plan: String,
    /// Tag of what it changes, where that is one record.
    pub etag: Option<Etag>,
}

impl ImportView {
    /// The import that was read, against these versions of what it would change.
    pub(super) fn of(
        import: &Import,
        reader: Reader<'_>,
        changes: Changes,
        versions: &[String],
        etag: Option<Etag>,
    ) -> Self {
        let plan = if reader.problems.is_empty() {
            crate::import::plan_of(&import.file, versions)
        } else {
            String::new()
        };
        Self {
            open: Arc::clone(&import.open),
            changes,
            problems: reader.problems,
            notes: reader.notes,
            formulas: reader.formulas,
            plan,
            etag,
        }
    }

    /// Refuses to apply what has problems, and what is not what was previewed.
    pub(super) fn check(&self, plan: &str) -> Result<(), Error> {
        if !self.problems.is_empty() {
            return Err(Refusal::import_has_problems(self.problems.total()).into());
        }
        if self.plan != plan {
            return Err(Refusal::import_outdated().into());
        }
        Ok(())
    }
}
