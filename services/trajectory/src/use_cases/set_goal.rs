//! A goal is set, in the participant's own words.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{DomainCode, Region};

use super::step;
use crate::domain::text::GoalWords;
use crate::domain::{Goal, GoalId, GoalState, TrajectoryId};
use crate::error::{Error, Thing};
use crate::storage::goals::{self, GoalView};

/// Sets a goal in a life domain of the programme.
#[derive(Debug, Clone)]
pub struct SetGoal {
    /// The region.
    pub region: Arc<Region>,
    /// In which trajectory.
    pub trajectory: TrajectoryId,
    /// In which life domain.
    pub domain: DomainCode,
    /// The participant's own words.
    pub text: GoalWords,
}

impl Command for SetGoal {
    const NAME: &'static str = "set_goal";
    type Outcome = GoalView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<GoalView, Error> {
        let step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let programme = step::programme(&self.region, &step.trajectory)?;
        let domain = step::domain(programme, &self.domain)?;
        let key = step.key_for(work, Some(&self.text)).await?.ok_or(Error::Erased)?;

        let goal = Goal::new(GoalId::generate(work.ids()), self.trajectory, GoalState::Open, 1);
        let written = (work.clock().today(), step.change);
        goals::insert(work.connection(), &goal, domain, &self.text, &key, written).await?;
        work.touches(goal.id().as_uuid());
        goals::view(work.connection(), goal.id(), Some(&key)).await?.ok_or(Error::NotFound(Thing::Goal))
    }
}
