//! A person's data were erased. Nothing personal is here but the id: it goes, the referrals keep counting.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::PersonErased;

use super::parse;
use crate::projections::Erasure;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: PersonErased,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let erasure = from_event(envelope, &event)?;
        storage::record_erasure(work.connection(), target.generation, &erasure).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &PersonErased) -> Result<Erasure, HandlerError> {
    let erasure = Erasure {
        person: parse::id("person_id", &event.person_id)?,
        at: parse::instant("erased_at", event.erased_at)?,
    };
    parse::same_aggregate("person_id", erasure.person.as_uuid(), envelope.aggregate_id)?;
    Ok(erasure)
}
