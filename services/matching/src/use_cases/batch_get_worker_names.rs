//! Names of workers for one page of another service's view.

use std::collections::HashMap;

use chassis::database::{Command, Work};
use uuid::Uuid;

use crate::domain::WorkerId;
use crate::domain::text::Name;
use crate::error::Error;
use crate::storage::workers;

/// Most names of one call.
pub const MOST_NAMES: usize = 200;

/// Gives names in the order they were asked for: one statement. Who may see which is decided by the policies of the database.
#[derive(Debug, Clone)]
pub struct BatchGetWorkerNames {
    /// Whose.
    pub workers: Vec<WorkerId>,
    /// What for; goes into the audit row.
    pub purpose: String,
}

/// One name.
#[derive(Debug, Clone)]
pub struct WorkerName {
    /// Worker.
    pub worker: WorkerId,
    /// `None` when the caller may not see it, or there is no such worker: nobody can tell which.
    pub name: Option<Name>,
}

impl Command for BatchGetWorkerNames {
    const NAME: &'static str = "batch_get_worker_names";
    type Outcome = Vec<WorkerName>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Vec<WorkerName>, Error> {
        let vault = work.vault().clone();
        let ids: Vec<Uuid> = self.workers.iter().map(|worker| worker.as_uuid()).collect();
        let names: HashMap<Uuid, Name> =
            workers::names(work.connection(), &vault, &ids).await?.into_iter().collect();
        for worker in names.keys() {
            work.touches(*worker);
        }
        work.states_purpose(&self.purpose);
        let to_name =
            |worker: &WorkerId| WorkerName { worker: *worker, name: names.get(&worker.as_uuid()).cloned() };
        Ok(self.workers.iter().map(to_name).collect())
    }
}
