//! The next step is planned.

use chassis::database::{Command, Work};
use jiff::civil::Date;

use super::step;
use crate::domain::text::StepWords;
use crate::domain::{NextStepId, TrajectoryId};
use crate::error::{Error, Thing};
use crate::storage::next_steps::{self, NextStepView};

/// Plans the next step; one that was planned before is replaced. Whether its day lies ahead is checked at the edge.
#[derive(Debug, Clone)]
pub struct PlanNextStep {
    /// In which trajectory.
    pub trajectory: TrajectoryId,
    /// What is to be done.
    pub text: StepWords,
    /// On which day.
    pub day: Date,
}

impl Command for PlanNextStep {
    const NAME: &'static str = "plan_next_step";
    type Outcome = NextStepView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<NextStepView, Error> {
        let step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let key = step.key_for(work, Some(&self.text)).await?.ok_or(Error::Erased)?;

        let id = NextStepId::generate(work.ids());
        let what = (&self.text, self.day);
        next_steps::insert(work.connection(), id, self.trajectory, what, &key, step.change).await?;
        work.touches(id.as_uuid());
        next_steps::view(work.connection(), id, Some(&key)).await?.ok_or(Error::NotFound(Thing::NextStep))
    }
}
