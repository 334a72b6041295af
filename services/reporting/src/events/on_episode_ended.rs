//! An episode ended. It began earlier in the same history.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::EpisodeEnded;

use super::parse;
use super::seen::unless_seen;
use crate::projections::EpisodeEnd;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: EpisodeEnded,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let end = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::record_episode_end(work.connection(), generation, sequence, &end).await? {
            return Ok(());
        }
        let found = storage::find_episode(work.connection(), generation, &end).await?;
        unless_seen(
            found,
            sequence,
            "an episode ended that was never applied",
            "the episode ended a second time",
        )
    })
}

fn from_event(envelope: &Envelope, event: &EpisodeEnded) -> Result<EpisodeEnd, HandlerError> {
    let end = EpisodeEnd {
        participation: parse::id("participation_id", &event.participation_id)?,
        episode: parse::id("episode_id", &event.episode_id)?,
        ended_on: parse::day("ended_on", &event.ended_on)?,
        at: parse::instant("ended_at", event.ended_at)?,
    };
    parse::same_aggregate("participation_id", end.participation.as_uuid(), envelope.aggregate_id)?;
    Ok(end)
}
