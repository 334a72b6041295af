//! From contract fields to values. What cannot be read will never be: poison, naming the field and never its value.

use std::collections::BTreeSet;
use std::str::FromStr;

use chassis::events::HandlerError;
use jiff::Timestamp;
use jiff::civil::Date;
use region::{ItemCode, NisCode};
use uuid::Uuid;

/// Longest version of a programme file, in bytes.
const LONGEST_VERSION: usize = 100;

fn poison(field: &str, what: &str) -> HandlerError {
    HandlerError::Poison(format!("`{field}` {what}"))
}

/// Reads an id.
pub(super) fn id<T: FromStr>(field: &str, text: &str) -> Result<T, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no id"))
}

/// Checks that an event is in the history of the aggregate it is about.
pub(super) fn same_aggregate(field: &str, id: Uuid, aggregate: Uuid) -> Result<(), HandlerError> {
    if id == aggregate { Ok(()) } else { Err(poison(field, "is another than the aggregate of the event")) }
}

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

/// Reads an instant, to the microsecond as the database keeps it.
pub(super) fn instant(field: &str, value: Option<prost_types::Timestamp>) -> Result<Timestamp, HandlerError> {
    let value = value.ok_or_else(|| poison(field, "is missing"))?;
    if !(0..1_000_000_000).contains(&value.nanos) {
        return Err(poison(field, "is no instant"));
    }
    Timestamp::new(value.seconds, value.nanos)
        .and_then(|exact| Timestamp::from_microsecond(exact.as_microsecond()))
        .map_err(|_| poison(field, "is no instant"))
}

/// Reads a day.
pub(super) fn day(field: &str, text: &str) -> Result<Date, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no day"))
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
        assert_eq!(reason(id::<Uuid>("person_id", "Kanarie-Jansen")), "`person_id` is no id");
        assert_eq!(reason(code("channel", "Kanarie Jansen")), "`channel` is no code");
        assert_eq!(reason(codes("reasons", &[])), "`reasons` names no code");
        assert_eq!(
            reason(nis("municipality_nis", "9160")),
            "`municipality_nis` is no NIS code of a municipality"
        );
        assert_eq!(reason(day("reply_until", "morgen")), "`reply_until` is no day");
        assert_eq!(reason(instant("submitted_at", None)), "`submitted_at` is missing");
        let wrong = prost_types::Timestamp { seconds: 0, nanos: -1 };
        assert_eq!(reason(instant("submitted_at", Some(wrong))), "`submitted_at` is no instant");
        let far = prost_types::Timestamp { seconds: i64::MAX, nanos: 0 };
        assert_eq!(reason(instant("submitted_at", Some(far))), "`submitted_at` is no instant");
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

    #[test]
    fn an_instant_before_1970_is_read_right() {
        let half_a_second_before = prost_types::Timestamp { seconds: -1, nanos: 500_000_000 };

        let read = instant("submitted_at", Some(half_a_second_before)).unwrap();

        assert_eq!(read, Timestamp::from_millisecond(-500).unwrap());
    }
}
