//! A mandate gets a last day.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;
use region::Region;

use super::get_worker::{self, FoundWorker};
use super::step;
use crate::domain::{MandateError, MandateId};
use crate::error::{Error, Record};
use crate::storage::{mandates, workers};

/// Ends a mandate, unless matches rest on it after that day.
#[derive(Debug, Clone)]
pub struct EndMandate {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub mandate: MandateId,
    /// Last day.
    pub last_day: Date,
}

impl Command for EndMandate {
    const NAME: &'static str = "end_mandate";
    type Outcome = FoundWorker;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundWorker, Error> {
        let not_found = || Error::NotFound(Record::Mandate);
        let (now, by) = (work.now(), step::caller(work)?);
        let worker = mandates::worker_of(work.connection(), self.mandate).await?.ok_or_else(not_found)?;
        workers::lock(work.connection(), worker).await?.ok_or_else(not_found)?;
        let known = mandates::of_worker(work.connection(), worker).await?;
        let mut mandate = known.into_iter().find(|known| known.id == self.mandate).ok_or_else(not_found)?;
        mandate.end(self.last_day).map_err(to_violation)?;
        let resting = mandates::matches_after(work.connection(), &mandate).await?;
        if resting > 0 {
            return Err(Error::MandateInUse(resting));
        }
        if !mandates::end(work.connection(), &mandate, now, by).await? {
            return Err(Error::field(Violation::new(
                "mandate_id",
                "BEYOND_OWN_REACH",
                "this mandate reaches further than that of the caller",
                "ask the administrator of the region",
            )));
        }
        work.touches(self.mandate.as_uuid());
        work.answer_is_about(worker.as_uuid());
        get_worker::read(work, &self.region, worker).await
    }
}

fn to_violation(error: MandateError) -> Error {
    let (reason, remedy) = match error {
        MandateError::BeforeFirstDay => {
            ("BEFORE_FIRST_DAY", "choose the first day of the mandate or a later one")
        }
        MandateError::EndsEarlier => {
            ("AFTER_LAST_DAY", "choose an earlier day; for more days grant another mandate")
        }
        MandateError::Overlaps => ("MANDATE_OVERLAPS", "end the other mandate first, or choose other days"),
    };
    Error::field(Violation::new("last_day", reason, error.to_string(), remedy))
}
