//! From contract fields to values. What cannot be read will never be: poison, naming the field and never its value.

use std::collections::BTreeSet;
use std::str::FromStr;

use chassis::events::HandlerError;
use chassis::events::fields::poison;
pub(super) use chassis::events::fields::{day, id, instant, known, same_aggregate};
use jiff::civil::Date;
use proto::common::v1::Money;
use region::{ItemCode, NisCode};
use rust_decimal::Decimal;

/// Longest version of a programme file, in bytes.
const LONGEST_VERSION: usize = 100;
/// More weighted cases than this no worker has; also keeps sums within what a decimal holds.
const MOST_CASES: Decimal = Decimal::ONE_THOUSAND;
/// Minutes of a day.
const MOST_MINUTES: i32 = 1_440;

/// Reads a code of a programme file. Whether a programme knows it is not asked: the event is older than today's file.
pub(super) fn code(field: &str, text: &str) -> Result<String, HandlerError> {
    ItemCode::from_str(text).map(|code| code.as_str().to_owned()).map_err(|_| poison(field, "is no code"))
}

/// Reads codes: at least one; repeats count once.
pub(super) fn codes(field: &str, texts: &[String]) -> Result<Vec<String>, HandlerError> {
    let codes = texts.iter().map(|text| code(field, text)).collect::<Result<BTreeSet<_>, _>>()?;
    if codes.is_empty() { Err(poison(field, "names no code")) } else { Ok(codes.into_iter().collect()) }
}

/// Reads the version of a programme file, a name for programs that only intake reads further.
pub(super) fn version(field: &str, text: &str) -> Result<String, HandlerError> {
    if text.is_empty() || text.len() > LONGEST_VERSION {
        return Err(poison(field, "is no version of a programme file"));
    }
    Ok(text.to_owned())
}

/// Reads a NIS code.
pub(super) fn nis(field: &str, text: &str) -> Result<String, HandlerError> {
    NisCode::from_str(text)
        .map(|code| code.to_string())
        .map_err(|_| poison(field, "is no NIS code of a municipality"))
}

/// Reads a code that may be left out; empty when it is.
pub(super) fn code_or_empty(field: &str, text: &str) -> Result<String, HandlerError> {
    if text.is_empty() { Ok(String::new()) } else { code(field, text) }
}

/// Reads an id that may be left out.
pub(super) fn optional_id<T: FromStr>(field: &str, text: &str) -> Result<Option<T>, HandlerError> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

/// Reads a day that may be left out.
pub(super) fn optional_day(field: &str, text: &str) -> Result<Option<Date>, HandlerError> {
    if text.is_empty() { Ok(None) } else { day(field, text).map(Some) }
}

/// Reads a number of weighted cases: a decimal of 0 to 1,000.
pub(super) fn cases(field: &str, text: &str) -> Result<Decimal, HandlerError> {
    Decimal::from_str_exact(text)
        .ok()
        .filter(|cases| (Decimal::ZERO..=MOST_CASES).contains(cases))
        .ok_or_else(|| poison(field, "is no number of cases"))
}

/// Reads minutes of one day.
pub(super) fn minutes(field: &str, minutes: u32) -> Result<i32, HandlerError> {
    i32::try_from(minutes)
        .ok()
        .filter(|minutes| *minutes <= MOST_MINUTES)
        .ok_or_else(|| poison(field, "is more than a day has"))
}

/// Reads an amount, whole cents.
pub(super) fn cents(field: &str, amount: Option<Money>) -> Result<i64, HandlerError> {
    amount.map(|amount| amount.cents).ok_or_else(|| poison(field, "is missing"))
}

/// Reads a year of the calendar.
pub(super) fn year(field: &str, year: u32) -> Result<i32, HandlerError> {
    i32::try_from(year)
        .ok()
        .filter(|year| (1900..=2999).contains(year))
        .ok_or_else(|| poison(field, "lies outside the years 1900 to 2999"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason<T: std::fmt::Debug>(result: Result<T, HandlerError>) -> String {
        match result.unwrap_err() {
            HandlerError::Poison(reason) => reason,
            other => panic!("expected poison, got {other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_read_is_poison_that_names_the_field_and_not_the_value() {
        assert_eq!(reason(code("channel", "Kanarie Jansen")), "`channel` is no code");
        assert_eq!(reason(codes("reasons", &[])), "`reasons` names no code");
        assert_eq!(
            reason(nis("municipality_nis", "9160")),
            "`municipality_nis` is no NIS code of a municipality"
        );
        assert_eq!(
            reason(version("programme_version", "")),
            "`programme_version` is no version of a programme file"
        );
    }

    #[test]
    fn numbers_out_of_their_range_are_poison() {
        for text in ["", "0,8", "-1", "1000.1", "kanarie", "1e2"] {
            assert_eq!(reason(cases("cases_min", text)), "`cases_min` is no number of cases", "{text}");
        }
        assert_eq!(reason(minutes("minutes", 1_441)), "`minutes` is more than a day has");
        assert_eq!(reason(minutes("minutes", u32::MAX)), "`minutes` is more than a day has");
        assert_eq!(reason(cents("total", None)), "`total` is missing");
        assert_eq!(reason(year("year", 24)), "`year` lies outside the years 1900 to 2999");
        assert_eq!(cases("cases_min", "14.4").unwrap(), Decimal::new(144, 1));
        assert_eq!(minutes("minutes", 1_440).unwrap(), 1_440);
    }

    #[test]
    fn what_may_be_left_out_is_read_when_it_is_there() {
        assert_eq!(optional_day("valid_to", "").unwrap(), None);
        assert_eq!(reason(optional_day("valid_to", "morgen")), "`valid_to` is no day");
        assert_eq!(reason(optional_id::<uuid::Uuid>("follows_match_id", "x")), "`follows_match_id` is no id");
        assert_eq!(code_or_empty("weight", "").unwrap(), "");
        assert_eq!(reason(code_or_empty("weight", "Zwaar geval")), "`weight` is no code");
    }

    #[test]
    fn repeated_codes_count_once() {
        let texts = ["work", "debts", "work"].map(str::to_owned);

        assert_eq!(codes("reasons", &texts).unwrap(), ["debts", "work"]);
    }
}
