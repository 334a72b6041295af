//! The planned step was taken.

use chassis::database::{Command, Work};

use super::step;
use crate::domain::{NextStepId, NextStepState};
use crate::error::{Error, Thing};
use crate::storage::next_steps::{self, NextStepView};

/// Marks a step as taken.
#[derive(Debug, Clone, Copy)]
pub struct CompleteNextStep {
    /// Which.
    pub next_step: NextStepId,
}

impl Command for CompleteNextStep {
    const NAME: &'static str = "complete_next_step";
    type Outcome = NextStepView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<NextStepView, Error> {
        let not_found = || Error::NotFound(Thing::NextStep);
        let id = self.next_step;
        let trajectory = next_steps::trajectory_of(work.connection(), id).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::NextStep).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let key = step.key(work).await?;
        let found = next_steps::view(work.connection(), id, key.as_ref()).await?.ok_or_else(not_found)?;
        step::check_tag(work, found.etag(), (found.changed.at, Some(found.changed.by)))?;
        match found.state {
            NextStepState::Planned => {}
            NextStepState::Completed | NextStepState::Replaced => return Err(Error::StepSettled),
        }

        next_steps::update_completed(work.connection(), id, found.version + 1, step.change).await?;
        work.touches(id.as_uuid());
        next_steps::view(work.connection(), id, key.as_ref()).await?.ok_or_else(not_found)
    }
}
