//! Files that people hand in: CSV and XLSX, with the headings and ways of writing that they have.
//!
//! [`open`] reads a file into rows and finds its columns; a [`Reader`] turns each row into the texts that the fields of a request
//! would hold, so that the rules of the use cases judge them as if somebody had typed them. Nothing is guessed: what has two
//! readings, and a bare code that nobody explained, is a [`Problem`] at its cell. Nothing here knows the database.

mod cell;
mod columns;
mod csv_table;
mod forms;
mod limits;
mod problem;
mod reader;
mod xlsx_table;

use std::fmt;
use std::sync::Arc;

use chassis::error::Violation;
use ring::digest;

pub use cell::{Row, Sheet, cell_name};
pub use columns::{Column, ColumnWish};
pub use forms::{Field, ImportKind};
pub use limits::{MOST_BYTES, Unreadable};
pub use problem::{MOST_PROBLEMS, Places, Problem, Problems};
pub use reader::{Note, Reader, Record, Words};

/// A file with what the request says about it. It can hold wages: `Debug` shows how long it is.
#[derive(Clone)]
pub struct ImportFile {
    /// What it is.
    pub kind: ImportKind,
    /// Its bytes.
    pub content: Arc<[u8]>,
    /// The sheet of a workbook; empty for the first.
    pub sheet: String,
    /// Row of the headings, from 1; 0 for the first that is not empty.
    pub heading_row: u32,
    /// What is said about its columns.
    pub columns: Vec<ColumnWish>,
    /// Whether the day comes before the month; `None` when each cell must say.
    pub day_first: Option<bool>,
}

impl fmt::Debug for ImportFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.content.len();
        formatter
            .debug_struct("ImportFile")
            .field("kind", &self.kind)
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct OpenFile {
    /// What kind of file it is.
    pub format: &'static str,
    /// Name of the sheet; empty for CSV.
    pub sheet: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The rows below the headings.
    pub rows: Vec<Row>,
}

/// Reads a file and finds its columns.
///
/// # Errors
/// What cannot be read, and everything that is wrong with its columns.
pub fn open(file: &ImportFile) -> Result<OpenFile, Vec<Violation>> {
    let read = || {
        if file.content.is_empty() {
            return Err(Unreadable::Empty);
        }
        if file.content.len() > MOST_BYTES {
            return Err(Unreadable::TooLarge);
        }
        if xlsx_table::is_workbook(&file.content) {
            return xlsx_table::read(&file.content, &file.sheet);
        }
        let is_asked = |heading: &str| {
            file.columns.iter().any(|wish| forms::plain(&wish.heading) == forms::plain(heading))
        };
        csv_table::read(&file.content, |heading| file.kind.known(heading).is_some() || is_asked(heading))
    };
    let sheet: Sheet = read().map_err(|error| vec![error.violation()])?;
    let mut rows = sheet.rows.into_iter().skip_while(|row| row.number < file.heading_row);
    let headings = rows.next().ok_or_else(|| vec![Unreadable::Empty.violation()])?;
    let columns = columns::find(file.kind, &headings, &file.columns)?;
    let rows: Vec<Row> = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect();
    if rows.is_empty() {
        return Err(vec![Unreadable::Empty.violation()]);
    }
    Ok(OpenFile { format: sheet.format, sheet: sheet.name, columns, rows })
}

