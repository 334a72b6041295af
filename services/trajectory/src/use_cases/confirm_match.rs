//! A match was confirmed: the trajectory of its episode opens, or another worker comes on the case.

use chassis::database::Work;
use region::Region;

use super::{duty_work, step};
use crate::domain::{Opening, Trajectory, TrajectoryId};
use crate::error::Error;
use crate::events::published;
use crate::storage::matches::{self, Match};
use crate::storage::{persons, trajectories};

/// What matching told.
#[derive(Debug, Clone)]
pub struct ConfirmedMatch {
    /// Who accompanies.
    pub matched: Match,
    /// What the trajectory would begin with.
    pub opening: Opening,
}

/// Why a match could not be followed.
#[derive(Debug)]
pub enum MatchError {
    /// It contradicts what is known; no repeat helps.
    Contradiction(String),
    /// It could not be stored.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for MatchError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Opens the trajectory of an episode at its first match; a later match of the episode lets its worker in. A match that is known
/// changes nothing.
pub async fn confirm_match(
    work: &mut Work,
    region: &Region,
    confirmed: ConfirmedMatch,
) -> Result<(), MatchError> {
    let ConfirmedMatch { matched, opening } = confirmed;
    if matches::is_known(work.connection(), matched.id).await? {
        return Ok(());
    }
    match trajectories::of_episode(work.connection(), opening.episode).await? {
        Some(id) => hand_over(work, id, &opening, &matched).await,
        None => open(work, region, opening, &matched).await,
    }
}

async fn hand_over(
    work: &mut Work,
    id: TrajectoryId,
    opening: &Opening,
    matched: &Match,
) -> Result<(), MatchError> {
    let at = work.now();
    let locked = trajectories::lock(work.connection(), id).await?;
    let mut trajectory = locked
        .ok_or_else(|| Error::inconsistent("trajectories", format!("{id} cannot be locked")))?
        .trajectory;
    if trajectory.opening().participation != opening.participation {
        return Err(MatchError::Contradiction("the episode belongs to another participation".to_owned()));
    }
    trajectory.hand_over();
    trajectories::update_version(work.connection(), &trajectory, at, None).await?;
    matches::insert(work.connection(), &trajectory, matched).await?;
    Ok(())
}

async fn open(work: &mut Work, region: &Region, opening: Opening, matched: &Match) -> Result<(), MatchError> {
    if trajectories::has_open(work.connection(), opening.participation).await? {
        return Err(MatchError::Contradiction(
            "the participation has another episode whose trajectory is open".to_owned(),
        ));
    }
    let (at, vault) = (work.now(), work.vault().clone());
    let erased = persons::ensure_key(work.connection(), &vault, opening.person).await?;
    let trajectory = Trajectory::open(TrajectoryId::generate(work.ids()), opening, erased);
    let programme = step::programme(region, &trajectory)
        .map_err(|_| MatchError::Contradiction("the region has no file of this programme".to_owned()))?;
    trajectories::insert(work.connection(), &trajectory, at).await?;
    matches::insert(work.connection(), &trajectory, matched).await?;
    work.publish(trajectory.id().as_uuid(), &published::trajectory_opened(&trajectory, at));
    let book = duty_work::open(work, programme, &trajectory).await?;
    duty_work::store(work, &book, &trajectory, None).await?;
    Ok(())
}
