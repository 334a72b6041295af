//! A trajectory closed: its match ends, and a place is free again.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::TrajectoryClosed;
use uuid::Uuid;

use super::parse;
use crate::domain::EpisodeId;
use crate::use_cases::close_match;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: TrajectoryClosed,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let trajectory: Uuid = parse::id("trajectory_id", &event.trajectory_id)?;
        let episode: EpisodeId = parse::id("episode_id", &event.episode_id)?;
        let closed_on = parse::day("closed_on", &event.closed_on)?;
        let closed_at = parse::instant("closed_at", event.closed_at)?;
        parse::same_aggregate("trajectory_id", trajectory, envelope.aggregate_id)?;
        // A trajectory opens when a match is confirmed, so the match is older than the event.
        if close_match(work, episode, closed_on, closed_at).await? {
            Ok(())
        } else {
            Err(HandlerError::Poison("the trajectory closed, but its episode never had a match".to_owned()))
        }
    })
}
