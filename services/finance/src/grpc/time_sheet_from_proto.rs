//! From the messages of time sheets to use cases.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    ApproveTimeSheetRequest, ConfirmTimeSheetRequest, CorrectTimeSheetRequest, HourClass,
    ListMissingTimeSheetsRequest, ListOwnTimeSheetsRequest, ListTimeSheetsRequest, LockMonthRequest,
    OpenTimeSheetRequest, PutTimeSheetRequest, ReturnTimeSheetRequest, TimeSheetState,
};
use region::Region;

use super::from_proto::programme;
use crate::domain::{Month, SheetState, TimeClass};
use crate::error::Error;
use crate::fields::Fields;
use crate::use_cases::{
    ApproveTimeSheet, ConfirmTimeSheet, CorrectTimeSheet, EntryInput, GetTimeSheet, ListMissingTimeSheets,
    ListTimeSheets, LockMonth, OpenTimeSheet, PutTimeSheet, ReturnTimeSheet,
};

/// Most entries of one request: two classes on every day of a month.
const MOST_ENTRIES: usize = 62;

fn class(fields: &mut Fields, field: String, number: i32) -> Option<TimeClass> {
    fields.accept(match HourClass::try_from(number) {
        Ok(HourClass::WithParticipant) => Ok(TimeClass::WithParticipant),
        Ok(HourClass::AroundParticipant) => Ok(TimeClass::AroundParticipant),
        Ok(HourClass::Unspecified) | Err(_) => Err(Violation::new(
            field,
            "UNKNOWN_VALUE",
            "there is no such class of time",
            "say whether it was with or around the participant",
        )),
    })
}

/// A sheet to open.
pub(super) fn open_sheet(
    region: Arc<Region>,
    request: &OpenTimeSheetRequest,
) -> Result<OpenTimeSheet, Error> {
    let mut fields = Fields::default();
    let employment = fields.id("employment_id", &request.employment_id);
    let month = fields.take("month", request.month.parse::<Month>());
    fields.finish(employment.zip(month).map(|(employment, month)| OpenTimeSheet {
        region,
        employment,
        month,
    }))
}

/// The days of a draft.
pub(super) fn put(region: Arc<Region>, request: PutTimeSheetRequest) -> Result<PutTimeSheet, Error> {
    let mut fields = Fields::default();
    let sheet = fields.id("time_sheet_id", &request.time_sheet_id);
    if request.entries.len() > MOST_ENTRIES {
        let remedy = format!("send at most {MOST_ENTRIES}: one per day and class");
        fields.add(Violation::new("entries", "TOO_MANY", "the list has too many items", remedy));
    }
    let mut entries = Vec::new();
    for (place, one) in request.entries.into_iter().enumerate().take(MOST_ENTRIES) {
        let class = class(&mut fields, format!("entries[{place}].hour_class"), one.hour_class);
        entries.extend(class.map(|class| EntryInput { day: one.day, class, minutes: one.minutes }));
    }
    fields.finish(sheet.map(|sheet| PutTimeSheet { region, sheet, entries }))
}

/// A confirmation.
pub(super) fn confirm(
    region: Arc<Region>,
    request: &ConfirmTimeSheetRequest,
) -> Result<ConfirmTimeSheet, Error> {
    let mut fields = Fields::default();
    let sheet = fields.id("time_sheet_id", &request.time_sheet_id);
    fields.finish(sheet.map(|sheet| ConfirmTimeSheet { region, sheet }))
}

/// An approval.
pub(super) fn approve(
    region: Arc<Region>,
    request: &ApproveTimeSheetRequest,
) -> Result<ApproveTimeSheet, Error> {
    let mut fields = Fields::default();
    let sheet = fields.id("time_sheet_id", &request.time_sheet_id);
    fields.finish(sheet.map(|sheet| ApproveTimeSheet { region, sheet }))
}

/// A sheet that goes back.
pub(super) fn give_back(
    region: Arc<Region>,
    request: ReturnTimeSheetRequest,
) -> Result<ReturnTimeSheet, Error> {
    let mut fields = Fields::default();
    let sheet = fields.id("time_sheet_id", &request.time_sheet_id);
    fields.finish(sheet.map(|sheet| ReturnTimeSheet { region, sheet, reason: request.reason }))
}

