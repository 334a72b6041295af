//! Exports are listed and read, and operators learn which are missing.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};
use uuid::Uuid;

use super::list_time_sheets::{Page, check_reach};
use crate::domain::ClaimPeriod;
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::export_lists::{self, Listed, Run};
use crate::storage::exports;

/// Lists a page of exports, newest first: one statement.
#[derive(Debug, Clone)]
pub struct ListExports {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Only of this period.
    pub period: Option<ClaimPeriod>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListExports {
    const NAME: &'static str = "list_exports";
    type Outcome = Page<Listed>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Listed>, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let programme = Some(self.programme.as_str());
        let rows =
            export_lists::page(work.connection(), programme, None, self.period, self.after, self.size + 1)
                .await?;
        let page = Page::cut(rows, self.size, Listed::cursor);
        for row in &page.rows {
            work.touches(row.export.id);
        }
        Ok(page)
    }
}

/// Reads one export.
#[derive(Debug, Clone, Copy)]
pub struct GetExport {
    /// Which.
    pub export: Uuid,
}

/// An export, and the programme files it was priced under: version and hash.
#[derive(Debug, Clone)]
pub struct ExportView {
    /// The export.
    pub listed: Listed,
    /// Versions and hashes.
    pub rules: Vec<(i32, String)>,
}

impl Command for GetExport {
    const NAME: &'static str = "get_export";
    type Outcome = ExportView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ExportView, Error> {
        let rows =
            export_lists::page(work.connection(), None, Some(self.export), None, Cursor::START, 1).await?;
        let listed = rows.into_iter().next().ok_or_else(Refusal::export_not_found)?;
        if !work.grant().programmes.contains(&listed.export.programme) {
            return Err(Refusal::export_not_found().into());
        }
        work.touches(self.export);
        let rules = exports::rules(work.connection(), &listed.export).await?;
        Ok(ExportView { listed, rules })
    }
}

/// Lists submitted revisions with whether they are exported, last submitted first.
#[derive(Debug, Clone, Copy)]
pub struct ListExportRuns {
    /// Only what is not published.
    pub only_outstanding: bool,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListExportRuns {
    const NAME: &'static str = "list_export_runs";
    type Outcome = Page<Run>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Run>, Error> {
        let rows =
            export_lists::runs(work.connection(), self.only_outstanding, self.after, self.size + 1).await?;
        Ok(Page::cut(rows, self.size, Run::cursor))
    }
}
