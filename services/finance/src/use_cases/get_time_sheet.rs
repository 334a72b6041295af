//! One time sheet is read, by its person or by who keeps, coordinates or audits.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::sheet_step::{self, SheetView};
use crate::domain::TimeSheetId;
use crate::error::Error;

/// Reads one time sheet. Whose it may be is the purpose of the call, which the database holds to.
#[derive(Debug, Clone)]
pub struct GetTimeSheet {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub sheet: TimeSheetId,
}

impl Command for GetTimeSheet {
    const NAME: &'static str = "get_time_sheet";
    type Outcome = SheetView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SheetView, Error> {
        let sheet = sheet_step::read(work, self.sheet).await?.sheet;
        sheet_step::view(&self.region, sheet)
    }
}
