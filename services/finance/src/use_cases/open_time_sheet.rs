//! A person opens the time sheet of a month.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::Date;
use region::Region;

use super::sheet_step::{self, SheetView};
use super::{sheet_limits, step};
use crate::domain::{
    DAY_MINUTES, Employment, EmploymentId, Entry, EntryId, Month, SheetState, TimeSheet, TimeSheetId, limits,
};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::{employments, locks, months, time_entries, time_sheets};

/// Opens a draft, filled with what contacts suggest.
#[derive(Debug, Clone)]
pub struct OpenTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Employment of the caller.
    pub employment: EmploymentId,
    /// Month.
    pub month: Month,
}

impl Command for OpenTimeSheet {
    const NAME: &'static str = "open_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let found = employments::find(work.connection(), self.employment).await?;
        let employment = found.ok_or_else(Refusal::employment_not_found)?.employment;
        if !work.grant().programmes.contains(employment.programme.as_str()) {
            return Err(Refusal::employment_not_found().into());
        }
        let today = work.clock().today();
        self.check_month(&employment, today)?;
        let model = sheet_step::rules_of(&self.region, &employment.programme, self.month)?;
        let programme = employment.programme.as_str();
        locks::write_in_month(work.connection(), programme, self.month).await?;
        locks::hold_person(work.connection(), employment.worker).await?;
        if months::is_locked(work.connection(), programme, self.month).await? {
            return Err(Refusal::month_locked().into());
        }
        let entries = self.suggestions(work, &employment, today, model.yearly_hours_max).await?;
        let sheet = TimeSheet {
            id: TimeSheetId::generate(work.ids()),
            employment: employment.id,
            programme: employment.programme,
            worker: employment.worker,
            organisation: employment.organisation,
            month: self.month,
            state: SheetState::Draft,
            entries,
            returned: None,
            confirmed_at: None,
            approved: None,
            version: 1,
        };
        let (now, worker) = (work.now(), step::worker(work)?);
        time_sheets::insert(work.connection(), &sheet, now, worker).await?;
        work.touches(sheet.id.as_uuid());
        sheet_step::view(&self.region, sheet)
    }
}

impl OpenTimeSheet {
    fn check_month(&self, employment: &Employment, today: Date) -> Result<(), Error> {
        let (first, last) = (self.month.first_day(), self.month.last_day());
        let violation = if first > today {
            let remedy = "wait until the month begins";
            Violation::new("month", "MONTH_NOT_OVER", "the month has not begun", remedy)
        } else if employment.period.from > last || employment.period.to.is_some_and(|to| to < first) {
            let message = "the employment has no day in this month";
            let remedy = "choose a month of the employment, or the employment of this month";
            Violation::new("month", "MONTH_OUTSIDE_EMPLOYMENT", message, remedy)
        } else {
            return Ok(());
        };
        Err(Error::Invalid(vec![violation]))
    }

    /// What contacts suggest, as far as the limits of the person allow. Of two employments for one organisation and programme the
    /// sheet that is opened first gets it: the same contact is not suggested twice.
    async fn suggestions(
        &self,
        work: &mut Work,
        employment: &Employment,
        today: Date,
        cap_hours: u32,
    ) -> Result<Vec<Entry>, Error> {
        let (programme, organisation) = (employment.programme.as_str(), employment.organisation.as_uuid());
        let (worker, month) = (employment.worker, self.month.first_day());
        if time_entries::are_suggested_already(work.connection(), programme, worker, organisation, month)
            .await?
        {
            return Ok(Vec::new());
        }
        let suggested =
            time_entries::suggested(work.connection(), programme, worker, organisation, month).await?;
        let declared = sheet_limits::declared(work, worker, self.month.year()).await?;
        let (at, by, ids) = (work.now(), step::worker(work)?, work.ids());
        let mut changes: BTreeMap<Date, i64> = BTreeMap::new();
        let mut entries = Vec::new();
        for (day, class, minutes) in suggested {
            if day > today || !employment.period.holds(day) || minutes > DAY_MINUTES {
                continue;
            }
            let mut with = changes.clone();
            *with.entry(day).or_default() += minutes;
            if limits(&declared, &with, cap_hours).is_err() {
                continue;
            }
            changes = with;
            let minutes = i32::try_from(minutes).unwrap_or_default();
            entries.push(Entry { id: EntryId::generate(ids), day, class, minutes, correction: None, at, by });
        }
        Ok(entries)
    }
}
