//! What keeps a file from being taken in, cell by cell, all of it at once.

use std::collections::BTreeMap;

use chassis::error::Violation;

/// Most problems that are told; the rest is a number.
pub const MOST_PROBLEMS: usize = 200;

/// A cell that cannot be taken. What was read stands in it: never part of an error, only of the answer to who handed the file in.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the cell, such as `B7`; of the row (`7`) when a cell is missing.
    pub cell: String,
    /// Field it is for; empty when the column is for none.
    pub field: String,
    /// What was read.
    pub read: String,
    /// What it can mean, when that is more than one thing.
    pub readings: Vec<String>,
    /// Stable reason.
    pub reason: String,
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub remedy: String,
}

impl std::fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Problem")
            .field("cell", &self.cell)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// The problems of a file.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    told: Vec<Problem>,
    total: usize,
}

impl Problems {
    /// Adds one.
    pub fn add(&mut self, problem: Problem) {
        self.total += 1;
        if self.told.len() < MOST_PROBLEMS {
            self.told.push(problem);
        }
    }

    /// The first of them, in the order in which they were found.
    pub fn told(&self) -> &[Problem] {
        &self.told
    }

    /// How many there are.
    pub const fn total(&self) -> usize {
        self.total
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }
}

/// Where the fields of one record stand in the file: the name of the cell and what was read.
#[derive(Clone, Default)]
pub struct Places {
    row: u32,
    cells: BTreeMap<&'static str, (String, String)>,
}

impl Places {
    /// Of a row of the file.
    pub const fn of_row(row: u32) -> Self {
        Self { row, cells: BTreeMap::new() }
    }

    /// The row.
    pub const fn row(&self) -> u32 {
        self.row
    }

    /// Says where a field stands.
    pub fn put(&mut self, field: &'static str, cell: String, read: String) {
        self.cells.insert(field, (cell, read));
    }

    /// The cell of a field and what was read; the row when it has none.
    pub fn at(&self, field: &str) -> (String, String) {
        self.cells.get(field).cloned().unwrap_or_else(|| (self.row.to_string(), String::new()))
    }

    /// A problem of a field; of one that has no cell, of the row.
    pub fn problem(&self, violation: &Violation, field: &str) -> Problem {
        let (cell, read) = self.at(field);
        Problem {
            cell,
            field: field.to_owned(),
            read,
            readings: Vec::new(),
            reason: violation.reason.to_owned(),
            message: violation.message.clone(),
            remedy: violation.remedy.clone(),
        }
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Places").field("row", &self.row).finish_non_exhaustive()
    }
}
