//! A file with employments or time-sheet days of a programme: what it would do, and doing it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::id::WorkerId;
use region::{ProgrammeCode, Region};

use super::import_view::{Import, ImportView};
use super::list_time_sheets::check_reach;
use super::{import_employments, import_entries, sheet_step, step};
use crate::domain::{Employment, Month, TimeSheet};
use crate::error::Error;
use crate::import::{ImportKind, Reader, Words};
use crate::storage::{employments, locks, missing_sheets, time_entries, time_sheets};

/// Shows what a file would do to employments or time sheets, and writes nothing.
#[derive(Debug, Clone)]
pub struct PreviewHoursImport {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// The file.
    pub import: Import,
}

/// Does what was shown: all of it, or nothing.
#[derive(Debug, Clone)]
pub struct ApplyHoursImport {
    /// What was previewed.
    pub preview: PreviewHoursImport,
    /// The name of what was shown.
    pub plan: String,
}

/// A write that an import comes to.
#[derive(Debug, Clone)]
pub(super) enum Write {
    /// A new employment.
    Employ(Employment),
    /// Another last day or part of a full time.
    Change(Employment),
    /// A new draft.
    Open(TimeSheet),
    /// Other days in a draft; the version is the one after.
    Put(TimeSheet),
}

/// What an import comes to, and what must be held while it is written.
pub(super) struct Planned {
    pub(super) view: ImportView,
    pub(super) writes: Vec<Write>,
    pub(super) months: BTreeSet<Month>,
    pub(super) workers: BTreeSet<WorkerId>,
}

impl PreviewHoursImport {
    async fn plan(&self, work: &mut Work) -> Result<Planned, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let today = work.clock().today();
        let programme = sheet_step::programme_on(&self.region, &self.programme, today)?;
        let model = programme.finance.as_ref().ok_or(Error::WithoutFinance)?;
        let open = Arc::clone(&self.import.open);
        let mut reader =
            Reader::new(&open.columns, Words::of(&self.region, model), self.import.file.day_first);
        match self.import.file.kind {
            ImportKind::Employments => import_employments::plan(self, work, &mut reader).await,
            _ => import_entries::plan(self, work, &mut reader).await,
        }
        .map(|(changes, writes, versions, months, workers)| {
            let view = ImportView::of(&self.import, reader, changes, &versions, None);
            Planned { view, writes, months, workers }
        })
    }
}

impl Command for PreviewHoursImport {
    const NAME: &'static str = "preview_hours_import";
    type Outcome = ImportView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ImportView, Error> {
        Ok(self.plan(work).await?.view)
    }
}

impl Command for ApplyHoursImport {
    const NAME: &'static str = "apply_hours_import";
    type Outcome = ImportView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ImportView, Error> {
        let seen = self.preview.plan(work).await?;
        seen.view.check(&self.plan)?;
        for month in &seen.months {
            locks::write_in_month(work.connection(), self.preview.programme.as_str(), *month).await?;
        }
        for worker in &seen.workers {
            locks::hold_person(work.connection(), *worker).await?;
        }
        // What was read before the locks may be old by now; then its name is another.
        let planned = self.preview.plan(work).await?;
        planned.view.check(&self.plan)?;
        let (now, by, ids) = (work.now(), step::worker(work)?, work.ids());
        for write in planned.writes {
            match write {
                Write::Employ(employment) => {
                    employments::insert(work.connection(), &employment, now, by).await?;
                    missing_sheets::fill(work.connection(), &employment, ids, (now, by)).await?;
                    work.touches(employment.id.as_uuid());
                }
                Write::Change(employment) => {
                    employments::update(work.connection(), &employment, now, by).await?;
                    missing_sheets::fill(work.connection(), &employment, ids, (now, by)).await?;
                    work.touches(employment.id.as_uuid());
                }
                Write::Open(sheet) => {
                    time_sheets::insert(work.connection(), &sheet, now, by).await?;
                    work.touches(sheet.id.as_uuid());
                }
                Write::Put(sheet) => {
                    time_entries::replace(work.connection(), sheet.id, &sheet.entries).await?;
                    time_sheets::update(work.connection(), &sheet, now, by).await?;
                    work.touches(sheet.id.as_uuid());
                }
            }
        }
        Ok(planned.view)
    }
}

/// What a plan is made of: changes, writes, versions, months and workers.
pub(super) type Parts =
    (super::import_view::Changes, Vec<Write>, Vec<String>, BTreeSet<Month>, BTreeSet<WorkerId>);
