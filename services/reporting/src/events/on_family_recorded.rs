//! Who belongs to a family that takes part, all of them: the newest event replaces what an earlier one said. It waits for no
//! other producer and for no admission; figures join it to the episodes when they are read.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::{FamilyMemberRecorded, FamilyRecorded, FamilyRelation};

use super::parse;
use crate::projections::{FamilyMember, FamilyRecord, PersonId};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: FamilyRecorded,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let family = from_event(envelope, &event)?;
        // A row that has seen a newer event stays as it is.
        storage::record_family(work.connection(), target.generation, envelope.sequence, &family).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &FamilyRecorded) -> Result<FamilyRecord, HandlerError> {
    let family = FamilyRecord {
        participation: parse::id("participation_id", &event.participation_id)?,
        programme: parse::code("programme", &event.programme)?,
        members: event.members.iter().map(member).collect::<Result<_, _>>()?,
        at: parse::instant("recorded_at", event.recorded_at)?,
    };
    parse::version("programme_version", &event.programme_version)?;
    parse::same_aggregate("participation_id", family.participation.as_uuid(), envelope.aggregate_id)?;
    Ok(family)
}

fn member(event: &FamilyMemberRecorded) -> Result<FamilyMember, HandlerError> {
    // Not kept: no figure needs who it is. Read all the same, so that a broken event is seen.
    let _: PersonId = parse::id("members.person_id", &event.person_id)?;
    let relation =
        parse::known("members.relation", event.relation, |number| match FamilyRelation::try_from(number) {
            Ok(FamilyRelation::Parent) => Some("parent"),
            Ok(FamilyRelation::Child) => Some("child"),
            Ok(FamilyRelation::Other) => Some("other"),
            Ok(FamilyRelation::Unspecified) | Err(_) => None,
        })?;
    Ok(FamilyMember {
        relation,
        school_year: parse::code_or_empty("members.school_year", &event.school_year)?,
        in_focus: event.in_focus,
        left_on: parse::optional_day("members.left_on", &event.left_on)?,
    })
}
