//! A trajectory ends, with a reason of the programme.

use std::sync::Arc;

use chassis::database::{Command, Work};
use jiff::civil::Date;
use region::{ExitReasonCode, Region};

use super::get_trajectory::{self, FoundTrajectory};
use super::{duty_work, step};
use crate::domain::text::Receiver;
use crate::domain::{TrajectoryError, TrajectoryId};
use crate::error::{Error, Thing, unknown_code, violation};
use crate::events::published;
use crate::storage::{measures, trajectories};

/// Closes a trajectory. By who is on the case, or the coordinator.
#[derive(Debug, Clone)]
pub struct CloseTrajectory {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub trajectory: TrajectoryId,
    /// Why.
    pub reason: ExitReasonCode,
    /// Last day; `None` is today.
    pub closed_on: Option<Date>,
    /// Who takes over, when the reason asks for it.
    pub handover_to: Option<Receiver>,
    /// When they confirmed it.
    pub confirmed_on: Option<Date>,
}

impl Command for CloseTrajectory {
    const NAME: &'static str = "close_trajectory";
    type Outcome = FoundTrajectory;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundTrajectory, Error> {
        let mut step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        step.trajectory.check_open()?;
        step.check_tag(work)?;
        let programme = step::programme(&self.region, &step.trajectory)?;
        let reason = programme.exit_reason(&self.reason).ok_or_else(|| {
            let known: Vec<&str> = programme.exit_reasons.iter().map(|reason| reason.code.as_str()).collect();
            Error::Invalid(vec![unknown_code("reason", "UNKNOWN_REASON", "exit reason", &known)])
        })?;
        let (id, today) = (self.trajectory, work.clock().today());
        let latest = trajectories::latest_day(work.connection(), id).await?;
        let key = step.key_for(work, self.handover_to.as_ref()).await?;
        let mut book = duty_work::open(work, programme, &step.trajectory).await?;
        let exit = step
            .trajectory
            .close(
                reason,
                self.closed_on.unwrap_or(today),
                (self.handover_to.clone(), self.confirmed_on),
                today,
                latest,
                programme.closing.evaluation_required,
            )
            .map_err(|errors| refused(&errors))?;

        trajectories::update_closed(work.connection(), &step.trajectory, &exit, key.as_ref(), step.change)
            .await?;
        work.publish(id.as_uuid(), &published::trajectory_closed(&step.trajectory, &exit, step.change.at));
        book.lapse();
        duty_work::bring_up_to_date(work, &mut book, programme, &step.trajectory);
        book.settle(&measures::days(work.connection(), id).await?);
        duty_work::store(work, &book, &step.trajectory, Some(step.change.by)).await?;
        get_trajectory::read(work, &self.region, id).await
    }
}

/// Fields that are wrong become violations; a state that is wrong comes alone.
fn refused(errors: &[TrajectoryError]) -> Error {
    let state = errors.iter().find(|error| error.field().is_none());
    match state {
        Some(error) => Error::Trajectory(*error),
        None => Error::Invalid(
            errors.iter().filter_map(|error| error.field().map(|field| violation(field, error))).collect(),
        ),
    }
}
