//! From the cells of a row to the texts that the fields of a request would hold: plain decimals, ISO days, codes of the region.
//! What can be read in two ways is refused with both.

use std::collections::{BTreeMap, BTreeSet};

use chassis::error::Violation;
use jiff::civil::Date;
use region::{Explained as _, Region};
use rust_decimal::Decimal;

use super::cell::{Cell, Content, Row, cell_name};
use super::columns::Column;
use super::forms::{Field, Shape, plain};
use super::problem::{Places, Problem, Problems};
use crate::domain::{CellError, FinanceModel, read_cell};

/// Most notes that are told.
pub const MOST_NOTES: usize = 200;

/// Something about a cell that keeps nothing from being taken in.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Name of the cell.
    pub cell: String,
    /// Field.
    pub field: String,
    /// Stable reason.
    pub reason: &'static str,
    /// What stands there.
    pub read: String,
    /// What it comes to here; empty when nothing is computed.
    pub computed: String,
}

impl std::fmt::Debug for Note {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Note")
            .field("cell", &self.cell)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// The words of a region and programme.
#[derive(Debug, Clone, Default)]
pub struct Words {
    components: Vec<(String, String)>,
    partners: Vec<(String, String, String)>,
}

impl Words {
    /// Those of a region, and of a programme.
    pub fn of(region: &Region, model: &FinanceModel) -> Self {
        let components =
            model.components.iter().map(|one| (one.code.to_string(), plain(&one.label))).collect();
        let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect();
        let partners = region
            .partners
            .iter()
            .map(|one| (one.code.to_string(), plain(&one.name), digits(one.kbo.dotted())))
            .collect();
        Self { components, partners }
    }
}

/// A row that was read.
#[derive(Clone)]
pub struct Record {
    /// Where its fields stand.
    pub places: Places,
    values: BTreeMap<&'static str, String>,
    refused: BTreeSet<&'static str>,
}

impl Record {
    /// The text of a field; nothing for one that has no column, an empty cell, or a cell that was refused.
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// Whether a cell of it was refused.
    pub fn is_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// A note about a field.
    pub fn note(&self, field: &'static str, reason: &'static str, computed: String) -> Note {
        let (cell, read) = self.places.at(field);
        Note { cell, field: field.to_owned(), reason, read, computed }
    }

    /// The problem of a field, unless its cell was refused already. The field is the last part of the path of the violation.
    pub fn problem(&self, violation: &Violation) -> Option<Problem> {
        let field = violation.field.rsplit('.').next().unwrap_or_default();
        (!self.refused.contains(field)).then(|| self.places.problem(violation, field))
    }
}

/// Reads the rows of one file.
#[derive(Debug)]
pub struct Reader<'f> {
    columns: &'f [Column],
    words: Words,
    day_first: Option<bool>,
    /// What keeps the file from being taken in.
    pub problems: Problems,
    /// What should be looked at.
    pub notes: Vec<Note>,
    /// How many cells hold a formula.
    pub formulas: usize,
}

impl<'f> Reader<'f> {
    /// Over the columns of a file.
    pub fn new(columns: &'f [Column], words: Words, day_first: Option<bool>) -> Self {
        Self { columns, words, day_first, problems: Problems::default(), notes: Vec::new(), formulas: 0 }
    }

    /// Whether the file has a column for a field.
    pub fn has(&self, field: &str) -> bool {
        self.columns.iter().any(|column| column.field.is_some_and(|own| own.name == field))
    }

