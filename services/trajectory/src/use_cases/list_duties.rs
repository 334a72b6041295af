//! The duties of a trajectory are listed.

use chassis::database::{Command, Work};

use crate::domain::{Duty, TrajectoryId};
use crate::error::{Error, Thing};
use crate::storage::{duties, trajectories};

/// Most duties of one list: a trajectory of ten years has fewer.
const MOST: i64 = 200;

/// Lists the duties of a trajectory by due day: two statements.
#[derive(Debug, Clone, Copy)]
pub struct ListDuties {
    /// Of which trajectory.
    pub trajectory: TrajectoryId,
}

/// A duty with its trajectory.
#[derive(Debug, Clone)]
pub struct FoundDuty {
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// The duty.
    pub duty: Duty,
}

impl Command for ListDuties {
    const NAME: &'static str = "list_duties";
    type Outcome = Vec<FoundDuty>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Vec<FoundDuty>, Error> {
        let trajectory = self.trajectory;
        if !trajectories::is_in_reach(work.connection(), trajectory).await? {
            return Err(Error::NotFound(Thing::Trajectory));
        }
        work.touches(trajectory.as_uuid());
        let found = duties::of(work.connection(), trajectory, Some(MOST)).await?;
        Ok(found.into_iter().map(|duty| FoundDuty { trajectory, duty }).collect())
    }
}
