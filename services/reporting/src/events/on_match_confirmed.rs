//! A match was confirmed. Kept by itself: its admission, or its trajectory, may come later.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::matching::events::v1::MatchConfirmed;

use super::parse;
use crate::projections::Confirmation;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: MatchConfirmed,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let confirmation = from_event(envelope, &event)?;
        storage::insert_match(work.connection(), target.generation, envelope.sequence, &confirmation).await?;
        Ok(())
    })
}

/// Who takes part and who accompanies is not kept: no figure names them.
fn from_event(envelope: &Envelope, event: &MatchConfirmed) -> Result<Confirmation, HandlerError> {
    let confirmation = Confirmation {
        match_id: parse::id("match_id", &event.match_id)?,
        episode: parse::id("episode_id", &event.episode_id)?,
        programme: parse::code("programme", &event.programme)?,
        first_day: parse::day("first_day", &event.first_day)?,
        weight: parse::code_or_empty("weight", &event.weight)?,
        over_capacity: event.over_capacity,
        overridden: event.overridden,
        follows: parse::optional_id("follows_match_id", &event.follows_match_id)?,
        at: parse::instant("confirmed_at", event.confirmed_at)?,
    };
    parse::same_aggregate("match_id", confirmation.match_id.as_uuid(), envelope.aggregate_id)?;
    Ok(confirmation)
}
