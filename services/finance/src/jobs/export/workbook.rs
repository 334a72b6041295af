//! The tables as sheets of one workbook, row by row: what is written is kept in files without a name, not in memory. Texts stand in
//! their cells and not in a list of the workbook, which would hold every id of every row.

use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

use crate::domain::{Cell, ExportTable};

/// Rows of a sheet at most, with the names of the columns: a limit of the format.
const MOST_ROWS: u32 = 1_048_576;

/// Of 9: twice as fast as the usual 6, for a file that is a tenth larger.
const COMPRESSION: u8 = 3;

/// A workbook that is being written.
pub(super) struct Book {
    file: Workbook,
    heading: Format,
    whole: Format,
    decimals: [Format; 4],
    table: ExportTable,
    part: usize,
    sheets: usize,
    row: u32,
}

impl Book {
    /// A workbook whose time of creation is that of the record, so that the same export has the same bytes.
    pub(super) fn new(folder: &Path, created: Timestamp) -> anyhow::Result<Self> {
        let mut book = Workbook::new();
        book.set_tempdir(folder)?;
        book.set_zip_compression_level(COMPRESSION);
        let created = ExcelDateTime::from_timestamp(created.as_second())?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let number = |shape: &str| Format::new().set_num_format(shape);
        Ok(Self {
            file: book,
            heading: Format::new().set_bold(),
            whole: number("0"),
            decimals: ["0.0", "#,##0.00", "0.000", "0.0000"].map(number),
            table: ExportTable::Claim,
            part: 1,
            sheets: 0,
            row: 0,
        })
    }

    /// Begins the sheet of a table.
    pub(super) fn begin(&mut self, table: ExportTable) -> anyhow::Result<()> {
        (self.table, self.part) = (table, 1);
        self.sheet()
    }

    fn sheet(&mut self) -> anyhow::Result<()> {
        let name = self.table.name();
        let name = if self.part == 1 { name.to_owned() } else { format!("{name}_{}", self.part) };
        let sheet = self.file.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (column, (name, _)) in (0_u16..).zip(self.table.columns()) {
            sheet.write_string_with_format(0, column, *name, &self.heading)?;
        }
        (self.sheets, self.row) = (self.sheets + 1, 1);
        Ok(())
    }

    /// Adds a row; a table that is longer than a sheet goes on in the next one.
    pub(super) fn write(&mut self, row: &[Cell]) -> anyhow::Result<()> {
        if self.row == MOST_ROWS {
            self.part += 1;
            self.sheet()?;
        }
        let sheet = self.file.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0_u16..).zip(row) {
            match cell {
                // A string is a string to the format, whatever it begins with.
                Cell::Text(text) => sheet.write_string(self.row, column, text)?,
                Cell::Number(number) => {
                    let scale = usize::try_from(number.scale()).context("a scale")?;
                    let format =
                        scale.checked_sub(1).map_or(Some(&self.whole), |place| self.decimals.get(place));
                    let format = format.context("a number has more decimals than the workbook shows")?;
                    sheet.write_with_format(self.row, column, *number, format)?
                }
            };
        }
        self.row += 1;
        Ok(())
    }

    /// Writes the file and makes it durable.
    pub(super) fn finish(mut self, path: &Path) -> anyhow::Result<()> {
        let file = std::io::BufWriter::new(std::fs::File::create_new(path)?);
        self.file.save_to_writer(file)?;
        Ok(super::sync(path)?)
    }
}
