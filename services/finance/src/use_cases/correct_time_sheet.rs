//! A locked time sheet is corrected by a counter-entry.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::entry_input::{Bounds, EntryInput};
use super::sheet_step::{self, SheetView};
use super::{sheet_limits, step};
use crate::domain::{DAY_MINUTES, Entry, EntryId, TimeSheet, TimeSheetId, parse_reason};
use crate::error::Error;
use crate::fields::Fields;
use crate::storage::time_entries;

/// Adds a counter-entry.
#[derive(Debug, Clone)]
pub struct CorrectTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Which sheet.
    pub sheet: TimeSheetId,
    /// What was typed; minutes may be below zero.
    pub entry: EntryInput,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for CorrectTimeSheet {
    const NAME: &'static str = "correct_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let mut sheet = sheet_step::begin(work, self.sheet).await?;
        let entry = self.check(work, &sheet).await?;
        let (day, now, worker) = (entry.day, entry.at, entry.by);
        sheet.correct(entry.clone())?;

        let cap = sheet_step::rules_of(&self.region, &sheet.programme, sheet.month)?.yearly_hours_max;
        let declared = sheet_limits::declared(work, sheet.worker, sheet.month.year()).await?;
        let changes = BTreeMap::from([(day, i64::from(entry.minutes))]);
        sheet_limits::check(&declared, &changes, cap, "minutes", |_| "minutes".to_owned())?;

        time_entries::insert(work.connection(), sheet.id, &[entry]).await?;
        sheet_step::finish(work, &self.region, sheet, now, worker).await
    }
}

impl CorrectTimeSheet {
    async fn check(&self, work: &mut Work, sheet: &TimeSheet) -> Result<Entry, Error> {
        let employment = sheet_step::employment(work, sheet).await?;
        let today = work.clock().today();
        let mut fields = Fields::default();
        let bounds = Bounds { month: sheet.month, employment: &employment, today };
        let day = bounds.day(&mut fields, "day", &self.entry.day);
        let reason = fields.take("reason", parse_reason(&self.reason));
        let (minutes, class) = (i64::from(self.entry.minutes), self.entry.class);
        if minutes == 0 {
            fields.add(Violation::new(
                "minutes",
                "MINUTES_ZERO",
                "a counter-entry of zero minutes changes nothing",
                "write how many minutes are added, or below zero how many are taken away",
            ));
        } else if minutes.abs() > DAY_MINUTES {
            let remedy = "write -1440 to 1440 whole minutes";
            fields.add(Violation::new("minutes", "MINUTES_OVER_DAY", "a day has 1440 minutes", remedy));
        } else if let Some(there) = day.map(|day| sheet.minutes_on(day, class))
            && there + minutes < 0
        {
            fields.add(Violation::new(
                "minutes",
                "MINUTES_BELOW_ZERO",
                "the counter-entry takes away more than is there",
                format!("take away at most {there} minutes"),
            ));
        }
        let (id, at, by) = (EntryId::generate(work.ids()), work.now(), step::worker(work)?);
        let entry = day.zip(reason).map(|(day, reason)| Entry {
            id,
            day,
            class,
            minutes: self.entry.minutes,
            correction: Some(reason),
            at,
            by,
        });
        fields.finish(entry)
    }
}
