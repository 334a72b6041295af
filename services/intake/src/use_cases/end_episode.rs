//! An episode ends with its trajectory.

use chassis::database::{DatabaseError, Work};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{EpisodeId, ParticipationId};
use crate::events::published;
use crate::storage::participations;

/// Ends an open episode and tells the others; false when there is none.
///
/// # Errors
/// The database.
pub async fn end_episode(
    work: &mut Work,
    participation: ParticipationId,
    episode: EpisodeId,
    last_day: Date,
    at: Timestamp,
) -> Result<bool, DatabaseError> {
    let ended = participations::end_episode(work.connection(), participation, episode, last_day, at).await?;
    if ended {
        work.publish(
            participation.as_uuid(),
            &published::episode_ended(participation, episode, last_day, at),
        );
    }
    Ok(ended)
}
