//! Empty, locked sheets: for an employment that a locked month knew nothing of, so that counter-entries have a place.

use chassis::id::IdGenerator;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Employment, TimeSheetId};
use crate::error::Error;

/// Gives an employment an empty sheet in every locked month of its period that has none. Its months are written in.
pub async fn fill(
    connection: &mut PgConnection,
    employment: &Employment,
    ids: IdGenerator,
    (at, by): (Timestamp, Uuid),
) -> Result<(), Error> {
    let months = sqlx::query_scalar!(
        "select month
         from locked_months
         where programme = $1 and month > $2::date - interval '1 month' and ($3::date is null or month <= $3)
           and not exists (
               select from time_sheets where time_sheets.employment_id = $4 and time_sheets.month = locked_months.month)
         order by month",
        employment.programme.as_str(),
        employment.period.from.to_sqlx() as _,
        employment.period.to.map(ToSqlx::to_sqlx) as _,
        employment.id.as_uuid(),
    )
    .fetch_all(&mut *connection)
    .await?;
    for month in months {
        sqlx::query!(
            "insert into time_sheets
                (time_sheet_id, employment_id, programme, worker_id, organisation_id, month, state, version, changed_at, changed_by)
             values ($1, $2, $3, $4, $5, $6, 'locked', 1, $7, $8)",
            TimeSheetId::generate(ids).as_uuid(),
            employment.id.as_uuid(),
            employment.programme.as_str(),
            employment.worker.as_uuid(),
            employment.organisation.as_uuid(),
            month as _,
            at.to_sqlx() as _,
            by,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