/// A counter-entry.
pub(super) fn correct(
    region: Arc<Region>,
    request: CorrectTimeSheetRequest,
) -> Result<CorrectTimeSheet, Error> {
    let mut fields = Fields::default();
    let sheet = fields.id("time_sheet_id", &request.time_sheet_id);
    let class = class(&mut fields, "hour_class".to_owned(), request.hour_class);
    let (day, minutes, reason) = (request.day, request.minutes, request.reason);
    fields.finish(sheet.zip(class).map(|(sheet, class)| {
        let entry = EntryInput { day, class, minutes };
        CorrectTimeSheet { region, sheet, entry, reason }
    }))
}

/// A month to lock.
pub(super) fn lock(region: Arc<Region>, request: &LockMonthRequest) -> Result<LockMonth, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let month = fields.take("month", request.month.parse::<Month>());
    let accept_missing = request.accept_missing;
    let command =
        programme.zip(month).map(|(programme, month)| LockMonth { region, programme, month, accept_missing });
    fields.finish(command)
}

/// One sheet.
pub(super) fn get(region: Arc<Region>, time_sheet_id: &str) -> Result<GetTimeSheet, Error> {
    let mut fields = Fields::default();
    let sheet = fields.id("time_sheet_id", time_sheet_id);
    fields.finish(sheet.map(|sheet| GetTimeSheet { region, sheet }))
}

/// A page of sheets.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListTimeSheetsRequest,
) -> Result<ListTimeSheets, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let month = optional_month(&mut fields, &request.month);
    let state = fields.accept(match TimeSheetState::try_from(request.state) {
        Ok(TimeSheetState::Unspecified) => Ok(None),
        Ok(TimeSheetState::Draft) => Ok(Some(SheetState::Draft)),
        Ok(TimeSheetState::Confirmed) => Ok(Some(SheetState::Confirmed)),
        Ok(TimeSheetState::Approved) => Ok(Some(SheetState::Approved)),
        Ok(TimeSheetState::Locked) => Ok(Some(SheetState::Locked)),
        Ok(TimeSheetState::None) | Err(_) => Err(Violation::new(
            "state",
            "UNKNOWN_VALUE",
            "no time sheet is in this state",
            "leave the state out for all",
        )),
    });
    let worker = fields.optional_id("worker_id", &request.worker_id);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListTimeSheets {
            region,
            programme: programme?,
            month: month?,
            state: state?,
            worker: worker?,
            after: after?,
            size: size?,
        })
    })();
    fields.finish(query)
}

#[expect(clippy::option_option, reason = "wrong, not given, and given are three things")]
fn optional_month(fields: &mut Fields, text: &str) -> Option<Option<Month>> {
    let month = if text.is_empty() { Ok(None) } else { text.parse::<Month>().map(Some) };
    fields.take("month", month)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListTimeSheetsRequest) -> String {
    let ListTimeSheetsRequest { programme, month, state, worker_id, .. } = request;
    format!("ListTimeSheets/{programme}/{month}/{state}/{worker_id}")
}

/// A page of the caller's sheets.
pub(super) fn list_own(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListOwnTimeSheetsRequest,
) -> Result<ListTimeSheets, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_own_name(request), &request.page_token));
    let query = (|| {
        let (programme, after, size) = (programme?, after?, size?);
        Some(ListTimeSheets { region, programme, month: None, state: None, worker: None, after, size })
    })();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(super) fn list_own_name(request: &ListOwnTimeSheetsRequest) -> String {
    format!("ListOwnTimeSheets/{}", request.programme)
}

/// A page of missing sheets.
pub(super) fn missing(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListMissingTimeSheetsRequest,
) -> Result<ListMissingTimeSheets, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let from = fields.take("from_month", request.from_month.parse::<Month>());
    let to = fields.take("to_month", request.to_month.parse::<Month>());
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        fields.add(Violation::new(
            "to_month",
            "BEFORE_FROM",
            "the last month is before the first",
            "swap the two, or correct one of them",
        ));
    }
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &missing_name(request), &request.page_token));
    let query = (|| {
        Some(ListMissingTimeSheets {
            region,
            programme: programme?,
            from: from?,
            to: to?,
            after: after?,
            size: size?,
        })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn missing_name(request: &ListMissingTimeSheetsRequest) -> String {
    format!("ListMissingTimeSheets/{}/{}/{}", request.programme, request.from_month, request.to_month)
}
