//! Findings and their history.

use chassis::database::{Command, Work};
use chassis::page::Cursor;

use crate::domain::Finding;
use crate::error::Error;
use crate::storage::findings;

/// A page of findings, newest first.
#[derive(Debug, Clone)]
pub struct ListFindings {
    /// Only those that last.
    pub open_only: bool,
    /// After this place.
    pub after: Cursor,
    /// Rows at most.
    pub size: i64,
}

/// The page.
#[derive(Debug)]
pub struct FindingsPage {
    /// Newest first.
    pub findings: Vec<Finding>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

impl Command for ListFindings {
    const NAME: &'static str = "list_findings";
    type Outcome = FindingsPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FindingsPage, Error> {
        // One more than asked for tells whether there is a next page.
        let mut found =
            findings::page(work.connection(), self.open_only, self.after, self.size.saturating_add(1))
                .await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| more).map(|last| Cursor { at: last.since, id: last.finding_id });
        Ok(FindingsPage { findings: found, next })
    }
}
