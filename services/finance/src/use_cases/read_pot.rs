//! A pot is read: its sums, what organisations give, its entries.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use super::list_time_sheets::{Page, check_reach};
use crate::domain::{PotEntry, PotEntryId, PotSums};
use crate::error::Error;
use crate::storage::pot::{self, Contributions};

/// Reads the sums of a pot.
#[derive(Debug, Clone)]
pub struct GetPotTotals {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Of which year.
    pub year: i16,
}

impl Command for GetPotTotals {
    const NAME: &'static str = "get_pot_totals";
    type Outcome = PotSums;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<PotSums, Error> {
        check_reach(work, &self.region, &self.programme)?;
        pot::sums(work.connection(), self.programme.as_str(), self.year).await
    }
}

/// Reads the sums of a pot with what each organisation gives and spent. The pot is held meanwhile, so that all of it is of one moment.
#[derive(Debug, Clone)]
pub struct GetPot {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Of which year.
    pub year: i16,
}

/// A pot.
#[derive(Debug, Clone)]
pub struct PotView {
    /// Its sums.
    pub sums: PotSums,
    /// What organisations give and spent.
    pub contributions: Contributions,
}

impl Command for GetPot {
    const NAME: &'static str = "get_pot";
    type Outcome = PotView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<PotView, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let programme = self.programme.as_str();
        pot::hold(work.connection(), programme, self.year).await?;
        let sums = pot::sums(work.connection(), programme, self.year).await?;
        let contributions = pot::contributions(work.connection(), programme, self.year).await?;
        Ok(PotView { sums, contributions })
    }
}

/// Lists a page of what was booked, newest first: one statement.
#[derive(Debug, Clone)]
pub struct ListPotEntries {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Of which year.
    pub year: i16,
    /// Only what falls under this decision.
    pub decision: Option<PotEntryId>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListPotEntries {
    const NAME: &'static str = "list_pot_entries";
    type Outcome = Page<PotEntry>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<PotEntry>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let pot = (self.programme.as_str(), self.year);
        let rows = pot::page(work.connection(), pot, self.decision, self.after, self.size + 1).await?;
        let page = Page::cut(rows, self.size, |row| Some(Cursor { at: row.booked.0, id: row.id.as_uuid() }));
        for row in &page.rows {
            work.touches(row.id.as_uuid());
        }
        Ok(page)
    }
}
