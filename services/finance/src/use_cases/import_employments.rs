//! The employments of a file, against those that are written down. One is known by its id, or by person, partner, component and first
//! day; only its last day and its part of a full time can change. One that the file does not name stays.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chassis::database::Work;
use chassis::error::Violation;
use chassis::id::{OrganisationId, WorkerId};
use chassis::page::Cursor;
use region::{KboNumber, PartnerCode};

use super::create_employment::{CreateEmployment, MOST, last_day};
use super::import_hours::{Parts, PreviewHoursImport, Write};
use super::import_view::Changes;
use crate::domain::{Employment, EmploymentId, Fte, Month, Period};
use crate::error::Error;
use crate::fields::Fields;
use crate::import::{Reader, Record};
use crate::storage::{employments, time_entries};

type Known = BTreeMap<WorkerId, Vec<Employment>>;

/// What the file comes to.
pub(super) async fn plan(
    command: &PreviewHoursImport,
    work: &mut Work,
    reader: &mut Reader<'_>,
) -> Result<Parts, Error> {
    let open = Arc::clone(&command.import.open);
    let (mut changes, mut writes, mut versions) = (Changes::default(), Vec::new(), BTreeSet::new());
    let (mut months, mut workers) = (BTreeSet::new(), BTreeSet::new());
    let mut stored: Known = BTreeMap::new();
    let mut planned: BTreeMap<EmploymentId, Employment> = BTreeMap::new();
    let today = Month::of(work.clock().today());
    for row in &open.rows {
        let record = reader.row(row, |_| None);
        let mut fields = Fields::default();
        let id = fields.optional_id::<EmploymentId>("employment_id", record.get("employment_id"));
        let worker = fields.id::<WorkerId>("worker_id", record.get("worker_id"));
        let Some((id, worker)) = checked(reader, &record, fields.finish(id.zip(worker)))? else { continue };
        if let Entry::Vacant(place) = stored.entry(worker) {
            let programme = command.programme.as_str();
            let found =
                employments::page(work.connection(), programme, Some(worker), Cursor::START, MOST).await?;
            place.insert(found.into_iter().map(|found| found.employment).collect());
        }
        let own = stored.get(&worker).map(Vec::as_slice).unwrap_or_default();
        let old = id.map_or_else(|| same(own, &record), |id| own.iter().find(|one| one.id == id));
        let Some(employment) = (match (old, id) {
            (Some(old), _) => changed(command, reader, &record, old)?,
            (None, Some(_)) => {
                let remedy = "leave the id out to write a new employment down";
                let message = "the person has no such employment in this programme";
                reader.refuse(
                    &record,
                    &[Violation::new("employment_id", "UNKNOWN_EMPLOYMENT", message, remedy)],
                );
                None
            }
            (None, None) => created(command, work, reader, &record, worker)?,
        }) else {
            continue;
        };
        // An export names an employment in each month that it worked.
        if let Some(before) = planned.get(&employment.id) {
            if *before != employment {
                let remedy = "let every row of one employment say the same";
                let message = "another row says something else of this employment";
                reader.refuse(&record, &[Violation::new("employment_id", "ROWS_DISAGREE", message, remedy)]);
            }
            continue;
        }
        let others = own.iter().filter(|other| !planned.contains_key(&other.id)).chain(planned.values());
        let overlaps = others
            .filter(|other| other.id != employment.id && other.is_beside(&employment))
            .any(|other| other.period.overlaps(&employment.period));
        if overlaps {
            let message =
                "the person has an employment for this component and partner on a day of these already";
            let remedy = "end the earlier employment the day before";
            reader.refuse(&record, &[Violation::new("valid_from", "EMPLOYMENT_OVERLAPS", message, remedy)]);
            continue;
        }
        if let (Some(old), Some(last)) = (old, employment.period.to)
            && old.period != employment.period
            && time_entries::are_after(work.connection(), employment.id, last).await?
        {
            let message = "the person has hours after this day";
            let remedy = "choose a later day, or correct the time sheets first";
            reader.refuse(&record, &[Violation::new("valid_to", "HOURS_AFTER_END", message, remedy)]);
            continue;
        }
        versions.insert(old.map_or_else(
            || format!("new {worker} {} {}", employment.partner, employment.period.from),
            |old| format!("{} {}", old.id, old.version),
        ));
        let name = format!("{}/{}", employment.partner, employment.component);
        if changes.count(row.number, name, old.map(texts), texts(&employment)) {
            workers.insert(worker);
            let last = employment.period.to.map_or(today, |last| Month::of(last).min(today));
            let mut month = Month::of(employment.period.from);
            while month <= last {
                months.insert(month);
                month = month.next();
            }
            let written = employment.clone();
            writes.push(if old.is_some() { Write::Change(written) } else { Write::Employ(written) });
        }
        planned.insert(employment.id, employment);
    }
    Ok((changes, writes, versions.into_iter().collect(), months, workers))
}

