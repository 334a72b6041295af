//! A match ended. It was confirmed earlier in the same history.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::matching::events::v1::{MatchEnd, MatchEnded};

use super::parse;
use super::seen::unless_seen;
use crate::projections::{MatchEndCause, MatchEnding};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: MatchEnded,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let ending = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::record_match_end(work.connection(), generation, sequence, &ending).await? {
            return Ok(());
        }
        let found = storage::find_match(work.connection(), generation, ending.match_id).await?;
        unless_seen(found, sequence, "a match ended that was never applied", "the match ended a second time")
    })
}

fn from_event(envelope: &Envelope, event: &MatchEnded) -> Result<MatchEnding, HandlerError> {
    let ending = MatchEnding {
        match_id: parse::id("match_id", &event.match_id)?,
        last_day: parse::day("last_day", &event.last_day)?,
        why: parse::known("why", event.why, to_cause)?,
        at: parse::instant("ended_at", event.ended_at)?,
    };
    parse::same_aggregate("match_id", ending.match_id.as_uuid(), envelope.aggregate_id)?;
    Ok(ending)
}

fn to_cause(number: i32) -> Option<MatchEndCause> {
    match MatchEnd::try_from(number).ok()? {
        MatchEnd::Unspecified => None,
        MatchEnd::TrajectoryClosed => Some(MatchEndCause::TrajectoryClosed),
        MatchEnd::HandedOver => Some(MatchEndCause::HandedOver),
        MatchEnd::Stopped => Some(MatchEndCause::Stopped),
    }
}
