//! What every step on a time sheet begins and ends with.

use chassis::database::Work;
use jiff::Timestamp;
use jiff::civil::Date;
use region::programme::Programme;
use region::{ProgrammeCode, Region};
use uuid::Uuid;

use crate::domain::{Employment, FinanceModel, Month, TimeSheet, TimeSheetId};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::storage::{employments, locks, time_sheets};

/// A time sheet, and with how many decimals its hours are shown.
#[derive(Debug, Clone)]
pub struct SheetView {
    /// The sheet.
    pub sheet: TimeSheet,
    /// Decimals of an hour in its programme.
    pub hour_decimals: u32,
}

/// The programme file that holds on a day; before the first one, that one.
pub(super) fn programme_on<'r>(
    region: &'r Region,
    code: &ProgrammeCode,
    day: Date,
) -> Result<&'r Programme, Error> {
    region.programme_at(code, day).or_else(|| region.programme(code)).ok_or(Error::ProgrammeNotFound)
}

/// The rules of money that hold on the first day of a month.
pub(super) fn rules_of<'r>(
    region: &'r Region,
    code: &ProgrammeCode,
    month: Month,
) -> Result<&'r FinanceModel, Error> {
    programme_on(region, code, month.first_day())?.finance.as_ref().ok_or(Error::WithoutFinance)
}

/// Reads a sheet in reach.
pub(super) async fn read(work: &mut Work, id: TimeSheetId) -> Result<time_sheets::Found, Error> {
    let found = time_sheets::find(work.connection(), id).await?.ok_or_else(Refusal::sheet_not_found)?;
    if !work.grant().programmes.contains(found.sheet.programme.as_str()) {
        return Err(Refusal::sheet_not_found().into());
    }
    work.touches(id.as_uuid());
    Ok(found)
}

/// Holds month and person, and gives the sheet as the caller read it.
pub(super) async fn begin(work: &mut Work, id: TimeSheetId) -> Result<TimeSheet, Error> {
    let seen = read(work, id).await?.sheet;
    locks::write_in_month(work.connection(), seen.programme.as_str(), seen.month).await?;
    locks::hold_person(work.connection(), seen.worker).await?;
    // What was read before the locks may be old by now.
    let found = time_sheets::find(work.connection(), id).await?.ok_or_else(Refusal::sheet_not_found)?;
    if !found.sheet.etag().is(work.if_match()) {
        let (changed_by, changed_at) = (found.changed_by, found.changed_at);
        return Err(Error::Stale { changed_by, changed_at, current: found.sheet.etag() });
    }
    Ok(found.sheet)
}

/// The employment of a sheet.
pub(super) async fn employment(work: &mut Work, sheet: &TimeSheet) -> Result<Employment, Error> {
    let found = employments::find(work.connection(), sheet.employment).await?;
    found
        .map(|found| found.employment)
        .ok_or_else(|| Error::inconsistent("time_sheets", format!("{} has no employment", sheet.id)))
}

/// Stores the step and gives the sheet after it.
pub(super) async fn finish(
    work: &mut Work,
    region: &Region,
    sheet: TimeSheet,
    at: Timestamp,
    by: Uuid,
) -> Result<SheetView, Error> {
    time_sheets::update(work.connection(), &sheet, at, by).await?;
    view(region, sheet)
}

/// The sheet with the decimals of its programme.
pub(super) fn view(region: &Region, sheet: TimeSheet) -> Result<SheetView, Error> {
    let hour_decimals = rules_of(region, &sheet.programme, sheet.month)?.hour_decimals;
    Ok(SheetView { sheet, hour_decimals })
}
