//! `mandates`.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::read;
use crate::domain::{Mandate, MandateId, Period, WorkerId};
use crate::error::Error;

struct Row {
    mandate_id: Uuid,
    worker_id: Uuid,
    role: String,
    programme: Option<String>,
    scope: String,
    valid_from: jiff_sqlx::Date,
    valid_to: Option<jiff_sqlx::Date>,
}

impl TryFrom<Row> for Mandate {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let id = row.mandate_id;
        let programme =
            row.programme.map(|code| read::parse("mandates", "programme", id, &code)).transpose()?;
        Ok(Self {
            id: MandateId::from_uuid(id),
            worker: WorkerId::from_uuid(row.worker_id),
            role: read::parse("mandates", "role", id, &row.role)?,
            programme,
            scope: read::parse("mandates", "scope", id, &row.scope)?,
            period: Period {
                first: row.valid_from.to_jiff(),
                last: row.valid_to.map(jiff_sqlx::Date::to_jiff),
            },
        })
    }
}

/// Stores a mandate.
pub async fn insert(
    connection: &mut PgConnection,
    mandate: &Mandate,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into mandates (mandate_id, worker_id, role, programme, scope, valid_from, valid_to, granted_at, granted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        mandate.id.as_uuid(),
        mandate.worker.as_uuid(),
        mandate.role.to_string(),
        mandate.programme.as_ref().map(region::ProgrammeCode::as_str),
        mandate.scope.to_string(),
        mandate.period.first.to_sqlx() as _,
        mandate.period.last.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The mandates of a worker that are in reach, latest first day first.
pub async fn of_worker(connection: &mut PgConnection, worker: WorkerId) -> Result<Vec<Mandate>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "select mandate_id, worker_id, role, programme, scope, valid_from, valid_to
         from mandates
         where worker_id = $1
         order by valid_from desc, mandate_id desc",
        worker.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Whose a mandate is; `None` when there is none in reach.
pub async fn worker_of(connection: &mut PgConnection, mandate: MandateId) -> Result<Option<WorkerId>, Error> {
    let worker =
        sqlx::query_scalar!("select worker_id from mandates where mandate_id = $1", mandate.as_uuid())
            .fetch_optional(connection)
            .await?;
    Ok(worker.map(WorkerId::from_uuid))
}

/// Stores the last day of a mandate. Gives false when the caller may read the mandate but not end it.
pub async fn end(
    connection: &mut PgConnection,
    mandate: &Mandate,
    at: Timestamp,
    by: Uuid,
) -> Result<bool, Error> {
    let ended = sqlx::query!(
        "update mandates set valid_to = $2, ended_at = $3, ended_by = $4 where mandate_id = $1",
        mandate.id.as_uuid(),
        mandate.period.last.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// How many matches rest on a mandate after its last day: in its role, in the programmes it is for.
pub async fn matches_after(connection: &mut PgConnection, mandate: &Mandate) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from matches
           where worker_id = $1 and role = $2 and ($3::text is null or programme = $3) and first_day >= $4
             and (last_day is null or last_day > $5)"#,
        mandate.worker.as_uuid(),
        mandate.role.to_string(),
        mandate.programme.as_ref().map(region::ProgrammeCode::as_str),
        mandate.period.first.to_sqlx() as _,
        mandate.period.last.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}
