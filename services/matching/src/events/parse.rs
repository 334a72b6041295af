//! From contract fields to values; what every service reads alike is in the chassis. What cannot be read will never be: poison,
//! naming the field and never its value.

use std::str::FromStr as _;

use chassis::database::DatabaseError;
use chassis::events::HandlerError;
use chassis::events::fields::poison;
pub(super) use chassis::events::fields::{day, id, instant, same_aggregate};
use region::{NisCode, ProgrammeCode};

use crate::error::Error;

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

    #[test]
    fn what_cannot_be_read_is_poison_that_names_the_field_and_not_the_value() {
        let reason = |error| match error {
            HandlerError::Poison(reason) => reason,
            other => panic!("expected poison, got {other:?}"),
        };

        let wrong = programme("programme", "Kanarie Jansen").unwrap_err();
        assert_eq!(reason(wrong), "`programme` is no code of a programme");
        let wrong = nis("municipality_nis", "9160").unwrap_err();
        assert_eq!(reason(wrong), "`municipality_nis` is no NIS code of a municipality");
    }
}
