//! `time_entries`: minutes on days, and the sums of a person over every programme.

use std::collections::BTreeMap;

use chassis::id::WorkerId;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{EmploymentId, Entry, EntryId, TimeClass, TimeSheetId};
use crate::error::Error;

/// The entries of a sheet: what the person wrote by day, then the counter-entries in the order they came.
pub async fn of(connection: &mut PgConnection, sheet: TimeSheetId) -> Result<Vec<Entry>, Error> {
    let rows = sqlx::query!(
        r#"select entry_id, day, hour_class, minutes, correction, reason,
                  entered_at, entered_by
           from time_entries
           where time_sheet_id = $1
           order by correction, case when correction then entry_id end, day, hour_class desc"#,
        sheet.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                id: EntryId::from_uuid(row.entry_id),
                day: row.day.to_jiff(),
                class: class(row.entry_id, &row.hour_class)?,
                minutes: row.minutes,
                correction: row.reason.filter(|_| row.correction),
                at: row.entered_at.to_jiff(),
                by: row.entered_by,
            })
        })
        .collect()
}

/// Reads a class of time.
fn class(id: Uuid, word: &str) -> Result<TimeClass, Error> {
    TimeClass::ALL
        .into_iter()
        .find(|class| class.as_str() == word)
        .ok_or_else(|| Error::inconsistent("time_entries", format!("{id} has another class")))
}

/// Puts these entries in place of those of a draft.
pub async fn replace(
    connection: &mut PgConnection,
    sheet: TimeSheetId,
    entries: &[Entry],
) -> Result<(), Error> {
    sqlx::query!("delete from time_entries where time_sheet_id = $1", sheet.as_uuid())
        .execute(&mut *connection)
        .await?;
    insert(connection, sheet, entries).await
}

/// Adds entries: one statement.
pub async fn insert(
    connection: &mut PgConnection,
    sheet: TimeSheetId,
    entries: &[Entry],
) -> Result<(), Error> {
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id.as_uuid()).collect();
    let days: Vec<jiff_sqlx::Date> = entries.iter().map(|entry| entry.day.to_sqlx()).collect();
    let classes: Vec<String> = entries.iter().map(|entry| entry.class.as_str().to_owned()).collect();
    let minutes: Vec<i32> = entries.iter().map(|entry| entry.minutes).collect();
    let reasons: Vec<Option<String>> = entries.iter().map(|entry| entry.correction.clone()).collect();
    let at: Vec<jiff_sqlx::Timestamp> = entries.iter().map(|entry| entry.at.to_sqlx()).collect();
    let by: Vec<Uuid> = entries.iter().map(|entry| entry.by).collect();
    sqlx::query!(
        "insert into time_entries (entry_id, time_sheet_id, day, hour_class, minutes, correction, reason, entered_at, entered_by)
         select entry_id, $2, day, hour_class, minutes, reason is not null, reason, entered_at, entered_by
         from unnest($1::uuid[], $3::date[], $4::text[], $5::integer[], $6::text[], $7::timestamptz[], $8::uuid[])
              as given (entry_id, day, hour_class, minutes, reason, entered_at, entered_by)",
        &ids,
        sheet.as_uuid(),
        &days as _,
        &classes,
        &minutes,
        &reasons as _,
        &at as _,
        &by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Minutes of a person on each day of a year, over every programme of the region, as they are stored. The person is held.
pub async fn declared(
    connection: &mut PgConnection,
    worker: WorkerId,
    first: Date,
    last: Date,
) -> Result<BTreeMap<Date, i64>, Error> {
    let rows = sqlx::query!(
        r#"select day as "day!", minutes as "minutes!" from declared_minutes($1, $2, $3)"#,
        worker.as_uuid(),
        first.to_sqlx() as _,
        last.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.day.to_jiff(), row.minutes)).collect())
}

/// What contacts suggest for a person, organisation and programme in a month: minutes by day and class.
pub async fn suggested(
    connection: &mut PgConnection,
    programme: &str,
    worker: WorkerId,
    organisation: Uuid,
    month: Date,
) -> Result<Vec<(Date, TimeClass, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select day, time_class, sum(minutes) as "minutes!"
           from suggested_hours
           where generation = (select active_generation from chassis.projection_generations)
             and programme = $1 and worker_id = $2 and organisation_id = $3 and month = $4 and not struck_out
           group by day, time_class
           having sum(minutes) > 0
           order by day, time_class desc"#,
        programme,
        worker.as_uuid(),
        organisation,
        month.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.day.to_jiff(), class(worker.as_uuid(), &row.time_class)?, row.minutes)))
        .collect()
}

/// Whether a person has a sheet of this month for this organisation and programme already: it got the suggestions.
pub async fn are_suggested_already(
    connection: &mut PgConnection,
    programme: &str,
    worker: WorkerId,
    organisation: Uuid,
    month: Date,
) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select from time_sheets
               where programme = $1 and worker_id = $2 and organisation_id = $3 and month = $4) as "exists!""#,
        programme,
        worker.as_uuid(),
        organisation,
        month.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Whether an employment has hours after a day, counter-entries included.
pub async fn are_after(
    connection: &mut PgConnection,
    employment: EmploymentId,
    day: Date,
) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select from time_sheets join time_entries using (time_sheet_id)
               where employment_id = $1 and day > $2
               group by day, hour_class
               having sum(minutes) <> 0) as "exists!""#,
        employment.as_uuid(),
        day.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}
