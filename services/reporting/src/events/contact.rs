//! Closed sets of the contract that both events about contacts carry.

use proto::trajectory::events::v1 as contract;

use crate::projections::{ContactOutcome, TimeClass};

pub(super) fn to_outcome(number: i32) -> Option<ContactOutcome> {
    match contract::ContactOutcome::try_from(number).ok()? {
        contract::ContactOutcome::Unspecified => None,
        contract::ContactOutcome::Reached => Some(ContactOutcome::Reached),
        contract::ContactOutcome::Tried => Some(ContactOutcome::Tried),
    }
}

pub(super) fn to_time_class(number: i32) -> Option<TimeClass> {
    match contract::TimeClass::try_from(number).ok()? {
        contract::TimeClass::Unspecified => None,
        contract::TimeClass::WithParticipant => Some(TimeClass::With),
        contract::TimeClass::AroundParticipant => Some(TimeClass::Around),
    }
}
