//! A trajectory began. Kept by itself: its match and its admission may come later.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::TrajectoryOpened;

use super::parse;
use crate::projections::{Opening, ParticipationId};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: TrajectoryOpened,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let opening = from_event(envelope, &event)?;
        storage::insert_trajectory(work.connection(), target.generation, envelope.sequence, &opening).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &TrajectoryOpened) -> Result<Opening, HandlerError> {
    let opening = Opening {
        trajectory: parse::id("trajectory_id", &event.trajectory_id)?,
        episode: parse::id("episode_id", &event.episode_id)?,
        programme: parse::code("programme", &event.programme)?,
        opened_on: parse::day("opened_on", &event.opened_on)?,
        at: parse::instant("opened_at", event.opened_at)?,
    };
    // Not kept: the episode says enough. Read all the same, so that a broken event is seen.
    let _: ParticipationId = parse::id("participation_id", &event.participation_id)?;
    parse::same_aggregate("trajectory_id", opening.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(opening)
}
