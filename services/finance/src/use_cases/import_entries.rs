//! The days of time sheets of a file, against those that are written. A day is known by its id, or by sheet, day and class; one that
//! the file does not name stays. Only drafts are written: the person still confirms them, and somebody else approves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chassis::database::Work;
use chassis::error::Violation;
use chassis::id::WorkerId;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::entry_input::{self, Bounds, EntryInput};
use super::import_hours::{Parts, PreviewHoursImport};
use super::import_sheets::{Sheets, Target};
use super::import_view::Changes;
use super::{sheet_limits, sheet_step, step};
use crate::domain::{
    DAY_MINUTES, Entry, EntryId, OverLimit, SheetState, TimeClass, TimeSheet, limits, parse_day,
};
use crate::error::Error;
use crate::fields::Fields;
use crate::import::{Reader, Record};

/// Minutes of each day that a person gets or loses, with the record of the first row about it.
type Days = BTreeMap<(WorkerId, i16), (BTreeMap<Date, i64>, BTreeMap<Date, Record>)>;

/// A day as the file has it.
struct Row {
    id: Option<EntryId>,
    day: Date,
    class: TimeClass,
    minutes: i32,
    is_correction: bool,
}

/// What the file comes to.
pub(super) async fn plan(
    command: &PreviewHoursImport,
    work: &mut Work,
    reader: &mut Reader<'_>,
) -> Result<Parts, Error> {
    let open = Arc::clone(&command.import.open);
    let mut changes = Changes::default();
    let mut sheets = Sheets::default();
    let mut days: Days = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in &open.rows {
        let record = reader.row(row, most);
        let Some(read) = read(reader, &record) else { continue };
        let target = match sheets.find(command, work, &record, read.day).await? {
            Ok(target) => target,
            Err(violation) => {
                reader.refuse(&record, &[violation]);
                continue;
            }
        };
        let key = (target.sheet.id, read.id, read.id.is_none().then_some((read.day, read.class.as_str())));
        if !seen.insert(key) {
            let remedy = "add the minutes up";
            reader.refuse(
                &record,
                &[Violation::new("day", "REPEATED", "this stands in the file twice", remedy)],
            );
            continue;
        }
        let at = match place(&target.sheet, &read) {
            Ok(at) => at,
            Err(violation) => {
                reader.refuse(&record, &[violation]);
                continue;
            }
        };
        let old = at.and_then(|at| target.sheet.entries.get(at));
        let name = format!("{}/{}/{}", target.sheet.employment, read.day, read.class.as_str());
        let before = old.map(|old| texts(old.day, old.class, old.minutes));
        if before.as_ref().is_some_and(|before| *before == texts(read.day, read.class, read.minutes)) {
            changes.left += 1;
            continue;
        }
        if let Err(violation) = check_writable(target, &read) {
            reader.refuse(&record, &[violation]);
            continue;
        }
        let entry = match checked(work, target, &read)? {
            Ok(entry) => entry,
            Err(violations) => {
                reader.refuse(&record, &violations);
                continue;
            }
        };
        changes.count(row.number, name, before, texts(read.day, read.class, read.minutes));
        let (by_day, records) = days.entry((target.sheet.worker, read.day.year())).or_default();
        if let Some(old) = old {
            *by_day.entry(old.day).or_default() -= i64::from(old.minutes);
        }
        *by_day.entry(read.day).or_default() += i64::from(read.minutes);
        records.entry(read.day).or_insert(record);
        target.put(at, entry);
    }
    check_limits(command, work, reader, &days).await?;
    let (writes, versions, months, workers) = sheets.finish();
    Ok((changes, writes, versions, months, workers))
}

fn most(field: &str) -> Option<Decimal> {
    match field {
        "minutes" => Some(Decimal::from(DAY_MINUTES)),
        "hours" => Some(Decimal::from(DAY_MINUTES / 60)),
        _ => None,
    }
}

fn texts(day: Date, class: TimeClass, minutes: i32) -> Vec<(&'static str, String)> {
    vec![
        ("day", day.to_string()),
        ("hour_class", class.as_str().to_owned()),
        ("minutes", minutes.to_string()),
    ]
}

/// The fields of a row, or nothing with what is wrong with them.
fn read(reader: &mut Reader<'_>, record: &Record) -> Option<Row> {
    let mut fields = Fields::default();
    let id = fields.optional_id::<EntryId>("entry_id", record.get("entry_id"));
    let day = fields.take("day", parse_day(record.get("day")));
    let word = record.get("hour_class");
    let class = TimeClass::ALL.into_iter().find(|class| class.as_str() == word).ok_or_else(|| {
        let remedy = "write `with_participant` or `around_participant`";
        Violation::new("hour_class", "REQUIRED", "nothing is given", remedy)
    });
    let class = fields.accept(class);
    let minutes = fields.accept(minutes(record));
    let row = (|| {
        Some(Row {
            id: id?,
            day: day?,
            class: class?,
            minutes: minutes?,
            is_correction: record.get("correction") == "yes",
        })
    })();
    match fields.finish(row) {
        Ok(row) => Some(row).filter(|_| !record.is_refused()),
        Err(Error::Invalid(violations)) => {
            reader.refuse(record, &violations);
            None
        }
        Err(_) => None,
    }
}

