//! From texts in rows to values. What cannot be read is an inconsistency of the row, not a mistake of the caller.

use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::error::Error;

/// Parses a text of a row.
pub(super) fn parse<T: FromStr>(
    table: &'static str,
    what: &str,
    id: impl Display,
    text: &str,
) -> Result<T, Error> {
    text.parse().map_err(|_| Error::inconsistent(table, format!("{id} has another {what}")))
}

/// Parses every text of a list.
pub(super) fn parse_all<T: FromStr, C: FromIterator<T>>(
    table: &'static str,
    what: &str,
    id: impl Display,
    texts: &[String],
) -> Result<C, Error> {
    texts.iter().map(|text| parse(table, what, &id, text)).collect()
}

/// Parses a decimal number, `None` as nothing.
pub(super) fn decimal(table: &'static str, id: impl Display, text: Option<&str>) -> Result<Decimal, Error> {
    text.map_or(Ok(Decimal::ZERO), |text| parse(table, "number", id, text))
        .map(|number: Decimal| number.normalize())
}

/// Parses a day, the empty text as none.
pub(super) fn day(table: &'static str, id: impl Display, text: &str) -> Result<Option<Date>, Error> {
    if text.is_empty() { Ok(None) } else { parse(table, "day", id, text).map(Some) }
}
