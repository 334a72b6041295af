//! A sheet of a workbook (XLSX). Macros and pictures are passed over; of a formula the stored value is read, and marked.
//!
//! Nothing in the file decides how much memory is used: it is unpacked once into nothing to count, and cells are read one by one.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use jiff::civil::Date;
use rust_decimal::Decimal;
use zip::ZipArchive;

use super::cell::{Cell, Content, Row, Sheet};
use super::limits::{MOST_COLUMNS, MOST_PARTS, MOST_ROWS, MOST_TEXT, MOST_UNPACKED, Unreadable};

/// Whether these bytes begin as a workbook does.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Unpacks into nothing, and refuses what grows too large; what the file says of its own size is not believed.
fn check_size(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(Unreadable::Expands);
    }
    let mut left = MOST_UNPACKED;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| Unreadable::Damaged)?;
        let read =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| Unreadable::Damaged)?;
        left = left.checked_sub(read).ok_or(Unreadable::Expands)?;
    }
    Ok(())
}

/// Reads a sheet: the one of this name, or the first.
///
/// # Errors
/// What is no workbook, or too much of one.
pub fn read(bytes: &[u8], name: &str) -> Result<Sheet, Unreadable> {
    check_size(bytes)?;
    // `calamine` calculates with what the file says: a `dimension` that ends before it begins makes it panic.
    std::panic::catch_unwind(|| read_sheet(bytes, name)).unwrap_or(Err(Unreadable::Damaged))
}

fn read_sheet(bytes: &[u8], name: &str) -> Result<Sheet, Unreadable> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    let names = book.sheet_names();
    let found = if name.is_empty() { names.first() } else { names.iter().find(|one| one.as_str() == name) };
    let name = found.ok_or(Unreadable::NoSheet)?.clone();
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| Unreadable::NoSheet)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut left = MOST_TEXT;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|_| Unreadable::Damaged)? {
        let Some(content) = content(&cell.value) else { continue };
        if let Content::Text(text) = &content {
            left = left.checked_sub(text.len()).ok_or(Unreadable::Expands)?;
        }
        let (row, column) = cell.pos;
        let column = usize::try_from(column).map_err(|_| Unreadable::TooManyColumns)?;
        if column >= MOST_COLUMNS {
            return Err(Unreadable::TooManyColumns);
        }
        let number = row.checked_add(1).ok_or(Unreadable::TooManyRows)?;
        match rows.last().map(|row| row.number) {
            Some(last) if last == number => {}
            // A row after which an earlier one comes is written by nothing that makes workbooks.
            Some(last) if last > number => return Err(Unreadable::Damaged),
            _ => {
                if rows.len() > MOST_ROWS {
                    return Err(Unreadable::TooManyRows);
                }
                rows.push(Row { number, cells: Vec::new() });
            }
        }
        let Some(row) = rows.last_mut() else { continue };
        while row.cells.len() <= column {
            row.cells.push(Cell::text(""));
        }
        if let Some(place) = row.cells.get_mut(column) {
            *place = Cell { content, is_formula: cell.formula.is_some() };
        }
    }
    Ok(Sheet { format: "XLSX", name, rows })
}

/// What a cell holds; `None` when that is nothing.
fn content(value: &DataRef<'_>) -> Option<Content> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => Content::Number(Decimal::from(*number)),
        // Fifteen digits are what a spreadsheet keeps and shows; what binary fractions leave behind them is none of the number.
        DataRef::Float(number) => Decimal::from_scientific(&format!("{number:.14e}"))
            .map_or(Content::Broken, |read| Content::Number(read.normalize())),
        DataRef::String(text) if text.trim().is_empty() => return None,
        DataRef::SharedString(text) if text.trim().is_empty() => return None,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Content::Text(text.clone())
        }
        DataRef::SharedString(text) => Content::Text((*text).to_owned()),
        DataRef::Bool(is_true) => Content::Text(is_true.to_string()),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let whole_day = at.is_datetime() && (hour, minute, second) == (0, 0, 0);
            day_of(year, month, day).filter(|_| whole_day).map_or(Content::Broken, Content::Day)
        }
        DataRef::Error(_) => Content::Broken,
    })
}

fn day_of(year: u16, month: u8, day: u8) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}
