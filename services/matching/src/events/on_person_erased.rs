//! A person's data were erased: so is what matching holds about the person. Ids, codes and days of matches stay for counting.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, Target};
use proto::intake::events::v1::PersonErased;

use super::parse;
use crate::domain::PersonId;
use crate::storage::persons;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: PersonErased,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let person: PersonId = parse::id("person_id", &event.person_id)?;
        let at = parse::instant("erased_at", event.erased_at)?;
        parse::same_aggregate("person_id", person.as_uuid(), envelope.aggregate_id)?;
        persons::erase(work.connection(), person, at).await.map_err(parse::failed)?;
        work.erase_answers_about(person.as_uuid()).await?;
        Ok(())
    })
}
