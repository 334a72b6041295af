//! `time_sheets`: opening, reading, steps, and locking a month.

use chassis::id::{IdGenerator, OrganisationId, WorkerId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::time_entries;
use crate::domain::{EmploymentId, Month, SheetState, TimeSheet, TimeSheetId};
use crate::error::Error;

/// Inserts a draft with its entries.
pub async fn insert(
    connection: &mut PgConnection,
    sheet: &TimeSheet,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into time_sheets
            (time_sheet_id, employment_id, programme, worker_id, organisation_id, month, state, version, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        sheet.id.as_uuid(),
        sheet.employment.as_uuid(),
        sheet.programme.as_str(),
        sheet.worker.as_uuid(),
        sheet.organisation.as_uuid(),
        sheet.month.first_day().to_sqlx() as _,
        sheet.state.as_str(),
        sheet.version,
        at.to_sqlx() as _,
        by,
    )
    .execute(&mut *connection)
    .await?;
    time_entries::insert(connection, sheet.id, &sheet.entries).await
}

/// A sheet with who changed it last and when.
#[derive(Debug)]
pub struct Found {
    /// The sheet with its entries.
    pub sheet: TimeSheet,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Uuid,
}

/// Reads the state of a sheet.
pub(super) fn read_state(id: Uuid, word: &str) -> Result<SheetState, Error> {
    SheetState::ALL
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| Error::inconsistent("time_sheets", format!("{id} has another state")))
}

/// Reads a sheet with its entries; `None` when there is none in reach.
pub async fn find(connection: &mut PgConnection, id: TimeSheetId) -> Result<Option<Found>, Error> {
    let row = sqlx::query!(
        r#"select employment_id, programme, worker_id, organisation_id, month, state, returned_reason,
                  confirmed_at, approved_at,
                  approved_by, version, changed_at, changed_by
           from time_sheets
           where time_sheet_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let sheet = TimeSheet {
        id,
        employment: EmploymentId::from_uuid(row.employment_id),
        programme: row
            .programme
            .parse()
            .map_err(|_| Error::inconsistent("time_sheets", format!("{id} has another programme")))?,
        worker: WorkerId::from_uuid(row.worker_id),
        organisation: OrganisationId::from_uuid(row.organisation_id),
        month: Month::of(row.month.to_jiff()),
        state: read_state(id.as_uuid(), &row.state)?,
        entries: time_entries::of(connection, id).await?,
        returned: row.returned_reason,
        confirmed_at: row.confirmed_at.map(jiff_sqlx::Timestamp::to_jiff),
        approved: row.approved_at.map(jiff_sqlx::Timestamp::to_jiff).zip(row.approved_by),
        version: row.version,
    };
    Ok(Some(Found { sheet, changed_at: row.changed_at.to_jiff(), changed_by: row.changed_by }))
}

/// The sheet of an employment in a month, when it has one in reach.
pub async fn of_month(
    connection: &mut PgConnection,
    employment: EmploymentId,
    month: Month,
) -> Result<Option<TimeSheetId>, Error> {
    let id = sqlx::query_scalar!(
        "select time_sheet_id from time_sheets where employment_id = $1 and month = $2",
        employment.as_uuid(),
        month.first_day().to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(TimeSheetId::from_uuid))
}

/// Stores a step of a sheet whose person is held.
pub async fn update(
    connection: &mut PgConnection,
    sheet: &TimeSheet,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update time_sheets
         set state = $2, returned_reason = $3, confirmed_at = $4, approved_at = $5, approved_by = $6, version = $7, changed_at = $8,
             changed_by = $9
         where time_sheet_id = $1 and version = $7::bigint - 1",
        sheet.id.as_uuid(),
        sheet.state.as_str(),
        sheet.returned,
        sheet.confirmed_at.map(ToSqlx::to_sqlx) as _,
        sheet.approved.map(|(at, _)| at.to_sqlx()) as _,
        sheet.approved.map(|(_, by)| by),
        sheet.version,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    // The person is held, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("time_sheets", format!("{} was not updated", sheet.id)))
    }
}

/// How many sheets of a month are not approved, and which employments have none.
#[derive(Debug)]
pub struct Outstanding {
    /// Drafts and confirmed ones.
    pub open: i64,
    /// Employments without a sheet: employment, worker, organisation.
    pub missing: Vec<(EmploymentId, WorkerId, OrganisationId)>,
}

/// What stands in the way of locking a month that is held.
pub async fn outstanding(
    connection: &mut PgConnection,
    programme: &str,
    month: Month,
) -> Result<Outstanding, Error> {
    let open = sqlx::query_scalar!(
        r#"select count(*) as "count!" from time_sheets
           where programme = $1 and month = $2 and state in ('draft', 'confirmed')"#,
        programme,
        month.first_day().to_sqlx() as _,
    )
    .fetch_one(&mut *connection)
    .await?;
    let rows = sqlx::query!(
        "select employment_id, worker_id, organisation_id
         from employments
         where programme = $1 and valid_from <= $3 and (valid_to is null or valid_to >= $2)
           and not exists (
               select from time_sheets where time_sheets.employment_id = employments.employment_id and time_sheets.month = $2)
         order by employment_id",
        programme,
        month.first_day().to_sqlx() as _,
        month.last_day().to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    let missing = rows
        .into_iter()
        .map(|row| {
            let (worker, organisation) =
                (WorkerId::from_uuid(row.worker_id), OrganisationId::from_uuid(row.organisation_id));
            (EmploymentId::from_uuid(row.employment_id), worker, organisation)
        })
        .collect();
    Ok(Outstanding { open, missing })
}

/// Locks every approved sheet of a month that is held, and gives the employments without one an empty, locked sheet. Says how many
/// sheets were approved.
pub async fn lock_all(
    connection: &mut PgConnection,
    programme: &str,
    month: Month,
    missing: &[(EmploymentId, WorkerId, OrganisationId)],
    ids: IdGenerator,
    (at, by): (Timestamp, Uuid),
) -> Result<u64, Error> {
    let locked = sqlx::query!(
        "update time_sheets set state = 'locked', version = version + 1, changed_at = $3, changed_by = $4
         where programme = $1 and month = $2 and state = 'approved'",
        programme,
        month.first_day().to_sqlx() as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(&mut *connection)
    .await?;
    for (employment, worker, organisation) in missing {
        sqlx::query!(
            "insert into time_sheets
                (time_sheet_id, employment_id, programme, worker_id, organisation_id, month, state, version, changed_at, changed_by)
             values ($1, $2, $3, $4, $5, $6, 'locked', 1, $7, $8)",
            TimeSheetId::generate(ids).as_uuid(),
            employment.as_uuid(),
            programme,
            worker.as_uuid(),
            organisation.as_uuid(),
            month.first_day().to_sqlx() as _,
            at.to_sqlx() as _,
            by,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(locked.rows_affected())
}
