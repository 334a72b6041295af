//! From time sheets to the messages of the contract.

use proto::finance::v1::{
    HourClass, MissingTimeSheet, MonthLock, TimeEntry, TimeSheet as ProtoSheet, TimeSheetState as ProtoState,
    TimeSheetSummary,
};
use rust_decimal::Decimal;

use crate::domain::{Entry, Etag, Hours, SheetState, TimeClass};
use crate::events::published::to_timestamp;
use crate::storage::time_sheet_lists::{Missing, Summary};
use crate::use_cases::{LockedMonth, SheetView};

fn to_state(state: SheetState) -> i32 {
    match state {
        SheetState::Draft => ProtoState::Draft,
        SheetState::Confirmed => ProtoState::Confirmed,
        SheetState::Approved => ProtoState::Approved,
        SheetState::Locked => ProtoState::Locked,
    }
    .into()
}

fn to_entry(entry: &Entry) -> TimeEntry {
    let class = match entry.class {
        TimeClass::WithParticipant => HourClass::WithParticipant,
        TimeClass::AroundParticipant => HourClass::AroundParticipant,
    };
    TimeEntry {
        entry_id: entry.id.to_string(),
        day: entry.day.to_string(),
        hour_class: class.into(),
        minutes: entry.minutes,
        correction: entry.correction.is_some(),
        reason: entry.correction.clone().unwrap_or_default(),
        entered_at: Some(to_timestamp(entry.at)),
        entered_by: entry.by.to_string(),
    }
}

/// One sheet.
pub(super) fn to_sheet(view: &SheetView) -> ProtoSheet {
    let sheet = &view.sheet;
    let with = sheet.minutes(TimeClass::WithParticipant);
    let around = sheet.minutes(TimeClass::AroundParticipant);
    ProtoSheet {
        time_sheet_id: sheet.id.to_string(),
        employment_id: sheet.employment.to_string(),
        programme: sheet.programme.to_string(),
        worker_id: sheet.worker.to_string(),
        month: sheet.month.to_string(),
        state: to_state(sheet.state),
        entries: sheet.entries.iter().map(to_entry).collect(),
        with_participant_minutes: with,
        around_participant_minutes: around,
        hours: Hours::of_minutes(Decimal::from(with + around), view.hour_decimals).shown(view.hour_decimals),
        returned_reason: sheet.returned.clone().unwrap_or_default(),
        confirmed_at: sheet.confirmed_at.map(to_timestamp),
        approved_at: sheet.approved.map(|(at, _)| to_timestamp(at)),
        approved_by: sheet.approved.map(|(_, by)| by.to_string()).unwrap_or_default(),
        etag: sheet.etag().to_string(),
    }
}

/// A sheet in a list.
pub(super) fn to_summary(row: &Summary) -> TimeSheetSummary {
    TimeSheetSummary {
        time_sheet_id: row.id.to_string(),
        employment_id: row.employment.to_string(),
        worker_id: row.worker.to_string(),
        month: row.month.to_string(),
        state: to_state(row.state),
        with_participant_minutes: row.with_participant,
        around_participant_minutes: row.around_participant,
        etag: Etag::of(row.version).to_string(),
    }
}

/// A missing sheet.
pub(super) fn to_missing(row: &Missing) -> MissingTimeSheet {
    MissingTimeSheet {
        employment_id: row.employment.to_string(),
        worker_id: row.worker.to_string(),
        organisation_id: row.organisation.to_string(),
        month: row.month.to_string(),
        state: row.state.map_or(ProtoState::None.into(), to_state),
    }
}

/// A locked month.
pub(super) fn to_lock(locked: &LockedMonth) -> MonthLock {
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    MonthLock {
        programme: locked.programme.to_string(),
        month: locked.month.to_string(),
        locked_at: Some(to_timestamp(locked.at)),
        locked_by: locked.by.to_string(),
        time_sheets: count(locked.approved.saturating_add(locked.empty)),
        empty_time_sheets: count(locked.empty),
    }
}
