//! The referrals of a programme are listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use crate::domain::ReferralState;
use crate::error::Error;
use crate::storage::referrals::{self, Summary};

/// Lists a page of referrals, newest first, without names: one statement.
#[derive(Debug, Clone)]
pub struct ListReferrals {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// In which state; `None` is any.
    pub state: Option<ReferralState>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows.
    pub referrals: Vec<Summary>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Command for ListReferrals {
    const NAME: &'static str = "list_referrals";
    type Outcome = Page;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page, Error> {
        if !work.grant().programmes.contains(self.programme.as_str())
            || self.region.programme(&self.programme).is_none()
        {
            return Err(Error::ProgrammeNotFound);
        }
        let states = self.state.map_or_else(|| ReferralState::ALL.to_vec(), |state| vec![state]);
        // One row more than the page tells whether there is a next one.
        let mut rows =
            referrals::page(work.connection(), self.programme.as_str(), &states, self.after, self.size + 1)
                .await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        for row in &rows {
            work.touches(row.id.as_uuid());
        }
        let next = if is_last {
            None
        } else {
            rows.last().map(|row| Cursor { at: row.submitted_at, id: row.id.as_uuid() })
        };
        Ok(Page { referrals: rows, next })
    }
}
