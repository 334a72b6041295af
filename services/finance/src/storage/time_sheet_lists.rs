//! Lists of time sheets, and of those that are missing: one statement each.

use chassis::id::WorkerId;
use chassis::page::Cursor;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::time_sheets::read_state;
use crate::domain::{Month, SheetState};
use crate::error::Error;

/// A sheet in a list.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Time sheet.
    pub id: Uuid,
    /// Employment.
    pub employment: Uuid,
    /// Worker.
    pub worker: Uuid,
    /// Month.
    pub month: Month,
    /// State.
    pub state: SheetState,
    /// Minutes with participants.
    pub with_participant: i64,
    /// Minutes of consultation and preparation.
    pub around_participant: i64,
    /// Version.
    pub version: i64,
}

/// Which sheets a list is of.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    /// Programme.
    pub programme: &'a str,
    /// Only this month.
    pub month: Option<Month>,
    /// Only this state.
    pub state: Option<SheetState>,
    /// Only this worker.
    pub worker: Option<WorkerId>,
}

/// The cursor of a row: months are instants at midnight in UTC.
pub fn cursor(month: Month, id: Uuid) -> Option<Cursor> {
    let midnight = month.first_day().to_zoned(TimeZone::UTC).ok()?;
    Some(Cursor { at: midnight.timestamp(), id })
}

/// The sheets of a programme, newest month first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    filter: &Filter<'_>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let after_month = after.at.to_zoned(TimeZone::UTC).date();
    let rows = sqlx::query!(
        r#"select time_sheet_id, employment_id, worker_id, month, state, version,
                  coalesce((select sum(minutes) from time_entries
                            where time_entries.time_sheet_id = time_sheets.time_sheet_id and hour_class = 'with_participant'), 0)
                      as "with_participant!",
                  coalesce((select sum(minutes) from time_entries
                            where time_entries.time_sheet_id = time_sheets.time_sheet_id and hour_class = 'around_participant'), 0)
                      as "around_participant!"
           from time_sheets
           where programme = $1 and ($2::date is null or month = $2) and ($3::text is null or state = $3)
             and ($4::uuid is null or worker_id = $4) and (month, time_sheet_id) < ($5, $6)
           order by month desc, time_sheet_id desc
           limit $7"#,
        filter.programme,
        filter.month.map(|month| month.first_day().to_sqlx()) as _,
        filter.state.map(SheetState::as_str),
        filter.worker.map(WorkerId::as_uuid),
        after_month.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Summary {
                id: row.time_sheet_id,
                employment: row.employment_id,
                worker: row.worker_id,
                month: Month::of(row.month.to_jiff()),
                state: read_state(row.time_sheet_id, &row.state)?,
                with_participant: row.with_participant,
                around_participant: row.around_participant,
                version: row.version,
            })
        })
        .collect()
}

/// A sheet that is not there, or not approved.
#[derive(Debug, Clone)]
pub struct Missing {
    /// Employment.
    pub employment: Uuid,
    /// Worker.
    pub worker: Uuid,
    /// Organisation.
    pub organisation: Uuid,
    /// Month.
    pub month: Month,
    /// How far it is; `None` when there is none.
    pub state: Option<SheetState>,
}

/// Every employment and month without an approved sheet, newest month first, after a cursor.
pub async fn missing(
    connection: &mut PgConnection,
    programme: &str,
    (from, to): (Month, Month),
    after: Cursor,
    limit: i64,
) -> Result<Vec<Missing>, Error> {
    let after_month = after.at.to_zoned(TimeZone::UTC).date();
    let rows = sqlx::query!(
        r#"select employments.employment_id, employments.worker_id, employments.organisation_id,
                  months.month as "month!", time_sheets.state as "state?"
           from (select generate_series($2::date::timestamp, $3::date::timestamp, interval '1 month')::date as month) as months
           join employments on employments.programme = $1
               and employments.valid_from < months.month + interval '1 month'
               and (employments.valid_to is null or employments.valid_to >= months.month)
           left join time_sheets on time_sheets.employment_id = employments.employment_id and time_sheets.month = months.month
           where (time_sheets.state is null or time_sheets.state in ('draft', 'confirmed'))
             and (months.month, employments.employment_id) < ($4, $5)
           order by months.month desc, employments.employment_id desc
           limit $6"#,
        programme,
        from.first_day().to_sqlx() as _,
        to.first_day().to_sqlx() as _,
        after_month.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Missing {
                employment: row.employment_id,
                worker: row.worker_id,
                organisation: row.organisation_id,
                month: Month::of(row.month.to_jiff()),
                state: row.state.map(|word| read_state(row.employment_id, &word)).transpose()?,
            })
        })
        .collect()
}
