//! From contract fields to values. What cannot be read will never be: poison, naming the field and never its value.

use std::collections::BTreeSet;
use std::str::FromStr;

use chassis::events::HandlerError;
use chassis::events::fields::poison;
pub(super) use chassis::events::fields::{day, id, instant, same_aggregate};
use region::{ItemCode, NisCode};

/// Longest version of a programme file, in bytes.
const LONGEST_VERSION: usize = 100;

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
    fn repeated_codes_count_once() {
        let texts = ["work", "debts", "work"].map(str::to_owned);

        assert_eq!(codes("reasons", &texts).unwrap(), ["debts", "work"]);
    }
}
