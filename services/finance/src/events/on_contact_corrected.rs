//! A contact was corrected or struck out: its time changes, or counts for nothing.

use chassis::database::Work;
use chassis::events::fields::{day, id, instant, same_aggregate};
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::ContactCorrected;

use super::read;
use crate::storage::suggested_hours::{self, Correction};

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ContactCorrected,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let correction = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if suggested_hours::correct(work.connection(), generation, sequence, &correction).await? {
            return Ok(());
        }
        match suggested_hours::seen(work.connection(), generation, correction.contact).await? {
            Some((trajectory, _)) if trajectory != correction.trajectory => {
                Err(HandlerError::Poison("the contact is of another trajectory".to_owned()))
            }
            Some(_) => Ok(()),
            None => Err(HandlerError::Poison("the contact was corrected, but never logged".to_owned())),
        }
    })
}

fn from_event(envelope: &Envelope, event: &ContactCorrected) -> Result<Correction, HandlerError> {
    let correction = Correction {
        contact: id("contact_id", &event.contact_id)?,
        trajectory: id("trajectory_id", &event.trajectory_id)?,
        day: day("day", &event.day)?,
        class: read::time_class(event.time_class)?,
        minutes: read::minutes(event.minutes)?,
        struck_out: event.struck_out,
    };
    read::outcome(event.outcome)?;
    instant("corrected_at", event.corrected_at)?;
    same_aggregate("trajectory_id", correction.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(correction)
}
