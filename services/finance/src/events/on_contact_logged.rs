//! A worker wrote a contact down: its time is suggested.

use chassis::database::Work;
use chassis::events::fields::{day, id, instant, same_aggregate};
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::ContactLogged;
use uuid::Uuid;

use super::read;
use crate::domain::ContactTime;
use crate::storage::suggested_hours;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ContactLogged,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let time = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if suggested_hours::insert(work.connection(), generation, sequence, &time).await? {
            return Ok(());
        }
        match suggested_hours::seen(work.connection(), generation, time.contact).await? {
            Some((trajectory, seen)) if trajectory == time.trajectory && seen >= sequence => Ok(()),
            _ => Err(HandlerError::Poison("the contact was logged before".to_owned())),
        }
    })
}

fn from_event(envelope: &Envelope, event: &ContactLogged) -> Result<ContactTime, HandlerError> {
    let time = ContactTime {
        contact: id("contact_id", &event.contact_id)?,
        trajectory: id("trajectory_id", &event.trajectory_id)?,
        worker: id("worker_id", &event.worker_id)?,
        organisation: id("organisation_id", &event.organisation_id)?,
        programme: read::programme(&event.programme)?,
        day: day("day", &event.day)?,
        class: read::time_class(event.time_class)?,
        minutes: read::minutes(event.minutes)?,
    };
    read::outcome(event.outcome)?;
    let _: Uuid = id("participation_id", &event.participation_id)?;
    instant("logged_at", event.logged_at)?;
    same_aggregate("trajectory_id", time.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(time)
}
