//! A person writes the days of their draft.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::entry_input::{self, Bounds, EntryInput, by_day};
use super::sheet_step::{self, SheetView};
use super::{sheet_limits, step};
use crate::domain::TimeSheetId;
use crate::error::Error;
use crate::storage::time_entries;

/// Puts these days in place of those of the draft.
#[derive(Debug, Clone)]
pub struct PutTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Which sheet.
    pub sheet: TimeSheetId,
    /// What was typed.
    pub entries: Vec<EntryInput>,
}

impl Command for PutTimeSheet {
    const NAME: &'static str = "put_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let mut sheet = sheet_step::begin(work, self.sheet).await?;
        sheet.check_draft()?;
        let employment = sheet_step::employment(work, &sheet).await?;
        let (now, worker, today) = (work.now(), step::worker(work)?, work.clock().today());
        let bounds = Bounds { month: sheet.month, employment: &employment, today };
        let entries = entry_input::check(&self.entries, &bounds, work.ids(), now, worker)?;

        let cap = sheet_step::rules_of(&self.region, &sheet.programme, sheet.month)?.yearly_hours_max;
        let declared = sheet_limits::declared(work, sheet.worker, sheet.month.year()).await?;
        let mut changes = BTreeMap::new();
        by_day(&entries, 1, &mut changes);
        by_day(&sheet.entries, -1, &mut changes);
        let field_of = |day| {
            let place = entries.iter().position(|entry| entry.day == day).unwrap_or_default();
            format!("entries[{place}].minutes")
        };
        sheet_limits::check(&declared, &changes, cap, "entries", field_of)?;

        time_entries::replace(work.connection(), sheet.id, &entries).await?;
        sheet.put(entries)?;
        sheet_step::finish(work, &self.region, sheet, now, worker).await
    }
}
