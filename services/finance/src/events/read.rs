//! What both events of a contact carry.

use std::str::FromStr as _;

use chassis::events::HandlerError;
use chassis::events::fields::{known, poison};
use proto::trajectory::events::v1::{ContactOutcome, TimeClass as ProtoClass};
use region::ProgrammeCode;

use crate::domain::TimeClass;

/// Minutes of a day.
const MOST_MINUTES: u32 = 1_440;

/// Reads the class of time.
pub(super) fn time_class(number: i32) -> Result<TimeClass, HandlerError> {
    known("time_class", number, |number| match ProtoClass::try_from(number) {
        Ok(ProtoClass::WithParticipant) => Some(TimeClass::WithParticipant),
        Ok(ProtoClass::AroundParticipant) => Some(TimeClass::AroundParticipant),
        Ok(ProtoClass::Unspecified) | Err(_) => None,
    })
}

/// Reads how the contact went. Not kept: trying takes time as well. Read all the same, so that a broken event is seen.
pub(super) fn outcome(number: i32) -> Result<(), HandlerError> {
    known("outcome", number, |number| ContactOutcome::try_from(number).ok().map(|_| ()))
}

/// Reads minutes of one day.
pub(super) fn minutes(minutes: u32) -> Result<u32, HandlerError> {
    if minutes <= MOST_MINUTES { Ok(minutes) } else { Err(poison("minutes", "is more than a day has")) }
}

/// Reads the code of a programme. Whether the region has it is not asked: the event is older than today's file.
pub(super) fn programme(text: &str) -> Result<String, HandlerError> {
    ProgrammeCode::from_str(text).map(|code| code.to_string()).map_err(|_| poison("programme", "is no code"))
}
