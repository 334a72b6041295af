//! Somebody was admitted: waits for a worker from now on, unless the person was erased meanwhile.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::ParticipantAdmitted;

use super::parse;
use crate::domain::Admission;
use crate::storage::{persons, waiting};

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ParticipantAdmitted,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let admission = from_event(envelope, &event)?;
        let vault = work.vault().clone();
        let known = persons::ensure_key(work.connection(), &vault, admission.person).await;
        if known.map_err(parse::failed)? {
            waiting::insert(work.connection(), &admission).await.map_err(parse::failed)?;
        }
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &ParticipantAdmitted) -> Result<Admission, HandlerError> {
    let admission = Admission {
        participation: parse::id("participation_id", &event.participation_id)?,
        episode: parse::id("episode_id", &event.episode_id)?,
        person: parse::id("person_id", &event.person_id)?,
        programme: parse::programme("programme", &event.programme)?,
        municipality: parse::nis("municipality_nis", &event.municipality_nis)?,
        referred_at: parse::instant("referred_at", event.referred_at)?,
        admitted_at: parse::instant("admitted_at", event.admitted_at)?,
        re_entry: event.re_entry,
    };
    parse::same_aggregate("participation_id", admission.participation.as_uuid(), envelope.aggregate_id)?;
    Ok(admission)
}
