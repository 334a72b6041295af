//! A trajectory closed: its episode ends, and the person may come back with a new one.

use chassis::database::Work;
use chassis::events::fields::{day, id, instant, poison};
use chassis::events::{Envelope, Handled, Target};
use proto::trajectory::events::v1::TrajectoryClosed;

use crate::domain::{EpisodeId, ParticipationId};
use crate::use_cases::end_episode;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    _envelope: &'a Envelope,
    event: TrajectoryClosed,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let participation: ParticipationId = id("participation_id", &event.participation_id)?;
        let episode: EpisodeId = id("episode_id", &event.episode_id)?;
        let last_day = day("closed_on", &event.closed_on)?;
        let at = instant("closed_at", event.closed_at)?;
        if end_episode(work, participation, episode, last_day, at).await? {
            Ok(())
        } else {
            Err(poison("episode_id", "is no open episode of the participation"))
        }
    })
}
