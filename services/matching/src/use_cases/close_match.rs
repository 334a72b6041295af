//! A match ends because its trajectory closed; its place is free again.

use chassis::database::{DatabaseError, Work};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Ending, EpisodeId};
use crate::error::Error;
use crate::events::published;
use crate::storage::matches::{self, Signature};
use crate::storage::waiting;

/// Ends the match of an episode inside an open unit of work of the consumer. A match that ended already stays as it is. Gives
/// false when the episode never had one.
pub async fn close_match(
    work: &mut Work,
    episode: EpisodeId,
    closed_on: Date,
    closed_at: Timestamp,
) -> Result<bool, DatabaseError> {
    close(work, episode, closed_on, closed_at).await.map_err(|error| match error {
        Error::Database(error) => error,
        other => DatabaseError::Inconsistent { table: "matches", what: other.to_string() },
    })
}

async fn close(
    work: &mut Work,
    episode: EpisodeId,
    closed_on: Date,
    closed_at: Timestamp,
) -> Result<bool, Error> {
    let Some(locked) = matches::lock_latest(work.connection(), episode).await? else { return Ok(false) };
    let (mut case, now) = (locked.case, work.now());
    if case.close(closed_on) {
        let signature = Signature { at: now, by: None };
        matches::end(work.connection(), &case, Ending::TrajectoryClosed, None, signature).await?;
        work.publish(case.id.as_uuid(), &published::match_ended(&case, Ending::TrajectoryClosed, now));
    }
    waiting::set_closed(work.connection(), episode, closed_at).await?;
    Ok(true)
}
