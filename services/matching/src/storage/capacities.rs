//! `capacities`.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::read;
use crate::domain::{Capacity, Period, WorkerId};
use crate::error::Error;

/// Stores a capacity; one with the same first day is replaced.
pub async fn upsert(
    connection: &mut PgConnection,
    worker: WorkerId,
    programme: &str,
    capacity: &Capacity,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into capacities (worker_id, programme, valid_from, valid_to, share, set_at, set_by)
         values ($1, $2, $3, $4, $5::text::numeric, $6, $7)
         on conflict on constraint capacities_pkey do update
         set valid_to = excluded.valid_to, share = excluded.share, set_at = excluded.set_at, set_by = excluded.set_by",
        worker.as_uuid(),
        programme,
        capacity.period.first.to_sqlx() as _,
        capacity.period.last.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        capacity.share.to_string(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The capacities of a worker with their programmes, latest first day first.
pub async fn of_worker(
    connection: &mut PgConnection,
    worker: WorkerId,
) -> Result<Vec<(String, Capacity)>, Error> {
    let rows = sqlx::query!(
        r#"select programme, share::text as "share!", valid_from, valid_to
           from capacities
           where worker_id = $1
           order by valid_from desc, programme"#,
        worker.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let share = read::parse("capacities", "share", worker, &row.share)?;
            let period =
                Period { first: row.valid_from.to_jiff(), last: row.valid_to.map(jiff_sqlx::Date::to_jiff) };
            Ok((row.programme, Capacity { share, period }))
        })
        .collect()
}
