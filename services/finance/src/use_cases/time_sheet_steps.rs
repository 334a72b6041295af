//! The short steps of a time sheet: it is confirmed, approved, or given back.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::sheet_step::{self, SheetView};
use super::step;
use crate::domain::{TimeSheetId, parse_reason};
use crate::error::Error;
use crate::fields::Fields;

/// The person confirms their draft.
#[derive(Debug, Clone)]
pub struct ConfirmTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Which sheet.
    pub sheet: TimeSheetId,
}

impl Command for ConfirmTimeSheet {
    const NAME: &'static str = "confirm_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let mut sheet = sheet_step::begin(work, self.sheet).await?;
        let (now, worker) = (work.now(), step::worker(work)?);
        sheet.confirm(now)?;
        sheet_step::finish(work, &self.region, sheet, now, worker).await
    }
}

/// A finance officer approves a confirmed sheet.
#[derive(Debug, Clone)]
pub struct ApproveTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Which sheet.
    pub sheet: TimeSheetId,
}

impl Command for ApproveTimeSheet {
    const NAME: &'static str = "approve_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let mut sheet = sheet_step::begin(work, self.sheet).await?;
        let (now, worker) = (work.now(), step::worker(work)?);
        sheet.approve(now, worker)?;
        sheet_step::finish(work, &self.region, sheet, now, worker).await
    }
}

/// A finance officer gives a sheet back to the person.
#[derive(Debug, Clone)]
pub struct ReturnTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Which sheet.
    pub sheet: TimeSheetId,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for ReturnTimeSheet {
    const NAME: &'static str = "return_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let mut sheet = sheet_step::begin(work, self.sheet).await?;
        let mut fields = Fields::default();
        let reason = fields.take("reason", parse_reason(&self.reason));
        sheet.give_back(fields.finish(reason)?)?;
        let (now, worker) = (work.now(), step::worker(work)?);
        sheet_step::finish(work, &self.region, sheet, now, worker).await
    }
}
