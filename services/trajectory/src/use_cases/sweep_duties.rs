//! Days passed: duties are announced, fall due, are missed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::{duty_work, step};
use crate::domain::TrajectoryId;
use crate::error::Error;
use crate::storage::{duties, trajectories};

/// Trajectories that one unit of work looks through at most, so that it stays short.
const AT_ONCE: i64 = 50;

/// Brings the duties of some trajectories up to today, in the order of their ids. Safe to repeat, and to run twice at once: each
/// trajectory is locked while it is looked at.
#[derive(Debug, Clone)]
pub struct SweepDuties {
    /// The region.
    pub region: Arc<Region>,
    /// After this trajectory.
    pub after: Option<TrajectoryId>,
}

impl Command for SweepDuties {
    const NAME: &'static str = "sweep_duties";
    /// The last trajectory that was looked at; `None` when none is left.
    type Outcome = Option<TrajectoryId>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Option<TrajectoryId>, Error> {
        let today = work.clock().today();
        let stale = duties::stale(work.connection(), today, self.after, AT_ONCE).await?;
        for id in &stale {
            let Some(locked) = trajectories::lock(work.connection(), *id).await? else { continue };
            let trajectory = locked.trajectory;
            let Ok(programme) = step::programme(&self.region, &trajectory) else {
                tracing::error!(trajectory.id = %id, "the region has no file of its programme; its duties stand still");
                continue;
            };
            let book = duty_work::open(work, programme, &trajectory).await?;
            duty_work::store(work, &book, &trajectory, None).await?;
            work.touches(id.as_uuid());
        }
        Ok(stale.last().copied())
    }
}