/// Names one import: the file, what is said about it, and the versions of what it would change. Whoever applies it gives it back,
/// and nothing is written when anything of it is another by then.
pub fn plan_of(file: &ImportFile, versions: &[String]) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut add = |bytes: &[u8]| {
        hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    add(&file.content);
    add(format!("{:?}/{}/{:?}/{:?}", file.kind, file.heading_row, file.columns, file.day_first).as_bytes());
    add(file.sheet.as_bytes());
    for version in versions {
        add(version.as_bytes());
    }
    hex::encode(hash.finish())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_xlsxwriter::Workbook;

    use super::*;

    fn file(content: &[u8]) -> ImportFile {
        ImportFile {
            kind: ImportKind::Contributions,
            content: content.into(),
            sheet: String::new(),
            heading_row: 0,
            columns: Vec::new(),
            day_first: None,
        }
    }

    fn book() -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, (one, other)) in (0..).zip([("Partner", "Bedrag"), ("ocmw-temse", "1.234,50")]) {
            sheet.write_string(row, 0, one).unwrap().write_string(row, 1, other).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn a_file_is_refused_with_what_helps() {
        let refused = |content: &[u8]| open(&file(content)).unwrap_err()[0].reason;

        assert_eq!(refused(b""), "REQUIRED");
        assert_eq!(refused(b"Partner;Bedrag\r\n"), "REQUIRED", "headings without rows");
        assert_eq!(refused(&vec![b'a'; MOST_BYTES + 1]), "FILE_TOO_LARGE");
        assert_eq!(refused(b"PK\x03\x04 no workbook"), "FILE_UNREADABLE");
        let mut rows = b"Partner;Bedrag\n".to_vec();
        rows.extend(b"a;1\n".repeat(20_001));
        assert_eq!(refused(&rows), "TOO_MANY");
        let missing = open(&file(b"Naam;Bedrag\nx;1\n")).unwrap_err();
        assert_eq!((missing.len(), missing[0].reason), (1, "COLUMN_MISSING"));
        assert_eq!(missing[0].field, "file.columns.partner");
        assert_eq!(
            open(&ImportFile { sheet: "kanarie".to_owned(), ..file(&book()) }).unwrap_err()[0].reason,
            "UNKNOWN_SHEET"
        );
    }

    /// 20 MB of zeros in 20 kB, four times over.
    #[test]
    fn a_workbook_that_grows_is_not_unpacked() {
        let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for part in 0..4 {
            bomb.start_file(format!("xl/{part}.xml"), zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut bomb, &vec![0; 20 << 20]).unwrap();
        }
        let bomb = bomb.finish().unwrap().into_inner();

        assert!(bomb.len() < 200_000);
        assert_eq!(open(&file(&bomb)).unwrap_err()[0].reason, "FILE_EXPANDS");
    }

    /// The same workbook with a part changed.
    fn with_part(name: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut old = zip::ZipArchive::new(std::io::Cursor::new(book())).unwrap();
        let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for place in 0..old.len() {
            let mut entry = old.by_index(place).unwrap();
            let own = entry.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            if own == name {
                change(&mut bytes);
            }
            new.start_file(own, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut new, &bytes).unwrap();
        }
        new.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_whose_dimension_ends_before_it_begins_is_refused() {
        let changed = |from: &'static str, to: &'static str| {
            with_part("xl/worksheets/sheet1.xml", move |part| {
                let text = String::from_utf8(part.clone()).unwrap();
                assert!(text.contains(from), "{text}");
                *part = text.replace(from, to).into_bytes();
            })
        };

        assert!(open(&file(&changed("A1:B2", "A1:B3"))).is_ok());
        assert_eq!(open(&file(&changed("A1:B2", "B2:A1"))).unwrap_err()[0].reason, "FILE_UNREADABLE");
    }

    #[test]
    fn the_plan_is_of_the_file_what_is_said_about_it_and_what_it_changes() {
        let plan = plan_of(&file(b"a"), &["1".to_owned()]);

        assert_eq!(plan, plan_of(&file(b"a"), &["1".to_owned()]));
        assert_ne!(plan, plan_of(&file(b"b"), &["1".to_owned()]));
        assert_ne!(plan, plan_of(&file(b"a"), &["2".to_owned()]));
        assert_ne!(plan, plan_of(&ImportFile { day_first: Some(true), ..file(b"a") }, &["1".to_owned()]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn any_bytes_are_opened_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = open(&file(&bytes));
            let _ = open(&file(&[b"PK\x03\x04".as_slice(), &bytes].concat()));
        }

        #[test]
        fn a_workbook_with_changed_bytes_is_opened_or_refused(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut book = book();
            for (place, byte) in changes {
                let place = place.index(book.len());
                book[place] = byte;
            }
            let _ = open(&file(&book));
        }

        /// What stands inside a workbook is anybody's: also its parts hold what they like.
        #[test]
        fn a_workbook_with_changed_parts_is_opened_or_refused(
            part in 0..3_usize, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let name = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"][part];
            let book = with_part(name, |bytes| {
                for (place, byte) in &changes {
                    let place = place.index(bytes.len());
                    bytes[place] = *byte;
                }
            });
            let _ = open(&file(&book));
        }
    }
}
