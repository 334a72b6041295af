//! Which column of a file is for which field: by its heading, or as the request says.

use std::collections::BTreeMap;

use chassis::error::Violation;

use super::cell::{Row, column_name};
use super::forms::{Field, ImportKind, Shape, plain};

/// What the request says about a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnWish {
    /// Its heading.
    pub heading: String,
    /// The field it is for; empty keeps what the heading says.
    pub field: String,
    /// Before the decimals of its numbers; `None` when each cell must say.
    pub decimal: Option<char>,
    /// What its codes mean on this form.
    pub codes: Vec<(String, String)>,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place, from 0.
    pub place: usize,
    /// Its heading.
    pub heading: String,
    /// The field it is for; `None` when it is passed over.
    pub field: Option<&'static Field>,
    /// Before the decimals of its numbers.
    pub decimal: Option<char>,
    /// What its codes mean.
    pub codes: BTreeMap<String, String>,
}

impl Column {
    /// Its letters.
    pub fn letters(&self) -> String {
        column_name(self.place)
    }
}

/// What may stand in a code for a field; `None` when the field says so itself later.
fn code_fits(field: &Field, value: &str) -> bool {
    match field.shape {
        Shape::Word(words) => words.iter().any(|(word, _)| *word == value),
        Shape::Component | Shape::Partner | Shape::Text => !value.is_empty(),
        Shape::Number | Shape::Day => false,
    }
}

/// Finds the columns of a row of headings.
///
/// # Errors
/// Every wish that cannot be met, every field that two columns have, every one that is needed and has none.
pub fn find(kind: ImportKind, headings: &Row, wishes: &[ColumnWish]) -> Result<Vec<Column>, Vec<Violation>> {
    let mut wrong = Vec::new();
    let mut columns: Vec<Column> = headings
        .cells
        .iter()
        .enumerate()
        .map(|(place, cell)| {
            let heading = cell.shown();
            let field = kind.known(&heading);
            Column { place, heading, field, decimal: None, codes: BTreeMap::new() }
        })
        .collect();
    for (place, wish) in wishes.iter().enumerate() {
        if let Err(violation) = meet(kind, &mut columns, wish, &format!("file.columns[{place}]")) {
            wrong.push(violation);
        }
    }
    for field in kind.fields() {
        let having: Vec<&Column> = columns.iter().filter(|column| column.field == Some(field)).collect();
        if having.is_empty() && field.is_required {
            let known = field.headings.join("`, `");
            let message = format!("the file has no column for {}", field.name);
            let remedy = format!(
                "head a column with `{}` or `{known}`, or say in file.columns which one it is",
                field.name
            );
            wrong.push(Violation::new(
                format!("file.columns.{}", field.name),
                "COLUMN_MISSING",
                message,
                remedy,
            ));
        }
        if having.len() > 1 {
            let letters: Vec<String> = having.iter().map(|column| column.letters()).collect();
            let message = format!("the columns {} are both for {}", letters.join(" and "), field.name);
            let remedy = "say in file.columns which one it is, with no field for the other";
            wrong.push(Violation::new(
                format!("file.columns.{}", field.name),
                "COLUMN_REPEATED",
                message,
                remedy,
            ));
        }
    }
    if wrong.is_empty() { Ok(columns) } else { Err(wrong) }
}

fn meet(kind: ImportKind, columns: &mut [Column], wish: &ColumnWish, at: &str) -> Result<(), Violation> {
    let heading = plain(&wish.heading);
    let Some(column) = columns.iter_mut().find(|column| plain(&column.heading) == heading) else {
        let remedy = "write the heading as it stands in the file";
        return Err(Violation::new(
            format!("{at}.header"),
            "UNKNOWN_COLUMN",
            "the file has no column with this heading",
            remedy,
        ));
    };
    if wish.field == "-" {
        column.field = None;
        return Ok(());
    }
    if !wish.field.is_empty() {
        let Some(field) = kind.field(&wish.field) else {
            let known: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
            let remedy = format!("choose among: {}, or `-` to pass the column over", known.join(", "));
            return Err(Violation::new(
                format!("{at}.field"),
                "UNKNOWN_VALUE",
                "there is no such field here",
                remedy,
            ));
        };
        column.field = Some(field);
    }
    column.decimal = wish.decimal;
    for (place, (code, value)) in wish.codes.iter().enumerate() {
        let fits = column.field.is_some_and(|field| code_fits(field, value));
        if !fits {
            let words: Vec<&str> = match column.field.map(|field| field.shape) {
                Some(Shape::Word(words)) => words.iter().map(|(word, _)| *word).collect(),
                _ => vec!["a code of the region, for a column of words"],
            };
            let remedy = format!("choose among: {}", words.join(", "));
            let field = format!("{at}.codes[{place}].value");
            return Err(Violation::new(
                field,
                "UNKNOWN_VALUE",
                "a code of this column cannot mean that",
                remedy,
            ));
        }
        column.codes.insert(plain(code), value.clone());
    }
    Ok(())
}
