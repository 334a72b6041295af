//! From contract fields to values. What cannot be read will never be: poison, naming the field and never its value.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::handler::HandlerError;

/// The poison of a field.
pub fn poison(field: &str, what: &str) -> HandlerError {
    HandlerError::Poison(format!("`{field}` {what}"))
}

/// Reads an id.
///
/// # Errors
/// Poison when it is none.
pub fn id<T: FromStr>(field: &str, text: &str) -> Result<T, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no id"))
}

/// Checks that an event is in the history of the aggregate it is about.
///
/// # Errors
/// Poison when it is not.
pub fn same_aggregate(field: &str, id: Uuid, aggregate: Uuid) -> Result<(), HandlerError> {
    if id == aggregate { Ok(()) } else { Err(poison(field, "is another than the aggregate of the event")) }
}

/// Reads an instant, to the microsecond as the database keeps it.
///
/// # Errors
/// Poison when it is missing or none.
pub fn instant(field: &str, value: Option<prost_types::Timestamp>) -> Result<Timestamp, HandlerError> {
    let value = value.ok_or_else(|| poison(field, "is missing"))?;
    if !(0..1_000_000_000).contains(&value.nanos) {
        return Err(poison(field, "is no instant"));
    }
    Timestamp::new(value.seconds, value.nanos)
        .and_then(|exact| Timestamp::from_microsecond(exact.as_microsecond()))
        .map_err(|_| poison(field, "is no instant"))
}

/// Reads a day.
///
/// # Errors
/// Poison when it is none.
pub fn day(field: &str, text: &str) -> Result<Date, HandlerError> {
    text.parse().map_err(|_| poison(field, "is no day"))
}

/// Reads a value of a closed set of the contract; the zero of every set means that none was given.
///
/// # Errors
/// Poison when this build does not know it.
pub fn known<T>(field: &str, number: i32, from: impl FnOnce(i32) -> Option<T>) -> Result<T, HandlerError> {
    if number == 0 {
        return Err(poison(field, "is missing"));
    }
    from(number).ok_or_else(|| poison(field, "is none that this build knows"))
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
        assert_eq!(reason(day("reply_until", "morgen")), "`reply_until` is no day");
        assert_eq!(reason(instant("submitted_at", None)), "`submitted_at` is missing");
        let wrong = prost_types::Timestamp { seconds: 0, nanos: -1 };
        assert_eq!(reason(instant("submitted_at", Some(wrong))), "`submitted_at` is no instant");
        let far = prost_types::Timestamp { seconds: i64::MAX, nanos: 0 };
        assert_eq!(reason(instant("submitted_at", Some(far))), "`submitted_at` is no instant");
        assert_eq!(reason(known("role", 0, |_| Some(()))), "`role` is missing");
        assert_eq!(reason(known("role", 17, |_| None::<()>)), "`role` is none that this build knows");
    }

    #[test]
    fn an_instant_before_1970_is_read_right() {
        let half_a_second_before = prost_types::Timestamp { seconds: -1, nanos: 500_000_000 };

        let read = instant("submitted_at", Some(half_a_second_before)).unwrap();

        assert_eq!(read, Timestamp::from_millisecond(-500).unwrap());
    }
}
