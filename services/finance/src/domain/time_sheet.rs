//! A time sheet: the aggregate. Who may change what when, and which minutes a person can have.

use std::collections::BTreeMap;

use chassis::id::{OrganisationId, WorkerId};
use jiff::Timestamp;
use jiff::civil::Date;
use region::ProgrammeCode;
use uuid::Uuid;

use super::Etag;
use super::contact_time::{Month, TimeClass};
use super::ids::{EmploymentId, EntryId, TimeSheetId};

/// Minutes of a day.
pub const DAY_MINUTES: i64 = 1_440;

/// How far a time sheet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetState {
    /// Being written by the person.
    Draft,
    /// The person says that these are their hours.
    Confirmed,
    /// The finance officer approved it.
    Approved,
    /// Its month is locked.
    Locked,
}

impl SheetState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Confirmed, Self::Approved, Self::Locked];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Confirmed => "confirmed",
            Self::Approved => "approved",
            Self::Locked => "locked",
        }
    }
}

/// Time on a day, or a counter-entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Entry.
    pub id: EntryId,
    /// Day.
    pub day: Date,
    /// Class of the time.
    pub class: TimeClass,
    /// Whole minutes; below zero only in a counter-entry.
    pub minutes: i32,
    /// Why it corrects a locked sheet; `None` for what the person wrote.
    pub correction: Option<String>,
    /// When it was entered.
    pub at: Timestamp,
    /// Who entered it.
    pub by: Uuid,
}

/// Why a time sheet refuses a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Only a draft can be written and confirmed.
    #[error("the time sheet is no draft any more")]
    NotDraft,
    /// Only a confirmed sheet can be approved.
    #[error("the person has not confirmed the time sheet")]
    NotConfirmed,
    /// Only what was confirmed and is not locked can be given back.
    #[error("the time sheet cannot be given back")]
    NotReturnable,
    /// Only a locked sheet is corrected by counter-entries.
    #[error("the month of the time sheet is not locked")]
    NotLocked,
    /// The month is locked.
    #[error("the month is locked")]
    MonthLocked,
    /// Nobody approves their own hours.
    #[error("nobody approves their own hours")]
    OwnSheet,
}

/// A time sheet: the hours of one employment in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeSheet {
    /// Time sheet.
    pub id: TimeSheetId,
    /// Employment.
    pub employment: EmploymentId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// Whose hours.
    pub worker: WorkerId,
    /// Whose finance officer approves.
    pub organisation: OrganisationId,
    /// Month.
    pub month: Month,
    /// How far it is.
    pub state: SheetState,
    /// Days, and the counter-entries after them.
    pub entries: Vec<Entry>,
    /// Why it was given back.
    pub returned: Option<String>,
    /// When the person confirmed it.
    pub confirmed_at: Option<Timestamp>,
    /// When and by whom it was approved.
    pub approved: Option<(Timestamp, Uuid)>,
    /// Counts every change.
    pub version: i64,
}

impl TimeSheet {
    /// Tag of its version.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }

    /// Whether the person can write.
    ///
    /// # Errors
    /// When it is no draft.
    pub fn check_draft(&self) -> Result<(), SheetError> {
        match self.state {
            SheetState::Draft => Ok(()),
            SheetState::Locked => Err(SheetError::MonthLocked),
            SheetState::Confirmed | SheetState::Approved => Err(SheetError::NotDraft),
        }
    }

    /// Puts other days in place of those of a draft.
    ///
    /// # Errors
    /// When it is no draft.
    pub fn put(&mut self, entries: Vec<Entry>) -> Result<(), SheetError> {
        self.check_draft()?;
        self.entries = entries;
        self.version += 1;
        Ok(())
    }

    /// The person confirms.
    ///
    /// # Errors
    /// When it is no draft.
    pub fn confirm(&mut self, at: Timestamp) -> Result<(), SheetError> {
        self.check_draft()?;
        self.state = SheetState::Confirmed;
        self.confirmed_at = Some(at);
        self.returned = None;
        self.version += 1;
        Ok(())
    }

    /// A finance officer approves.
    ///
    /// # Errors
    /// When the person has not confirmed it, or approves their own.
    pub fn approve(&mut self, at: Timestamp, by: Uuid) -> Result<(), SheetError> {
        match self.state {
            SheetState::Locked => return Err(SheetError::MonthLocked),
            SheetState::Draft | SheetState::Approved => return Err(SheetError::NotConfirmed),
            SheetState::Confirmed => {}
        }
        if self.worker.as_uuid() == by {
            return Err(SheetError::OwnSheet);
        }
        self.state = SheetState::Approved;
        self.approved = Some((at, by));
        self.version += 1;
        Ok(())
    }

