//! How large a file may be, and why one cannot be read.

use chassis::error::Violation;

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 5 << 20;
/// Most that a workbook may hold once it is unpacked, in bytes.
pub const MOST_UNPACKED: u64 = 64 << 20;
/// Most parts of a workbook.
pub const MOST_PARTS: usize = 2_000;
/// Most rows below the headings.
pub const MOST_ROWS: usize = 20_000;
/// Most columns.
pub const MOST_COLUMNS: usize = 200;
/// Most bytes of text in all cells together: many cells of a workbook can share one long text.
pub const MOST_TEXT: usize = 32 << 20;

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Too many bytes.
    #[error("the file is larger than 5 MB")]
    TooLarge,
    /// Neither text nor a workbook.
    #[error("the file is neither CSV nor XLSX")]
    NotText,
    /// A quote without an end.
    #[error("a quotation mark in the file is not closed")]
    OpenQuote,
    /// A workbook that is damaged.
    #[error("the workbook is damaged")]
    Damaged,
    /// A workbook that grows beyond every measure.
    #[error("the workbook holds far more than its size says")]
    Expands,
    /// No such sheet.
    #[error("the workbook has no such sheet")]
    NoSheet,
    /// Too many rows.
    #[error("the file has more than 20,000 rows")]
    TooManyRows,
    /// Too many columns.
    #[error("the file has more than 200 columns")]
    TooManyColumns,
}

impl Unreadable {
    /// The violation, with its field and its remedy.
    pub fn violation(self) -> Violation {
        let (field, reason, remedy) = match self {
            Self::Empty => {
                ("file.content", "REQUIRED", "choose a file with a row of headings and rows below it")
            }
            Self::TooLarge => {
                ("file.content", "FILE_TOO_LARGE", "divide the file, or leave out sheets and pictures")
            }
            Self::NotText => ("file.content", "FILE_UNREADABLE", "save it as XLSX, or as `CSV UTF-8`"),
            Self::OpenQuote => {
                ("file.content", "FILE_UNREADABLE", "close the quotation mark, or save the sheet as XLSX")
            }
            Self::Damaged => {
                ("file.content", "FILE_UNREADABLE", "open it in a spreadsheet and save it as XLSX again")
            }
            Self::Expands => {
                ("file.content", "FILE_EXPANDS", "copy the rows into a new workbook and save that")
            }
            Self::NoSheet => {
                ("file.sheet", "UNKNOWN_SHEET", "name a sheet of the workbook, or nothing for the first")
            }
            Self::TooManyRows => ("file.content", "TOO_MANY", "divide the file: at most 20,000 rows at once"),
            Self::TooManyColumns => ("file.content", "TOO_MANY", "take out the columns that mean nothing"),
        };
        Violation::new(field, reason, self.to_string(), remedy)
    }
}
