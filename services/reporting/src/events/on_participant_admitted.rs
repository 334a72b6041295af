//! Somebody was admitted. The event is in the history of the participation, so it can overtake its referral's events: it
//! waits for the referral.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::ParticipantAdmitted;

use super::parse;
use crate::projections::{Admission, PersonId};
use crate::storage::{self, AdmissionRow};

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ParticipantAdmitted,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let admission = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::insert_admission(work.connection(), generation, sequence, &admission).await? {
            return Ok(());
        }
        unless_seen(work, generation, sequence, &admission).await
    })
}

/// Decides about an admission that was not inserted.
async fn unless_seen(
    work: &mut Work,
    generation: i64,
    sequence: i64,
    admission: &Admission,
) -> Result<(), HandlerError> {
    let referral = admission.referral;
    match storage::find_admission(work.connection(), generation, referral).await? {
        Some(known) if is_same(&known, admission) => return Ok(()),
        Some(_) => {
            return Err(HandlerError::Poison("the referral led to another admission before".to_owned()));
        }
        None => {}
    }
    match storage::find_fact(work.connection(), generation, referral).await? {
        None => {
            if storage::insert_replayed_admission(work.connection(), generation, sequence, admission).await? {
                return Ok(());
            }
            Err(HandlerError::WaitsFor(referral.as_uuid()))
        }
        Some(fact) if fact.programme != admission.programme => {
            Err(HandlerError::Poison("the referral is in another programme than the admission".to_owned()))
        }
        Some(fact) => {
            Err(HandlerError::Poison(format!("the referral was admitted after it was {}", fact.state)))
        }
    }
}

fn is_same(known: &AdmissionRow, admission: &Admission) -> bool {
    known.participation_id == admission.participation.as_uuid()
        && known.episode_id == admission.episode.as_uuid()
}

fn from_event(envelope: &Envelope, event: &ParticipantAdmitted) -> Result<Admission, HandlerError> {
    let admission = Admission {
        participation: parse::id("participation_id", &event.participation_id)?,
        episode: parse::id("episode_id", &event.episode_id)?,
        referral: parse::id("referral_id", &event.referral_id)?,
        programme: parse::code("programme", &event.programme)?,
        programme_version: parse::version("programme_version", &event.programme_version)?,
        referred_at: parse::instant("referred_at", event.referred_at)?,
        re_entry: event.re_entry,
        at: parse::instant("admitted_at", event.admitted_at)?,
    };
    // Not kept: the referral names its person. Read all the same, so that a broken event is seen.
    let _: PersonId = parse::id("person_id", &event.person_id)?;
    parse::same_aggregate("participation_id", admission.participation.as_uuid(), envelope.aggregate_id)?;
    Ok(admission)
}
