//! Time sheets are listed, and those that are missing.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use chassis::id::WorkerId;
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use crate::domain::{Month, SheetState};
use crate::error::Error;
use crate::storage::time_sheet_lists::{self, Filter, Missing, Summary, cursor};

/// Most months of a list of missing sheets.
const MOST_MONTHS: i32 = 24;

/// Lists a page of time sheets, newest month first: one statement. Whose is the purpose of the call.
#[derive(Debug, Clone)]
pub struct ListTimeSheets {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Only this month.
    pub month: Option<Month>,
    /// Only this state.
    pub state: Option<SheetState>,
    /// Only this worker.
    pub worker: Option<WorkerId>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// A page of rows.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts the row off that only tells whether there is a next page.
    pub(super) fn cut(mut rows: Vec<T>, size: i64, cursor: impl Fn(&T) -> Option<Cursor>) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        let next = rows.last().filter(|_| !is_last).and_then(cursor);
        Self { rows, next }
    }
}

/// Whether a programme is in reach of the caller.
pub(super) fn check_reach(work: &Work, region: &Region, programme: &ProgrammeCode) -> Result<(), Error> {
    if work.grant().programmes.contains(programme.as_str()) && region.programme(programme).is_some() {
        Ok(())
    } else {
        Err(Error::ProgrammeNotFound)
    }
}

impl Command for ListTimeSheets {
    const NAME: &'static str = "list_time_sheets";
    type Outcome = Page<Summary>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Summary>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let (month, state, worker) = (self.month, self.state, self.worker);
        let filter = Filter { programme: self.programme.as_str(), month, state, worker };
        let rows = time_sheet_lists::page(work.connection(), &filter, self.after, self.size + 1).await?;
        let page = Page::cut(rows, self.size, |row| cursor(row.month, row.id));
        for row in &page.rows {
            work.touches(row.id);
        }
        Ok(page)
    }
}

/// Lists a page of missing time sheets, newest month first: one statement.
#[derive(Debug, Clone)]
pub struct ListMissingTimeSheets {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// First month.
    pub from: Month,
    /// Last month, included.
    pub to: Month,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListMissingTimeSheets {
    const NAME: &'static str = "list_missing_time_sheets";
    type Outcome = Page<Missing>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Missing>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let number = |month: Month| i32::from(month.year()) * 12 + i32::from(month.first_day().month());
        if number(self.to) - number(self.from) >= MOST_MONTHS {
            let remedy = format!("ask for at most {MOST_MONTHS} months at once");
            let violation =
                Violation::new("to_month", "TOO_MANY_MONTHS", "the months are too far apart", remedy);
            return Err(Error::Invalid(vec![violation]));
        }
        let months = (self.from, self.to.min(Month::of(work.clock().today())));
        let programme = self.programme.as_str();
        let rows = time_sheet_lists::missing(work.connection(), programme, months, self.after, self.size + 1)
            .await?;
        let page = Page::cut(rows, self.size, |row| cursor(row.month, row.employment));
        for row in &page.rows {
            work.touches(row.employment);
        }
        Ok(page)
    }
}
