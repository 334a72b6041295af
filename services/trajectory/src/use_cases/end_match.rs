//! A match ended: its worker is on the case up to its last day.

use chassis::database::Work;
use jiff::civil::Date;
use uuid::Uuid;

use super::MatchError;
use crate::domain::MatchId;
use crate::error::Error;
use crate::storage::{matches, trajectories};

/// Ends a match. A repeat changes nothing but the version.
pub async fn end_match(work: &mut Work, id: MatchId, last_day: Date) -> Result<(), MatchError> {
    let at = work.now();
    let Some(trajectory) = matches::end(work.connection(), id, last_day).await? else {
        return Err(MatchError::Contradiction("the match ended, but it was never confirmed here".to_owned()));
    };
    if let Some(locked) = trajectories::lock(work.connection(), trajectory).await? {
        let mut trajectory = locked.trajectory;
        trajectory.hand_over();
        trajectories::update_version(work.connection(), &trajectory, at, None).await?;
    }
    Ok(())
}

/// Forgets matches, so that their histories can be told again.
pub async fn forget_matches(work: &mut Work, ids: &[Uuid]) -> Result<(), Error> {
    matches::forget(work.connection(), ids).await
}
