//! Somebody says that a duty was done.

use std::sync::Arc;

use chassis::database::{Command, Work};
use jiff::civil::Date;
use region::Region;

use super::list_duties::FoundDuty;
use super::{duty_work, step};
use crate::domain::{DutyError, DutyId};
use crate::error::{Error, Thing};
use crate::storage::duties;

/// Keeps a duty without instruments. By who is on the case, or the coordinator.
#[derive(Debug, Clone)]
pub struct KeepDuty {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub duty: DutyId,
    /// On which day; `None` is today.
    pub day: Option<Date>,
}

impl Command for KeepDuty {
    const NAME: &'static str = "keep_duty";
    type Outcome = FoundDuty;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundDuty, Error> {
        let not_found = || Error::NotFound(Thing::Duty);
        let trajectory = duties::trajectory_of(work.connection(), self.duty).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::Duty).await?;
        let programme = step::programme(&self.region, &step.trajectory)?;
        let mut book = duty_work::open(work, programme, &step.trajectory).await?;
        let day = self.day.unwrap_or_else(|| work.clock().today());
        match book.keep(self.duty, day).ok_or_else(not_found)? {
            Ok(()) => {}
            Err(error @ (DutyError::InFuture | DutyError::BeforeAnnouncement { .. })) => {
                return Err(Error::field("day", &error));
            }
            Err(error @ (DutyError::Settled | DutyError::NeedsMeasures)) => {
                return Err(error.into());
            }
        }

        duty_work::store(work, &book, &step.trajectory, Some(step.change.by)).await?;
        work.touches(self.duty.as_uuid());
        let page = book.pages().iter().find(|page| page.duty.id == self.duty).ok_or_else(not_found)?;
        Ok(FoundDuty { trajectory, duty: page.duty.clone() })
    }
}
