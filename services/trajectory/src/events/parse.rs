//! From contract fields to values. What cannot be read will never be: poison, naming the field and never its value.

use std::str::FromStr;

use chassis::events::HandlerError;
use chassis::events::fields::poison;
pub(super) use chassis::events::fields::{day, id, instant, same_aggregate};
use region::ClosedSet as _;
use region::programme::Role;

use crate::error::Error;
use crate::use_cases::MatchError;

/// Reads a code of a programme file.
pub(super) fn code<T: FromStr>(field: &str, text: &str) -> Result<T, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no code"))
}

/// Reads the number of a version of a programme file.
pub(super) fn version(field: &str, text: &str) -> Result<u32, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no version of a programme file"))
}

/// Reads the role of a match.
pub(super) fn role(field: &str, number: i32) -> Result<Role, HandlerError> {
    chassis::caller::Role::try_from(number)
        .ok()
        .and_then(|role| Role::from_word(&chassis::caller::role_name(role)))
        .ok_or_else(|| poison(field, "is none that this build knows"))
}

/// What becomes of an event whose use case failed.
pub(super) fn failed(error: MatchError) -> HandlerError {
    match error {
        MatchError::Contradiction(why) => HandlerError::Poison(why),
        MatchError::Failed(error) => storage_failed(error),
    }
}

/// What becomes of an event when something could not be stored.
pub(super) fn storage_failed(error: Error) -> HandlerError {
    match error {
        Error::Database(error) => error.into(),
        other => HandlerError::Poison(chassis::error::Chain(&other).to_string()),
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
        assert_eq!(
            reason(code::<region::ProgrammeCode>("programme", "Kanarie Jansen")),
            "`programme` is no code"
        );
        assert_eq!(
            reason(version("programme_version", "een")),
            "`programme_version` is no version of a programme file"
        );
        assert_eq!(reason(role("role", 99)), "`role` is none that this build knows");
        assert_eq!(reason(role("role", 0)), "`role` is none that this build knows");
    }
}
