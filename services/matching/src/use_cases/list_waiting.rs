//! Who waits in a programme is listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use jiff::Timestamp;
use region::{ProgrammeCode, Region};
use uuid::Uuid;

use super::step;
use crate::domain::Admission;
use crate::error::Error;
use crate::storage::waiting;

/// Lists a page of who waits, referred first first: one statement.
#[derive(Debug, Clone)]
pub struct ListWaiting {
    /// The region.
    pub region: Arc<Region>,
    /// In which programme.
    pub programme: ProgrammeCode,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// Somebody who waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The admission.
    pub admission: Admission,
    /// Days since the referral, in the calendar of the region.
    pub days: i32,
}

/// A page.
#[derive(Debug, Clone)]
pub struct WaitingPage {
    /// The rows.
    pub waiting: Vec<Waiting>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Command for ListWaiting {
    const NAME: &'static str = "list_waiting";
    type Outcome = WaitingPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<WaitingPage, Error> {
        step::reach(work, &self.region, &self.programme)?;
        // Pages of the chassis begin after the last instant; this list runs the other way.
        let first = Cursor { at: Timestamp::UNIX_EPOCH, id: Uuid::nil() };
        let after = if self.after == Cursor::START { first } else { self.after };
        let mut rows =
            waiting::page(work.connection(), self.programme.as_str(), after, self.size + 1).await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        for row in &rows {
            work.touches(row.participation.as_uuid());
        }
        let cursor = |row: &Admission| Cursor { at: row.referred_at, id: row.episode.as_uuid() };
        let next = if is_last { None } else { rows.last().map(cursor) };
        let today = work.clock().today();
        let with_days = |admission: Admission| {
            let referred_on = work.clock().day_of(admission.referred_at);
            Waiting { days: referred_on.until(today).map_or(0, |span| span.get_days()), admission }
        };
        Ok(WaitingPage { waiting: rows.into_iter().map(with_days).collect(), next })
    }
}
