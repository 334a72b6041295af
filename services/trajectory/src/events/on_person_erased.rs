//! A person's data were erased: the key here goes too, and with it every word it sealed.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, Target};
use proto::intake::events::v1::PersonErased;

use super::parse;
use crate::domain::PersonId;
use crate::use_cases;

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
        use_cases::erase_person(work, person, at).await.map_err(parse::storage_failed)
    })
}
