//! The visits of a trajectory are listed.

use chassis::database::{Command, Work};

use crate::domain::{TrajectoryId, VisitState};
use crate::error::{Error, Thing};
use crate::storage::trajectories;
use crate::storage::visits::{self, PlanView, VisitView};

/// Lists the visits of a trajectory by day, with the plan: three statements.
#[derive(Debug, Clone, Copy)]
pub struct ListVisits {
    /// Of which trajectory.
    pub trajectory: TrajectoryId,
}

/// The plan and its visits.
#[derive(Debug, Clone)]
pub struct Visits {
    /// The plan; `None` before there is one.
    pub plan: Option<PlanView>,
    /// The visits, by day.
    pub visits: Vec<VisitView>,
}

impl Visits {
    /// How many were held.
    pub fn held(&self) -> usize {
        self.visits.iter().filter(|view| view.visit.state() == VisitState::Held).count()
    }

    /// How many were missed or cancelled and are not made good.
    pub fn to_catch_up(&self) -> usize {
        let is_lost = |state| matches!(state, VisitState::Missed | VisitState::Cancelled);
        self.visits.iter().filter(|view| is_lost(view.visit.state()) && view.caught_up_by.is_none()).count()
    }
}

impl Command for ListVisits {
    const NAME: &'static str = "list_visits";
    type Outcome = Visits;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Visits, Error> {
        if !trajectories::is_in_reach(work.connection(), self.trajectory).await? {
            return Err(Error::NotFound(Thing::Trajectory));
        }
        work.touches(self.trajectory.as_uuid());
        read(work, self.trajectory).await
    }
}

/// Reads plan and visits inside an open unit of work.
pub(super) async fn read(work: &mut Work, trajectory: TrajectoryId) -> Result<Visits, Error> {
    let plan = visits::plan(work.connection(), trajectory).await?;
    let visits = visits::of(work.connection(), trajectory).await?;
    Ok(Visits { plan, visits })
}
