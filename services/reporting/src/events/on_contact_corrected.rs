//! A contact has other values, or never took place. It was logged earlier in the same history.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::ContactCorrected;

use super::contact::{to_outcome, to_time_class};
use super::parse;
use super::seen::unless_seen;
use crate::projections::Contact;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ContactCorrected,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let contact = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        let struck_out = event.struck_out;
        if storage::correct_contact(work.connection(), generation, sequence, &contact, struck_out).await? {
            return Ok(());
        }
        let found = storage::find_contact(work.connection(), generation, &contact).await?;
        let never = "a contact was corrected that was never applied in this trajectory";
        unless_seen(found, sequence, never, never)
    })
}

fn from_event(envelope: &Envelope, event: &ContactCorrected) -> Result<Contact, HandlerError> {
    let contact = Contact {
        id: parse::id("contact_id", &event.contact_id)?,
        trajectory: parse::id("trajectory_id", &event.trajectory_id)?,
        day: parse::day("day", &event.day)?,
        outcome: parse::known("outcome", event.outcome, to_outcome)?,
        time_class: parse::known("time_class", event.time_class, to_time_class)?,
        minutes: parse::minutes("minutes", event.minutes)?,
        at: parse::instant("corrected_at", event.corrected_at)?,
    };
    parse::same_aggregate("trajectory_id", contact.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(contact)
}
