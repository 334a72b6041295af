//! A contact was written down. It names its programme: it needs nothing that came before.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::ContactLogged;

use super::contact::{to_outcome, to_time_class};
use super::parse;
use crate::projections::Contact;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ContactLogged,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let contact = from_event(envelope, &event)?;
        let programme = parse::code("programme", &event.programme)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        storage::insert_contact(work.connection(), generation, sequence, &programme, &contact).await?;
        Ok(())
    })
}

/// Who had it is not kept: no figure names them.
fn from_event(envelope: &Envelope, event: &ContactLogged) -> Result<Contact, HandlerError> {
    let contact = Contact {
        id: parse::id("contact_id", &event.contact_id)?,
        trajectory: parse::id("trajectory_id", &event.trajectory_id)?,
        day: parse::day("day", &event.day)?,
        outcome: parse::known("outcome", event.outcome, to_outcome)?,
        time_class: parse::known("time_class", event.time_class, to_time_class)?,
        minutes: parse::minutes("minutes", event.minutes)?,
        at: parse::instant("logged_at", event.logged_at)?,
    };
    parse::same_aggregate("trajectory_id", contact.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(contact)
}
