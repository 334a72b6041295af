//! What is known of a worker changes.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_worker::{self, FoundWorker};
use super::step;
use crate::domain::{Etag, WorkerDetails, WorkerId};
use crate::error::{Error, Record};
use crate::storage::workers;

/// Replaces the details of a worker.
#[derive(Debug, Clone)]
pub struct UpdateWorker {
    /// The region.
    pub region: Arc<Region>,
    /// Whose.
    pub worker: WorkerId,
    /// What is known now.
    pub details: WorkerDetails,
}

impl Command for UpdateWorker {
    const NAME: &'static str = "update_worker";
    type Outcome = FoundWorker;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundWorker, Error> {
        let (now, by, vault) = (work.now(), step::caller(work)?, work.vault().clone());
        let locked =
            workers::lock(work.connection(), self.worker).await?.ok_or(Error::NotFound(Record::Worker))?;
        step::check_etag(work, Etag::of(locked.version), locked.changed_at, Some(locked.changed_by))?;
        workers::update(work.connection(), &vault, self.worker, &self.details, now, by).await?;
        work.answer_is_about(self.worker.as_uuid());
        get_worker::read(work, &self.region, self.worker).await
    }
}
