//! The workers of a programme are listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use jiff::civil::Date;
use region::{ProgrammeCode, Region};

use super::step;
use crate::domain::Load;
use crate::error::Error;
use crate::storage::workers::{self, Summary};

/// Lists a page of workers with what they can carry and carry on a day: one statement.
#[derive(Debug, Clone)]
pub struct ListWorkers {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Day of the capacity; `None` is today.
    pub day: Option<Date>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// A worker in a list.
#[derive(Debug, Clone)]
pub struct ListedWorker {
    /// The worker.
    pub worker: Summary,
    /// Between how many weighted cases the worker is rightly loaded.
    pub load: Load,
}

/// A page.
#[derive(Debug, Clone)]
pub struct WorkerPage {
    /// The rows.
    pub workers: Vec<ListedWorker>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Command for ListWorkers {
    const NAME: &'static str = "list_workers";
    type Outcome = WorkerPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<WorkerPage, Error> {
        let newest = step::reach(work, &self.region, &self.programme)?;
        let (day, vault) = (self.day.unwrap_or_else(|| work.clock().today()), work.vault().clone());
        let file = self.region.programme_at(&self.programme, day).unwrap_or(newest);
        let code = self.programme.as_str();
        // One row more than the page tells whether there is a next one.
        let mut rows = workers::page(work.connection(), &vault, code, day, self.after, self.size + 1).await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        for row in &rows {
            work.touches(row.id.as_uuid());
        }
        let cursor = |row: &Summary| Cursor { at: row.registered_at, id: row.id.as_uuid() };
        let next = if is_last { None } else { rows.last().map(cursor) };
        let with_load = |worker: Summary| {
            let load = worker.share.map_or(Load::NONE, |share| Load::of(&file.capacity, share));
            ListedWorker { worker, load }
        };
        Ok(WorkerPage { workers: rows.into_iter().map(with_load).collect(), next })
    }
}
