//! A table as CSV (RFC 4180, UTF-8, CRLF), with the separators of the region.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context as _;

use crate::domain::{Cell, ExportTable};

/// What makes a spreadsheet take a text for a formula, or start another cell: also in the full width of East Asian fonts.
const DANGEROUS: [char; 13] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '|'];

/// A text as a spreadsheet takes it for a text: with an apostrophe before what could begin a formula.
pub(super) fn harmless(text: &str) -> String {
    if text.starts_with(DANGEROUS) { format!("'{text}") } else { text.to_owned() }
}

/// A CSV file that is being written.
pub(super) struct CsvFile {
    writer: csv::Writer<BufWriter<File>>,
    decimal: String,
}

impl CsvFile {
    /// Begins a file with the names of the columns.
    pub(super) fn create(
        path: &Path,
        table: ExportTable,
        separator: &str,
        decimal: &str,
    ) -> anyhow::Result<Self> {
        let separator = *separator.as_bytes().first().context("the separator is empty")?;
        let file = BufWriter::new(File::create_new(path)?);
        let mut writer = csv::WriterBuilder::new()
            .delimiter(separator)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        writer.write_record(table.columns().iter().map(|(name, _)| name))?;
        Ok(Self { writer, decimal: decimal.to_owned() })
    }

    /// Adds a row.
    pub(super) fn write(&mut self, row: &[Cell]) -> anyhow::Result<()> {
        for cell in row {
            match cell {
                Cell::Text(text) => self.writer.write_field(harmless(text))?,
                Cell::Number(number) => {
                    self.writer.write_field(number.to_string().replace('.', &self.decimal))?;
                }
            }
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    /// Writes out what is left and makes it durable.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let buffer = self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let file = buffer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_a_formula() {
        for text in ["=1+1", "+32", "-1", "@x", "\t=1", "\r=1", "\n=1", "\u{ff1d}1", "|cmd"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["kanarie", "a=1", "", "'=1"] {
            assert_eq!(harmless(text), text);
        }
    }
}