    /// Goes back to the person.
    ///
    /// # Errors
    /// When it is a draft or locked.
    pub fn give_back(&mut self, reason: String) -> Result<(), SheetError> {
        match self.state {
            SheetState::Locked => return Err(SheetError::MonthLocked),
            SheetState::Draft => return Err(SheetError::NotReturnable),
            SheetState::Confirmed | SheetState::Approved => {}
        }
        self.state = SheetState::Draft;
        self.returned = Some(reason);
        (self.confirmed_at, self.approved) = (None, None);
        self.version += 1;
        Ok(())
    }

    /// Adds a counter-entry to a locked sheet.
    ///
    /// # Errors
    /// When it is not locked.
    pub fn correct(&mut self, entry: Entry) -> Result<(), SheetError> {
        if self.state != SheetState::Locked {
            return Err(SheetError::NotLocked);
        }
        self.entries.push(entry);
        self.version += 1;
        Ok(())
    }

    /// Minutes in a class, counter-entries included.
    pub fn minutes(&self, class: TimeClass) -> i64 {
        self.entries.iter().filter(|entry| entry.class == class).map(|entry| i64::from(entry.minutes)).sum()
    }

    /// Minutes on a day in a class, counter-entries included.
    pub fn minutes_on(&self, day: Date, class: TimeClass) -> i64 {
        let on_day = self.entries.iter().filter(|entry| entry.day == day && entry.class == class);
        on_day.map(|entry| i64::from(entry.minutes)).sum()
    }
}

/// Which limit of a person would be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverLimit {
    /// More than a day has.
    Day(Date),
    /// More than the year allows; in minutes, how much is left.
    Year {
        /// Minutes that are left.
        left: i64,
    },
}

/// The limits of one person over every programme: 24 hours of a day, and the cap of the year.
///
/// `declared` are the minutes of each day of the year as they are stored; `changes` what is added to them. `cap_hours` is the cap of
/// the programme.
pub fn limits(
    declared: &BTreeMap<Date, i64>,
    changes: &BTreeMap<Date, i64>,
    cap_hours: u32,
) -> Result<(), OverLimit> {
    for (day, change) in changes {
        let before = declared.get(day).copied().unwrap_or_default();
        if *change > 0 && before + change > DAY_MINUTES {
            return Err(OverLimit::Day(*day));
        }
    }
    let (before, change): (i64, i64) = (declared.values().sum(), changes.values().sum());
    let cap = i64::from(cap_hours) * 60;
    if change > 0 && before + change > cap {
        return Err(OverLimit::Year { left: (cap - before).max(0) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_has_24_hours_and_a_year_its_cap() {
        let days = |minutes: &[(i8, i64)]| -> BTreeMap<Date, i64> {
            minutes.iter().map(|(day, minutes)| (date(2024, 3, *day), *minutes)).collect()
        };

        assert_eq!(limits(&days(&[(1, 1_000)]), &days(&[(1, 440)]), 1_720), Ok(()));
        let over = limits(&days(&[(1, 1_000)]), &days(&[(1, 441)]), 1_720);
        assert_eq!(over, Err(OverLimit::Day(date(2024, 3, 1))));
        assert_eq!(limits(&days(&[(1, 60)]), &days(&[(2, 60)]), 2), Ok(()));
        assert_eq!(limits(&days(&[(1, 60)]), &days(&[(2, 61)]), 2), Err(OverLimit::Year { left: 60 }));
        assert_eq!(limits(&days(&[(1, 600)]), &days(&[(1, -60)]), 2), Ok(()), "less is never too much");
    }

    proptest! {
        #[test]
        fn what_the_limits_let_through_keeps_them(
            declared in proptest::collection::btree_map(1_i8..29, 0_i64..1_440, 0..10),
            changes in proptest::collection::btree_map(1_i8..29, -1_440_i64..1_441, 0..10),
            cap in 1_u32..60,
        ) {
            let dated = |days: BTreeMap<i8, i64>| -> BTreeMap<Date, i64> {
                days.into_iter().map(|(day, minutes)| (date(2024, 3, day), minutes)).collect()
            };
            let (declared, changes) = (dated(declared), dated(changes));
            let total: i64 = declared.values().chain(changes.values()).sum();
            let grows = changes.values().sum::<i64>() > 0;
            let day_over = changes.iter().any(|(day, more)| {
                *more > 0 && declared.get(day).copied().unwrap_or(0) + more > DAY_MINUTES
            });
            let year_over = grows && total > i64::from(cap) * 60;
            prop_assert_eq!(limits(&declared, &changes, cap).is_err(), day_over || year_over);
        }
    }
}
