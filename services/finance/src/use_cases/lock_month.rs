//! A month of a programme is locked.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::Timestamp;
use region::{ProgrammeCode, Region};
use uuid::Uuid;

use super::step;
use crate::domain::Month;
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::{locks, months, time_sheets};

/// Locks a month: from then on only counter-entries change anything.
#[derive(Debug, Clone)]
pub struct LockMonth {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Month.
    pub month: Month,
    /// Whether employments without a sheet get an empty one.
    pub accept_missing: bool,
}

/// A month that was locked.
#[derive(Debug, Clone)]
pub struct LockedMonth {
    /// Programme.
    pub programme: ProgrammeCode,
    /// Month.
    pub month: Month,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Uuid,
    /// Sheets that were approved and are locked.
    pub approved: u64,
    /// Empty sheets for employments that had none.
    pub empty: u64,
}

impl Command for LockMonth {
    const NAME: &'static str = "lock_month";
    type Outcome = LockedMonth;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<LockedMonth, Error> {
        let code = self.programme.as_str();
        if !work.grant().programmes.contains(code) || self.region.programme(&self.programme).is_none() {
            return Err(Error::ProgrammeNotFound);
        }
        if self.month.last_day() >= work.clock().today() {
            let remedy = format!("wait until {} is over", self.month);
            let violation = Violation::new("month", "MONTH_NOT_OVER", "the month is not over", remedy);
            return Err(Error::Invalid(vec![violation]));
        }
        // Waits for everybody who writes in the month, and keeps others out until the end.
        locks::hold_month(work.connection(), code, self.month).await?;
        if months::is_locked(work.connection(), code, self.month).await? {
            return Err(Refusal::month_locked().into());
        }
        let outstanding = time_sheets::outstanding(work.connection(), code, self.month).await?;
        let missing = i64::try_from(outstanding.missing.len()).unwrap_or(i64::MAX);
        if outstanding.open > 0 || (missing > 0 && !self.accept_missing) {
            return Err(Refusal::month_open(outstanding.open, missing).into());
        }
        let (now, worker, ids) = (work.now(), step::worker(work)?, work.ids());
        months::insert(work.connection(), code, self.month, now, worker).await?;
        let stamp = (now, worker);
        let approved =
            time_sheets::lock_all(work.connection(), code, self.month, &outstanding.missing, ids, stamp)
                .await?;
        Ok(LockedMonth {
            programme: self.programme.clone(),
            month: self.month,
            at: now,
            by: worker,
            approved,
            empty: missing.unsigned_abs(),
        })
    }
}
