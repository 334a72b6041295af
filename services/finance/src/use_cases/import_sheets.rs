//! The time sheets that the rows of a file are for: found once each, or opened for an employment and month that has none.

use std::collections::{BTreeMap, BTreeSet};

use chassis::database::Work;
use chassis::error::Violation;
use chassis::id::WorkerId;
use jiff::civil::Date;

use super::import_hours::{PreviewHoursImport, Write};
use crate::domain::{Employment, EmploymentId, Entry, Month, SheetState, TimeSheet, TimeSheetId};
use crate::error::Error;
use crate::import::Record;
use crate::storage::{employments, months, time_sheets};

/// A sheet that rows are for.
#[derive(Debug)]
pub(super) struct Target {
    /// The sheet as it is stored, with the days of the file.
    pub sheet: TimeSheet,
    /// Its employment.
    pub employment: Employment,
    /// Whether nothing in its month changes any more.
    pub is_month_locked: bool,
    is_new: bool,
    is_changed: bool,
}

impl Target {
    /// Puts an entry in place of another, or beside those that are there. One that changes keeps its id.
    pub(super) fn put(&mut self, at: Option<usize>, entry: Entry) {
        self.is_changed = true;
        match at.and_then(|at| self.sheet.entries.get_mut(at)) {
            Some(old) => *old = Entry { id: old.id, ..entry },
            None => self.sheet.entries.push(entry),
        }
    }
}

/// The sheets of a file.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    targets: BTreeMap<TimeSheetId, Target>,
    by_month: BTreeMap<(EmploymentId, Month), TimeSheetId>,
}

fn unknown(field: &'static str) -> Violation {
    let remedy = "check the id; records outside your mandate are not shown";
    Violation::new(field, "UNKNOWN_TIME_SHEET", "there is no such record in this programme", remedy)
}

impl Sheets {
    /// The sheet of a row: the one it names, or that of the employment it names in the month of its day.
    pub(super) async fn find(
        &mut self,
        command: &PreviewHoursImport,
        work: &mut Work,
        record: &Record,
        day: Date,
    ) -> Result<Result<&mut Target, Violation>, Error> {
        let id = match self.id_of(command, work, record, day).await? {
            Ok(id) => id,
            Err(violation) => return Ok(Err(violation)),
        };
        let Some(target) = self.targets.get_mut(&id) else { return Ok(Err(unknown("time_sheet_id"))) };
        let worker = record.get("worker_id");
        if !worker.is_empty() && worker != target.sheet.worker.to_string() {
            let remedy = "name the person whose time sheet it is, or leave the column out";
            let message = "the time sheet is that of another person";
            return Ok(Err(Violation::new("worker_id", "OTHER_WORKER", message, remedy)));
        }
        Ok(Ok(target))
    }

    async fn id_of(
        &mut self,
        command: &PreviewHoursImport,
        work: &mut Work,
        record: &Record,
        day: Date,
    ) -> Result<Result<TimeSheetId, Violation>, Error> {
        let text = record.get("time_sheet_id");
        if !text.is_empty() {
            let Ok(id) = text.parse::<TimeSheetId>() else { return Ok(Err(unknown("time_sheet_id"))) };
            let is_there = self.targets.contains_key(&id) || self.load(command, work, id).await?;
            return Ok(if is_there { Ok(id) } else { Err(unknown("time_sheet_id")) });
        }
        let text = record.get("employment_id");
        if text.is_empty() {
            let remedy = "give the file a column `urenblad` or `tewerkstelling`";
            return Ok(Err(Violation::new(
                "employment_id",
                "REQUIRED",
                "nothing says whose hours these are",
                remedy,
            )));
        }
        let Ok(employment) = text.parse::<EmploymentId>() else { return Ok(Err(unknown("employment_id"))) };
        let month = Month::of(day);
        if let Some(id) = self.by_month.get(&(employment, month)) {
            return Ok(Ok(*id));
        }
        let found = time_sheets::of_month(work.connection(), employment, month).await?;
        let id = match found {
            Some(id) if self.load(command, work, id).await? => id,
            Some(_) => return Ok(Err(unknown("employment_id"))),
            None => match self.open(command, work, employment, month).await? {
                Some(id) => id,
                None => return Ok(Err(unknown("employment_id"))),
            },
        };
        self.by_month.insert((employment, month), id);
        Ok(Ok(id))
    }

    /// A sheet as it is stored; `false` when there is none in reach.
    async fn load(
        &mut self,
        command: &PreviewHoursImport,
        work: &mut Work,
        id: TimeSheetId,
    ) -> Result<bool, Error> {
        if self.targets.contains_key(&id) {
            return Ok(true);
        }
        let Some(found) = time_sheets::find(work.connection(), id).await? else { return Ok(false) };
        let sheet = found.sheet;
        if sheet.programme != command.programme {
            return Ok(false);
        }
        let Some(employment) = employments::find(work.connection(), sheet.employment).await? else {
            return Ok(false);
        };
        let is_month_locked =
            months::is_locked(work.connection(), sheet.programme.as_str(), sheet.month).await?;
        let employment = employment.employment;
        self.targets
            .insert(id, Target { sheet, employment, is_month_locked, is_new: false, is_changed: false });
        Ok(true)
    }

    /// A draft for an employment that has none in a month.
    async fn open(
        &mut self,
        command: &PreviewHoursImport,
        work: &mut Work,
        id: EmploymentId,
        month: Month,
    ) -> Result<Option<TimeSheetId>, Error> {
        let found = employments::find(work.connection(), id).await?.map(|found| found.employment);
        let Some(employment) = found.filter(|one| one.programme == command.programme) else {
            return Ok(None);
        };
        let is_month_locked = months::is_locked(work.connection(), command.programme.as_str(), month).await?;
        let sheet = TimeSheet {
            id: TimeSheetId::generate(work.ids()),
            employment: id,
            programme: employment.programme.clone(),
            worker: employment.worker,
            organisation: employment.organisation,
            month,
            state: SheetState::Draft,
            entries: Vec::new(),
            returned: None,
            confirmed_at: None,
            approved: None,
            version: 1,
        };
        let sheet_id = sheet.id;
        self.targets
            .insert(sheet_id, Target { sheet, employment, is_month_locked, is_new: true, is_changed: false });
        Ok(Some(sheet_id))
    }

    /// What is written, the versions it was read in, and what must be held.
    pub(super) fn finish(self) -> (Vec<Write>, Vec<String>, BTreeSet<Month>, BTreeSet<WorkerId>) {
        let (mut writes, mut versions) = (Vec::new(), BTreeSet::new());
        let (mut months, mut workers) = (BTreeSet::new(), BTreeSet::new());
        for target in self.targets.into_values() {
            let mut sheet = target.sheet;
            versions.insert(if target.is_new {
                format!("new {} {}", sheet.employment, sheet.month)
            } else {
                format!("{} {}", sheet.id, sheet.version)
            });
            if !target.is_changed {
                continue;
            }
            months.insert(sheet.month);
            workers.insert(sheet.worker);
            writes.push(if target.is_new {
                Write::Open(sheet)
            } else {
                sheet.version += 1;
                Write::Put(sheet)
            });
        }
        (writes, versions.into_iter().collect(), months, workers)
    }
}