/// Whole minutes, or hours that are whole minutes.
fn minutes(record: &Record) -> Result<i32, Violation> {
    let (field, text, factor) = if record.get("minutes").is_empty() {
        ("hours", record.get("hours"), 60)
    } else {
        ("minutes", record.get("minutes"), 1)
    };
    if text.is_empty() {
        let remedy = "write whole minutes in a column `minuten`, or hours in a column `uren`";
        return Err(Violation::new("minutes", "REQUIRED", "nothing is given", remedy));
    }
    let minutes = text.parse::<Decimal>().ok().and_then(|number| number.checked_mul(Decimal::from(factor)));
    let whole =
        minutes.filter(|minutes| minutes.fract().is_zero()).and_then(|minutes| minutes.trunc().to_i32());
    whole.ok_or_else(|| {
        let remedy = "write whole minutes: a time sheet counts nothing finer";
        Violation::new(field, "MINUTES_NOT_WHOLE", "this is no number of whole minutes", remedy)
    })
}

/// Where the entry stands in the sheet already; `None` when it is new.
fn place(sheet: &TimeSheet, row: &Row) -> Result<Option<usize>, Violation> {
    let found = sheet.entries.iter().position(|entry| match row.id {
        Some(id) => entry.id == id,
        None => {
            !row.is_correction
                && entry.correction.is_none()
                && (entry.day, entry.class) == (row.day, row.class)
        }
    });
    if found.is_none() && row.id.is_some() {
        let remedy = "leave the id out to write a new day";
        return Err(Violation::new("entry_id", "UNKNOWN_ENTRY", "the time sheet has no such entry", remedy));
    }
    Ok(found)
}

/// Whether the sheet takes another day.
fn check_writable(target: &Target, row: &Row) -> Result<(), Violation> {
    if row.is_correction {
        let remedy = "write counter-entries one by one, each with its reason";
        return Err(Violation::new(
            "correction",
            "CORRECTION_IMPORTED",
            "counter-entries are not taken in",
            remedy,
        ));
    }
    let (message, remedy) = match target.sheet.state {
        SheetState::Draft if !target.is_month_locked => return Ok(()),
        SheetState::Draft | SheetState::Locked => ("the month is locked", "correct it by a counter-entry"),
        SheetState::Confirmed | SheetState::Approved => {
            ("the time sheet is no draft any more", "give the time sheet back to the person first")
        }
    };
    Err(Violation::new("day", "TIME_SHEET_CLOSED", message, remedy))
}

/// The entry, by the rules of one that the person types.
fn checked(work: &Work, target: &Target, row: &Row) -> Result<Result<Entry, Vec<Violation>>, Error> {
    let bounds =
        Bounds { month: target.sheet.month, employment: &target.employment, today: work.clock().today() };
    let input = EntryInput { day: row.day.to_string(), class: row.class, minutes: row.minutes };
    match entry_input::check(&[input], &bounds, work.ids(), work.now(), step::worker(work)?) {
        Ok(entries) => Ok(entries.into_iter().next().ok_or_else(Vec::new)),
        Err(Error::Invalid(violations)) => Ok(Err(violations)),
        Err(error) => Err(error),
    }
}

/// The limits of every person, over every programme, with all the days of the file.
async fn check_limits(
    command: &PreviewHoursImport,
    work: &mut Work,
    reader: &mut Reader<'_>,
    days: &Days,
) -> Result<(), Error> {
    for ((worker, year), (changes, records)) in days {
        let declared = sheet_limits::declared(work, *worker, *year).await?;
        let Some((first, _)) = changes.first_key_value() else { continue };
        let model =
            sheet_step::rules_of(&command.region, &command.programme, crate::domain::Month::of(*first))?;
        let cap = model.yearly_hours_max;
        let Err(over) = limits(&declared, changes, cap) else { continue };
        let (day, violation) = match over {
            OverLimit::Day(day) => (Some(day), {
                let message = "the person would have more than 24 hours on this day, over all projects";
                let remedy = "write fewer minutes, or correct the other time sheets of the person first";
                Violation::new("minutes", "MINUTES_OVER_DAY", message, remedy)
            }),
            OverLimit::Year { left } => (records.keys().next_back().copied(), {
                let message =
                    format!("one person can declare at most {cap} hours in a year, over all projects");
                let remedy = format!("add at most {left} minutes in this year");
                Violation::new("minutes", "HOURS_OVER_CAP", message, remedy)
            }),
        };
        if let Some(record) = day.and_then(|day| records.get(&day)) {
            reader.refuse(record, &[violation]);
        }
    }
    Ok(())
}
