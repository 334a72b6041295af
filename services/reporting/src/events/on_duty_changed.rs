//! A duty fell due, was kept or was missed. Its trajectory opened earlier in the same history.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::DutyChanged;

use super::parse;
use super::seen::unless_seen;
use crate::projections::{DutyChange, DutyState};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: DutyChanged,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let change = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::record_duty(work.connection(), generation, sequence, &change).await? {
            return Ok(());
        }
        let found = storage::find_duty(work.connection(), generation, &change).await?;
        let never = "a duty changed that its trajectory does not have";
        unless_seen(found, sequence, never, never)
    })
}

fn from_event(envelope: &Envelope, event: &DutyChanged) -> Result<DutyChange, HandlerError> {
    let change = DutyChange {
        duty: parse::id("duty_id", &event.duty_id)?,
        trajectory: parse::id("trajectory_id", &event.trajectory_id)?,
        code: parse::code("duty", &event.duty)?,
        due_on: parse::day("due_on", &event.due_on)?,
        state: parse::known("state", event.state, to_state)?,
        at: parse::instant("changed_at", event.changed_at)?,
    };
    parse::same_aggregate("trajectory_id", change.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(change)
}

fn to_state(number: i32) -> Option<DutyState> {
    match proto::trajectory::events::v1::DutyState::try_from(number).ok()? {
        proto::trajectory::events::v1::DutyState::Unspecified => None,
        proto::trajectory::events::v1::DutyState::Due => Some(DutyState::Due),
        proto::trajectory::events::v1::DutyState::Kept => Some(DutyState::Kept),
        proto::trajectory::events::v1::DutyState::Missed => Some(DutyState::Missed),
        proto::trajectory::events::v1::DutyState::KeptLate => Some(DutyState::KeptLate),
    }
}
