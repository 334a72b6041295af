//! Text with separators: UTF-8 with or without a mark of byte order, else Windows-1252; `;`, `,` or tab between the cells.
//!
//! Read by hand and not by the crate `csv`, which passes over empty lines: a problem must name the row that a spreadsheet shows.

use super::cell::{Cell, Row, Sheet};
use super::limits::{MOST_COLUMNS, MOST_ROWS, Unreadable};

/// What an export of ours puts an apostrophe before, so that no spreadsheet takes it for a formula.
const MARKED: [char; 13] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '|'];

/// Windows-1252 between 0x80 and 0x9f; what is not used there is a control character, as in browsers.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž',
    'Ÿ',
];

/// The text of a file.
fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(Unreadable::NotText);
    }
    Ok(std::str::from_utf8(bytes)
        .map_or_else(|_| bytes.iter().map(|byte| letter(*byte)).collect(), str::to_owned))
}

fn letter(byte: u8) -> char {
    let place = usize::from(byte).checked_sub(0x80);
    place.and_then(|place| WINDOWS.get(place)).copied().unwrap_or(char::from(byte))
}

/// Reads a file. Of the separators that is taken with which most cells of the first row are `known`, then which gives most cells.
///
/// # Errors
/// What is no such text, or too much of it.
pub fn read(bytes: &[u8], known: impl Fn(&str) -> bool) -> Result<Sheet, Unreadable> {
    let text = decode(bytes)?;
    let weight = |separator: char| -> Result<(usize, usize), Unreadable> {
        let first = Records::new(&text, separator)
            .find(|record| record.as_ref().map_or(true, |cells| !is_blank(cells)));
        let cells = first.transpose()?.unwrap_or_default();
        Ok((cells.iter().filter(|cell| known(cell)).count(), cells.len()))
    };
    let mut separators = Vec::new();
    for separator in [';', ',', '\t'] {
        // A quote that only this separator leaves open speaks against it, and against nothing else.
        separators.push((weight(separator).unwrap_or_default(), separator));
    }
    let best = separators.iter().map(|(weight, _)| *weight).max().unwrap_or_default();
    let separator =
        separators.iter().find(|(weight, _)| *weight == best).map_or(';', |(_, separator)| *separator);
    let mut rows = Vec::new();
    for (number, record) in (1_u32..).zip(Records::new(&text, separator)) {
        let record = record?;
        if is_blank(&record) {
            continue;
        }
        if record.len() > MOST_COLUMNS {
            return Err(Unreadable::TooManyColumns);
        }
        if rows.len() > MOST_ROWS {
            return Err(Unreadable::TooManyRows);
        }
        rows.push(Row { number, cells: record.iter().map(|text| Cell::text(unmarked(text))).collect() });
    }
    Ok(Sheet { format: "CSV", name: String::new(), rows })
}

fn is_blank(cells: &[String]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}

/// Without the apostrophe that keeps a text from being taken for a formula.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(MARKED)).unwrap_or(text)
}

/// The records of a text, as RFC 4180 has them; blanks around cells stay.
struct Records<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    separator: char,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, separator: char) -> Self {
        Self { rest: text.chars().peekable(), separator }
    }

    /// The rest of a cell in quotes.
    fn quoted(&mut self) -> Result<String, Unreadable> {
        let mut cell = String::new();
        loop {
            match self.rest.next() {
                None => return Err(Unreadable::OpenQuote),
                Some('"') if self.rest.next_if_eq(&'"').is_none() => return Ok(cell),
                Some(letter) => cell.push(letter),
            }
        }
    }

    fn record(&mut self) -> Result<Vec<String>, Unreadable> {
        let mut cells = Vec::new();
        let mut cell = String::new();
        loop {
            match self.rest.next() {
                Some('"') if cell.is_empty() => cell = self.quoted()?,
                Some('\r') if self.rest.peek() == Some(&'\n') => {}
                Some('\n' | '\r') | None => {
                    cells.push(cell);
                    return Ok(cells);
                }
                Some(letter) if letter == self.separator => cells.push(std::mem::take(&mut cell)),
                Some(letter) => cell.push(letter),
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<String>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest.peek()?;
        Some(self.record())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = read(bytes, |_| false).unwrap();
        sheet.rows.into_iter().map(|row| (row.number, row.cells.iter().map(Cell::shown).collect())).collect()
    }

    fn rows(expected: &[(u32, &[&str])]) -> Vec<(u32, Vec<String>)> {
        expected.iter().map(|(row, cells)| (*row, cells.iter().map(ToString::to_string).collect())).collect()
    }

    #[test]
    fn separators_quotes_and_rows_are_those_of_a_spreadsheet() {
        for (text, expected) in [
            ("a;b\r\n\r\n1,5;2\n", rows(&[(1, &["a", "b"]), (3, &["1,5", "2"])])),
            ("a,b\n\"1,5\",\"x \"\"y\"\"\n2\"", rows(&[(1, &["a", "b"]), (2, &["1,5", "x \"y\"\n2"])])),
            ("a\tb\r1\t2", rows(&[(1, &["a", "b"]), (2, &["1", "2"])])),
            ("\u{feff}a;b\n'=1;'x", rows(&[(1, &["a", "b"]), (2, &["=1", "'x"])])),
        ] {
            assert_eq!(cells(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(cells(b"caf\xe9;\x80 5"), rows(&[(1, &["café", "€ 5"])]), "Windows-1252");
        assert_eq!(cells("café;€ 5".as_bytes()), rows(&[(1, &["café", "€ 5"])]), "UTF-8");
        assert_eq!(read(b"a;b\n\"c;1", |_| false), Err(Unreadable::OpenQuote));
        assert_eq!(read(b"\xff\xfea\0", |_| false), Err(Unreadable::NotText));
    }

    #[test]
    fn known_headings_decide_between_two_separators() {
        let sheet = read(b"uren, loon; deel\n1;2", |heading| heading.trim() == "deel").unwrap();

        assert_eq!(sheet.rows[0].cells.len(), 2);
    }

    proptest! {
        #[test]
        fn what_the_crate_csv_writes_is_read(
            table in proptest::collection::vec(proptest::collection::vec("[a-z;,\"'\n\t =]{1,8}", 2..5), 1..6),
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).delimiter(b'\t').from_writer(Vec::new());
            for record in &table {
                writer.write_record(record).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Result<Vec<_>, _> = Records::new(&text, '\t').collect();
            prop_assert_eq!(read, Ok(table));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, |_| false);
        }
    }
}
