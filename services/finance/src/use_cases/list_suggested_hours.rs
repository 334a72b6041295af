//! The hours that contacts suggest are listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::id::WorkerId;
use chassis::page::Cursor;
use jiff::tz::TimeZone;
use region::{ProgrammeCode, Region};
use uuid::Uuid;

use crate::domain::Month;
use crate::error::Error;
use crate::storage::suggested_hours::{self, Filter, Suggested};

/// Lists suggested hours per worker and month, newest month first: one statement.
#[derive(Debug, Clone)]
pub struct ListSuggestedHours {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// First month; `None` is the first there is.
    pub from: Option<Month>,
    /// Last month, included; `None` is the last there is.
    pub to: Option<Month>,
    /// Only this worker; `None` is all.
    pub worker: Option<WorkerId>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// What is suggested for a worker in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedView {
    /// Worker.
    pub worker: Uuid,
    /// Month.
    pub month: Month,
    /// By organisation.
    pub organisations: Vec<Suggested>,
}

/// A page.
#[derive(Debug, Clone)]
pub struct SuggestedPage {
    /// The rows.
    pub hours: Vec<SuggestedView>,
    /// Decimals of an hour in this programme.
    pub hour_decimals: u32,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Command for ListSuggestedHours {
    const NAME: &'static str = "list_suggested_hours";
    type Outcome = SuggestedPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SuggestedPage, Error> {
        if !work.grant().programmes.contains(self.programme.as_str()) {
            return Err(Error::ProgrammeNotFound);
        }
        let programme = self.region.programme(&self.programme).ok_or(Error::ProgrammeNotFound)?;
        let model = programme.finance.as_ref().ok_or(Error::WithoutFinance)?;
        let filter = Filter {
            programme: self.programme.as_str(),
            from: self.from,
            to: self.to,
            worker: self.worker.map(WorkerId::as_uuid),
        };
        let found = suggested_hours::page(work.connection(), &filter, self.after, self.size + 1).await?;
        let mut hours: Vec<SuggestedView> = Vec::new();
        for one in found {
            let month = Month::of(one.month);
            match hours.last_mut().filter(|last| last.worker == one.worker && last.month == month) {
                Some(last) => last.organisations.push(one),
                None => {
                    hours.push(SuggestedView { worker: one.worker, month, organisations: vec![one] });
                }
            }
        }
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = hours.len() <= size;
        hours.truncate(size);
        for one in &hours {
            work.touches(one.worker);
        }
        let next = hours.last().filter(|_| !is_last).and_then(|row| {
            let midnight = row.month.first_day().to_zoned(TimeZone::UTC).ok()?;
            Some(Cursor { at: midnight.timestamp(), id: row.worker })
        });
        Ok(SuggestedPage { hours, hour_decimals: model.hour_decimals, next })
    }
}