    /// Reads a row. `most` is what a field can hold at most by a rule.
    pub fn row(&mut self, row: &Row, most: impl Fn(&str) -> Option<Decimal>) -> Record {
        let columns = self.columns;
        let mut record =
            Record { places: Places::of_row(row.number), values: BTreeMap::new(), refused: BTreeSet::new() };
        for column in columns {
            let Some(field) = column.field else { continue };
            let Some(cell) = row.cells.get(column.place).filter(|cell| !cell.is_empty()) else { continue };
            let name = cell_name(column.place, row.number);
            record.places.put(field.name, name.clone(), cell.shown());
            if cell.is_formula {
                self.formulas += 1;
                self.note(Note {
                    cell: name,
                    field: field.name.to_owned(),
                    reason: "FORMULA",
                    read: cell.shown(),
                    computed: String::new(),
                });
            }
            match self.value(cell, field, column, most(field.name)) {
                Ok(value) => {
                    record.values.insert(field.name, value);
                }
                Err((violation, readings)) => {
                    let problem = record.places.problem(&violation, field.name);
                    self.problems.add(Problem { readings, ..problem });
                    record.refused.insert(field.name);
                }
            }
        }
        for (place, cell) in
            row.cells.iter().enumerate().skip(columns.len()).filter(|(_, cell)| !cell.is_empty())
        {
            let violation = Violation::new(
                "",
                "CELL_WITHOUT_COLUMN",
                "the cell stands behind the last heading",
                "look whether a comma in a number or text ends a cell; put such cells in quotes or save as XLSX",
            );
            let mut places = Places::of_row(row.number);
            places.put("", cell_name(place, row.number), cell.shown());
            self.problems.add(places.problem(&violation, ""));
            record.refused.insert("");
        }
        record
    }

    /// Adds a note.
    pub fn note(&mut self, note: Note) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
    }

    /// Adds the violations of a record, each at its cell.
    pub fn refuse(&mut self, record: &Record, violations: &[Violation]) {
        for problem in violations.iter().filter_map(|violation| record.problem(violation)) {
            self.problems.add(problem);
        }
    }

    fn value(
        &self,
        cell: &Cell,
        field: &Field,
        column: &Column,
        most: Option<Decimal>,
    ) -> Result<String, (Violation, Vec<String>)> {
        let plainly = |violation| (violation, Vec::new());
        if cell.content == Content::Broken {
            let remedy = "mend the formula, or write the value";
            return Err(plainly(Violation::new(
                field.name,
                "CELL_ERROR",
                "the cell holds an error or a time of day",
                remedy,
            )));
        }
        match field.shape {
            Shape::Text => Ok(coded(cell, column).cloned().unwrap_or_else(|| cell.shown())),
            Shape::Number => number(cell, field, column.decimal, most),
            Shape::Day => self.day(cell, field),
            Shape::Component => {
                let known = |text: &str| {
                    let found = self
                        .words
                        .components
                        .iter()
                        .find(|(code, label)| plain(code) == text || *label == text);
                    found.map(|(code, _)| code.clone())
                };
                word(cell, field, column, known, None).map_err(plainly)
            }
            Shape::Partner => {
                let digits: String = cell.shown().chars().filter(char::is_ascii_digit).collect();
                let known = |text: &str| {
                    let found = self.words.partners.iter().find(|(code, name, kbo)| {
                        plain(code) == text || *name == text || (kbo.len() == 10 && *kbo == digits)
                    });
                    found.map(|(code, _, _)| code.clone())
                };
                word(cell, field, column, known, None).map_err(plainly)
            }
            Shape::Word(words) => {
                let known = |text: &str| {
                    let found =
                        words.iter().find(|(word, others)| plain(word) == text || others.contains(&text));
                    found.map(|(word, _)| (*word).to_owned())
                };
                word(cell, field, column, known, Some(words)).map_err(plainly)
            }
        }
    }

    /// A day: that of a workbook, ISO, or day, month and year. When day and month could change places the request must say.
    fn day(&self, cell: &Cell, field: &Field) -> Result<String, (Violation, Vec<String>)> {
        let text = match &cell.content {
            Content::Day(day) => return Ok(day.to_string()),
            Content::Text(text) => text.trim(),
            Content::Number(_) | Content::Broken => "",
        };
        let violation =
            |reason, message: &str, remedy: &str| Violation::new(field.name, reason, message, remedy);
        let shape = || {
            (
                violation(
                    "DAY_SHAPE",
                    "this is not a day",
                    "write year, month and day, such as `2024-03-01`",
                ),
                Vec::new(),
            )
        };
        let is_iso = text.len() == 10 && text.get(4..5) == Some("-");
        if is_iso {
            return Ok(text.to_owned());
        }
        let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
        let [one, other, year] = parts.as_slice() else { return Err(shape()) };
        let number = |part: &str| part.parse::<i8>().ok().filter(|_| part.len() <= 2);
        let year: i16 = year.parse().ok().filter(|_| year.len() == 4).ok_or_else(shape)?;
        let (one, other) = (number(one).ok_or_else(shape)?, number(other).ok_or_else(shape)?);
        let day_first = Date::new(year, other, one).ok().filter(|_| self.day_first != Some(false));
        let month_first = Date::new(year, one, other).ok().filter(|_| self.day_first != Some(true));
        match (day_first, month_first) {
            (Some(day), Some(same)) if day == same => Ok(day.to_string()),
            (Some(day), Some(month)) => Err((
                violation(
                    "DAY_AMBIGUOUS",
                    "day and month of this day can change places",
                    "write year, month and day, such as `2024-03-01`, or say in file.day_order which comes first",
                ),
                vec![day.to_string(), month.to_string()],
            )),
            (Some(day), None) | (None, Some(day)) => Ok(day.to_string()),
            (None, None) => Err(shape()),
        }
    }
}

