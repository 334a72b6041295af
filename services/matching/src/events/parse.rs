//! From contract fields to values. What cannot be read will never be: poison, naming the field and never its value.

use std::str::FromStr;

use chassis::database::DatabaseError;
use chassis::events::HandlerError;
use jiff::Timestamp;
use jiff::civil::Date;
use region::{NisCode, ProgrammeCode};
use uuid::Uuid;

use crate::error::Error;

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

/// Reads the code of a programme. Whether the region has it today is not asked: the event is older than today's file.
pub(super) fn programme(field: &str, text: &str) -> Result<ProgrammeCode, HandlerError> {
    ProgrammeCode::parse(text).map_err(|_| poison(field, "is no code of a programme"))
}

/// Reads a NIS code.
pub(super) fn nis(field: &str, text: &str) -> Result<String, HandlerError> {
    NisCode::from_str(text)
        .map(|code| code.to_string())
        .map_err(|_| poison(field, "is no NIS code of a municipality"))
}

/// Reads a day.
pub(super) fn day(field: &str, text: &str) -> Result<Date, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no day"))
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

/// What follows from an error of storage: waiting helps against those of the database that pass, and against nothing else.
pub(super) fn failed(error: Error) -> HandlerError {
    match error {
        Error::Database(error) => error.into(),
        other => {
            HandlerError::from(DatabaseError::Inconsistent { table: "person_keys", what: other.to_string() })
        }
    }
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
        assert_eq!(reason(programme("programme", "Kanarie Jansen")), "`programme` is no code of a programme");
        assert_eq!(
            reason(nis("municipality_nis", "9160")),
            "`municipality_nis` is no NIS code of a municipality"
        );
        assert_eq!(reason(day("closed_on", "morgen")), "`closed_on` is no day");
        assert_eq!(reason(instant("admitted_at", None)), "`admitted_at` is missing");
        let wrong = prost_types::Timestamp { seconds: 0, nanos: -1 };
        assert_eq!(reason(instant("admitted_at", Some(wrong))), "`admitted_at` is no instant");
    }
}
