//! A goal was reached, or is none any more.

use chassis::database::{Command, Work};

use super::step;
use crate::domain::{GoalId, GoalState};
use crate::error::{Error, Thing};
use crate::storage::goals::{self, GoalView};

/// Closes a goal.
#[derive(Debug, Clone, Copy)]
pub struct CloseGoal {
    /// Which.
    pub goal: GoalId,
    /// Reached or dropped.
    pub end: GoalState,
}

impl Command for CloseGoal {
    const NAME: &'static str = "close_goal";
    type Outcome = GoalView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<GoalView, Error> {
        let not_found = || Error::NotFound(Thing::Goal);
        let trajectory = goals::trajectory_of(work.connection(), self.goal).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::Goal).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let (mut goal, before) = goals::find(work.connection(), self.goal).await?.ok_or_else(not_found)?;
        step::check_tag(work, goal.etag(), (before.at, Some(before.by)))?;
        goal.close(self.end)?;

        let today = work.clock().today();
        goals::update(work.connection(), &goal, today, step.change).await?;
        work.touches(self.goal.as_uuid());
        let key = step.key(work).await?;
        goals::view(work.connection(), self.goal, key.as_ref()).await?.ok_or_else(not_found)
    }
}