fn coded<'c>(cell: &Cell, column: &'c Column) -> Option<&'c String> {
    column.codes.get(&plain(&cell.shown()))
}

/// A word that is known, or what the code means on this form. A bare code that nobody explained is refused: 1 is not *yes*. Any
/// other word is left to the rules of the field, which say what there is.
fn word(
    cell: &Cell,
    field: &Field,
    column: &Column,
    known: impl Fn(&str) -> Option<String>,
    closed: Option<&[(&str, &[&str])]>,
) -> Result<String, Violation> {
    if let Some(meant) = coded(cell, column) {
        return Ok(meant.clone());
    }
    let text = plain(&cell.shown());
    if let Some(found) = known(&text) {
        return Ok(found);
    }
    if text.chars().all(|letter| letter.is_ascii_digit()) {
        let remedy = "say in file.columns, under codes, what it means on this form";
        return Err(Violation::new(
            field.name,
            "CODE_NOT_MAPPED",
            "nobody said what this code means",
            remedy,
        ));
    }
    match closed {
        Some(words) => {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let remedy = format!(
                "write one of: {}; or say in file.columns, under codes, what it means",
                words.join(", ")
            );
            Err(Violation::new(field.name, "UNKNOWN_WORD", "this word means nothing in this column", remedy))
        }
        None => Ok(cell.shown()),
    }
}

fn number(
    cell: &Cell,
    field: &Field,
    decimal: Option<char>,
    most: Option<Decimal>,
) -> Result<String, (Violation, Vec<String>)> {
    let text = match &cell.content {
        Content::Number(number) => return Ok(number.to_string()),
        Content::Text(text) => text,
        Content::Day(_) | Content::Broken => "-",
    };
    let error = match read_cell(text, most) {
        Ok(number) => return Ok(number.to_string()),
        Err(error) => error,
    };
    if let CellError::Ambiguous { with_decimals, with_thousands } = error {
        if let Some(decimal) = decimal {
            let is_decimal = text.contains(decimal);
            return Ok(if is_decimal { with_decimals } else { with_thousands }.to_string());
        }
        let readings = vec![with_decimals.to_string(), with_thousands.to_string()];
        let message = "the cell has two readings";
        return Err((Violation::new(field.name, error.reason(), message, error.remedy()), readings));
    }
    Err((Violation::new(field.name, error.reason(), error.to_string(), error.remedy()), Vec::new()))
}