/// The employment of this person, partner, component and first day.
fn same<'e>(own: &'e [Employment], record: &Record) -> Option<&'e Employment> {
    own.iter().find(|one| {
        one.partner.as_str() == record.get("partner")
            && one.component.as_str() == record.get("component")
            && one.period.from.to_string() == record.get("valid_from")
    })
}

fn texts(one: &Employment) -> Vec<(&'static str, String)> {
    vec![
        ("worker_id", one.worker.to_string()),
        ("organisation_id", one.organisation.to_string()),
        ("partner", one.partner.to_string()),
        ("component", one.component.to_string()),
        ("valid_from", one.period.from.to_string()),
        ("valid_to", one.period.to.map(|day| day.to_string()).unwrap_or_default()),
        ("fte", one.fte.map(|fte| fte.to_string()).unwrap_or_default()),
    ]
}

/// The value, or nothing when it is refused or a cell of the row was.
fn checked<T>(
    reader: &mut Reader<'_>,
    record: &Record,
    result: Result<T, Error>,
) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value).filter(|_| !record.is_refused())),
        Err(Error::Invalid(violations)) => {
            reader.refuse(record, &violations);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A new employment, by the rules of one that somebody types.
fn created(
    command: &PreviewHoursImport,
    work: &Work,
    reader: &mut Reader<'_>,
    record: &Record,
    worker: WorkerId,
) -> Result<Option<Employment>, Error> {
    let mut fields = Fields::default();
    let organisation = fields.id::<OrganisationId>("organisation_id", record.get("organisation_id"));
    let create = |organisation| CreateEmployment {
        region: Arc::clone(&command.region),
        programme: command.programme.clone(),
        worker,
        organisation,
        partner: record.get("partner").to_owned(),
        kbo: record.get("kbo").to_owned(),
        component: record.get("component").to_owned(),
        from: record.get("valid_from").to_owned(),
        to: record.get("valid_to").to_owned(),
        fte: record.get("fte").to_owned(),
    };
    let Some(organisation) = checked(reader, record, fields.finish(organisation))? else { return Ok(None) };
    checked(reader, record, create(organisation).check(work))
}

/// One that is written down, with the last day and the part of a full time of the file; an empty cell leaves what is there.
fn changed(
    command: &PreviewHoursImport,
    reader: &mut Reader<'_>,
    record: &Record,
    old: &Employment,
) -> Result<Option<Employment>, Error> {
    let mut fields = Fields::default();
    let from = old.period.from.to_string();
    let organisation = old.organisation.to_string();
    for (field, is) in [
        ("partner", old.partner.as_str()),
        ("component", old.component.as_str()),
        ("valid_from", from.as_str()),
        ("organisation_id", organisation.as_str()),
    ] {
        let text = record.get(field);
        if !text.is_empty() && text != is {
            let message = "this does not change of an employment that is written down";
            let remedy = "end the employment, and write a new one down";
            fields.add(Violation::new(field, "CANNOT_CHANGE", message, remedy));
        }
    }
    let partner =
        PartnerCode::parse(old.partner.as_str()).ok().and_then(|code| command.region.partner(&code));
    let is_own = |kbo: &KboNumber| partner.is_some_and(|partner| partner.kbo == *kbo);
    if !KboNumber::parse(record.get("kbo")).is_ok_and(|kbo| is_own(&kbo)) {
        let remedy = "name the number of the enterprise that pays";
        let message = "the enterprise number is not that of the partner";
        fields.add(Violation::new("kbo", "KBO_OTHER_PARTNER", message, remedy));
    }
    let to = if record.get("valid_to").is_empty() {
        Some(old.period.to)
    } else {
        last_day(&mut fields, record.get("valid_to"))
    };
    let fte = fields.take("fte", Fte::parse(record.get("fte")));
    let period = to.map(|to| Period { to, ..old.period });
    if period.is_some_and(|period| period.is_backwards()) {
        let remedy = format!("write {from} or a later day");
        fields.add(Violation::new("valid_to", "BEFORE_FROM", "the last day is before the first", remedy));
    }
    let found = fields.finish(period.zip(fte));
    let Some((period, fte)) = checked(reader, record, found)? else { return Ok(None) };
    let fte = fte.or(old.fte);
    let differs = (period, fte) != (old.period, old.fte);
    Ok(Some(Employment { period, fte, version: old.version + i64::from(differs), ..old.clone() }))
}
