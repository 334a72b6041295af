//! Employments are listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::id::WorkerId;
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use super::list_time_sheets::{Page, check_reach};
use crate::error::Error;
use crate::storage::employments::{self, Found};

/// Lists a page of employments, newest first: one statement. Whose is the purpose of the call.
#[derive(Debug, Clone)]
pub struct ListEmployments {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Only this worker.
    pub worker: Option<WorkerId>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListEmployments {
    const NAME: &'static str = "list_employments";
    type Outcome = Page<Found>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Found>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let code = self.programme.as_str();
        let rows = employments::page(work.connection(), code, self.worker, self.after, self.size + 1).await?;
        let page = Page::cut(rows, self.size, |row| {
            Some(Cursor { at: row.created_at, id: row.employment.id.as_uuid() })
        });
        for row in &page.rows {
            work.touches(row.employment.id.as_uuid());
        }
        Ok(page)
    }
}
