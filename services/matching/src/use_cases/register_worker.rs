//! A worker is registered.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_worker::{self, FoundWorker};
use super::step;
use crate::domain::{Registration, WorkerId};
use crate::error::Error;
use crate::storage::workers;

/// Stores a worker under a key of their own.
#[derive(Debug, Clone)]
pub struct RegisterWorker {
    /// The region.
    pub region: Arc<Region>,
    /// Who.
    pub registration: Registration,
}

impl Command for RegisterWorker {
    const NAME: &'static str = "register_worker";
    type Outcome = FoundWorker;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundWorker, Error> {
        let programme = step::reach(work, &self.region, &self.registration.programme)?;
        if !step::runs_on(programme, work.clock().today()) {
            return Err(Error::ProgrammeNotRunning);
        }
        let (ids, now, by, vault) = (work.ids(), work.now(), step::caller(work)?, work.vault().clone());
        let id = self.registration.worker.unwrap_or_else(|| WorkerId::generate(ids));
        workers::insert(work.connection(), &vault, id, &self.registration, now, by).await?;
        work.answer_is_about(id.as_uuid());
        get_worker::read(work, &self.region, id).await
    }
}
