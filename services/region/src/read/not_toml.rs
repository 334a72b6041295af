//! Explaining why a text is not TOML.

use toml_span::{Error, ErrorKind};

use crate::read::File;
use crate::report::MistakeKind;

/// Notes why the text could not be parsed. The parser stops at the first such mistake, so there is only one.
pub(crate) fn report(file: &File<'_>, error: &Error) {
    let (message, remedy) = explain(file, error);
    file.report(error.span, MistakeKind::NotToml, message, remedy);
}

fn explain(file: &File<'_>, error: &Error) -> (String, String) {
    let line = file.source.place(error.span.start, error.span.end).text;
    let line_of = |first: &toml_span::Span| file.source.place(first.start, first.end).line;
    match &error.kind {
        ErrorKind::DuplicateKey { key, first } => {
            (format!("`{key}` already stands on line {}", line_of(first)), "keep one of the two".to_owned())
        }
        ErrorKind::DuplicateTable { name, first } => (
            format!("the table `{name}` already stands on line {}", line_of(first)),
            format!("merge the two, or write `[[{name}]]` when a list of tables is meant"),
        ),
        ErrorKind::UnterminatedString | ErrorKind::InvalidCharInString('\n' | '\r') => {
            ("this text has no closing quote".to_owned(), "end it with `\"` on the same line".to_owned())
        }
        ErrorKind::RedefineAsArray => (
            "this name is a single table above and a list of tables here".to_owned(),
            "write it with double brackets everywhere, or with single brackets once".to_owned(),
        ),
        ErrorKind::UnquotedString => (
            "a text without quotes".to_owned(),
            "put texts between quotes; `true` and `false` are written in lower case".to_owned(),
        ),
        ErrorKind::InvalidEscape(letter) => (
            format!("`\\{letter}` means nothing in a text"),
            "write `\\\\` for a backslash, or put the text between single quotes".to_owned(),
        ),
        _ if looks_like_a_bare_date(&line) => (
            "a date without quotes".to_owned(),
            "put dates between quotes: `valid_from = \"2024-01-01\"`".to_owned(),
        ),
        ErrorKind::InvalidNumber => (
            "this is not a number".to_owned(),
            "write whole numbers without separators, and codes, dates and decimals between quotes".to_owned(),
        ),
        ErrorKind::Wanted { expected, found } => (
            format!("expected {expected}, found {found}"),
            "write one `key = value` on a line; texts between quotes, lists between brackets".to_owned(),
        ),
        _ => (
            error.to_string(),
            "write one `key = value` on a line; texts between quotes, lists between brackets".to_owned(),
        ),
    }
}

/// Tells whether the value of a line looks like `2024-01-01`: the parser in use knows no dates.
fn looks_like_a_bare_date(line: &str) -> bool {
    let value = line.split_once('=').map_or("", |(_, value)| value).trim_start().as_bytes();
    let shape = b"dddd-dd-dd";
    value.len() >= shape.len()
        && value.iter().zip(shape).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            dash => byte == dash,
        })
}
