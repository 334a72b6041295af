//! Cells of a file that somebody handed in, and what they are called there.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, as it was typed.
    Text(String),
    /// A number of a workbook: it has one reading.
    Number(Decimal),
    /// A day of a workbook.
    Day(Date),
    /// An error of a spreadsheet, such as a division by zero.
    Broken,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it holds.
    pub content: Content,
    /// Whether a formula made it; what is read is the value that was stored with it.
    pub is_formula: bool,
}

impl Cell {
    /// A cell with text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: Content::Text(text.into()), is_formula: false }
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        matches!(&self.content, Content::Text(text) if text.trim().is_empty())
    }

    /// What stands in it, as people see it.
    pub fn shown(&self) -> String {
        match &self.content {
            Content::Text(text) => text.trim().to_owned(),
            Content::Number(number) => number.to_string(),
            Content::Day(day) => day.to_string(),
            Content::Broken => "#".to_owned(),
        }
    }
}

/// A row, with its number in the file, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub number: u32,
    /// Its cells, from the first column on.
    pub cells: Vec<Cell>,
}

/// The rows of one sheet; a CSV file is a sheet without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What kind of file it stood in.
    pub format: &'static str,
    /// Its name; empty for CSV.
    pub name: String,
    /// Its rows, those without anything left out.
    pub rows: Vec<Row>,
}

/// The letters of a column, from 0: `A`, `Z`, `AA`.
pub fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The name of a cell: column from 0, row from 1, such as `B7`.
pub fn cell_name(column: usize, row: u32) -> String {
    format!("{}{row}", column_name(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_called_as_in_a_spreadsheet() {
        assert_eq!(cell_name(1, 7), "B7");
        assert_eq!([25, 26, 51, 52, 701, 702].map(column_name), ["Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
