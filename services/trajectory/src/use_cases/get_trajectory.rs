//! One trajectory is read.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::Region;

use crate::domain::{Duty, GoalState, TrajectoryId};
use crate::error::{Error, Thing};
use crate::storage::duties;
use crate::storage::goals::{self, GoalView};
use crate::storage::matches::{self, CaseWorker};
use crate::storage::measures::{self, MeasureView};
use crate::storage::views::{self, TrajectoryView};

/// Most open goals that are shown with a trajectory; the list of goals has them all.
const MOST_GOALS: i64 = 50;

/// Reads one trajectory with its open goals, latest measures and open duties: five statements.
#[derive(Debug, Clone)]
pub struct GetTrajectory {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub trajectory: TrajectoryId,
}

/// A trajectory with what its page shows.
#[derive(Debug)]
pub struct FoundTrajectory {
    /// The trajectory.
    pub trajectory: TrajectoryView,
    /// Who accompanied or accompanies it.
    pub workers: Vec<CaseWorker>,
    /// Whether the programme asks for an evaluation before closing.
    pub evaluation_required: bool,
    /// Goals that are open, oldest first.
    pub goals: Vec<GoalView>,
    /// The latest measure with each instrument.
    pub measures: Vec<MeasureView>,
    /// Duties that are announced, due or missed.
    pub duties: Vec<Duty>,
}

impl Command for GetTrajectory {
    const NAME: &'static str = "get_trajectory";
    type Outcome = FoundTrajectory;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundTrajectory, Error> {
        let mut found = read(work, &self.region, self.trajectory).await?;
        let (connection, id) = (work.connection(), self.trajectory);
        let key = found.trajectory.key.as_ref();
        found.goals = goals::page(connection, id, &[GoalState::Open], key, Cursor::START, MOST_GOALS).await?;
        found.goals.reverse();
        found.measures = measures::latest(connection, id).await?;
        found.duties = duties::to_do(connection, id).await?;
        Ok(found)
    }
}

/// Reads a trajectory inside an open unit of work, without its goals, measures and duties; also what a step answers with.
pub(super) async fn read(
    work: &mut Work,
    region: &Region,
    id: TrajectoryId,
) -> Result<FoundTrajectory, Error> {
    let vault = work.vault().clone();
    let trajectory =
        views::trajectory(work.connection(), &vault, id).await?.ok_or(Error::NotFound(Thing::Trajectory))?;
    let workers = matches::workers(work.connection(), id).await?;
    let evaluation_required = trajectory
        .programme
        .parse()
        .ok()
        .and_then(|code| {
            region.programme_version(&code, trajectory.programme_version).or_else(|| region.programme(&code))
        })
        .is_some_and(|programme| programme.closing.evaluation_required);
    work.touches(id.as_uuid());
    work.touches(trajectory.person.as_uuid());
    Ok(FoundTrajectory {
        trajectory,
        workers,
        evaluation_required,
        goals: Vec::new(),
        measures: Vec::new(),
        duties: Vec::new(),
    })
}
