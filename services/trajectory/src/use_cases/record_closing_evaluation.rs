//! The closing evaluation was held, or refused by the family.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;
use region::Region;

use super::get_trajectory::{self, FoundTrajectory};
use super::step;
use crate::domain::text::Note;
use crate::domain::{ClosingEvaluation, EvaluationOutcome, TrajectoryId};
use crate::error::{Error, Thing};
use crate::storage::trajectories;

/// Records a closing evaluation; once. By who is on the case, or the coordinator. Whether its day lies ahead is checked at the
/// edge.
#[derive(Debug, Clone)]
pub struct RecordClosingEvaluation {
    /// The region.
    pub region: Arc<Region>,
    /// Of which trajectory.
    pub trajectory: TrajectoryId,
    /// How it went.
    pub outcome: EvaluationOutcome,
    /// Its day; `None` is today.
    pub day: Option<Date>,
    /// What was said.
    pub note: Option<Note>,
}

impl Command for RecordClosingEvaluation {
    const NAME: &'static str = "record_closing_evaluation";
    type Outcome = FoundTrajectory;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundTrajectory, Error> {
        let mut step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        step.check_tag(work)?;
        step.trajectory.evaluate()?;
        let day = self.day.unwrap_or_else(|| work.clock().today());
        let opened_on = step.trajectory.opened_on();
        if day < opened_on {
            return Err(Error::Invalid(vec![Violation::new(
                "day",
                "TOO_EARLY",
                format!("this day lies before {opened_on}, the first day of the trajectory"),
                format!("give a day from {opened_on} on"),
            )]));
        }
        let key = step.key_for(work, self.note.as_ref()).await?;

        let (id, change) = (self.trajectory, step.change);
        let evaluation = ClosingEvaluation { outcome: self.outcome, day, note: self.note.clone() };
        trajectories::update_version(work.connection(), &step.trajectory, change.at, Some(change.by)).await?;
        trajectories::insert_evaluation(work.connection(), id, &evaluation, key.as_ref(), change).await?;
        get_trajectory::read(work, &self.region, id).await
    }
}
