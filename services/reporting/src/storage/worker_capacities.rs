//! Table `worker_capacities`.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::WorkerCapacity;

/// Records a capacity; it replaces the one with the same first day, unless that is newer.
pub(crate) async fn record_capacity(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    capacity: &WorkerCapacity,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into worker_capacities
            (generation, worker_id, worker_sequence, programme, cases_min, cases_max, valid_from, valid_to, changed_at)
         values ($1, $2, $3, $4, $5::text::numeric, $6::text::numeric, $7, $8, $9)
         on conflict on constraint worker_capacities_pkey do update
         set worker_sequence = excluded.worker_sequence,
             cases_min = excluded.cases_min,
             cases_max = excluded.cases_max,
             valid_to = excluded.valid_to,
             changed_at = excluded.changed_at
         where worker_capacities.worker_sequence < excluded.worker_sequence",
        generation,
        capacity.worker.as_uuid(),
        sequence,
        capacity.programme,
        capacity.cases_min.to_string(),
        capacity.cases_max.to_string(),
        capacity.valid_from.to_sqlx() as _,
        capacity.valid_to.map(ToSqlx::to_sqlx) as _,
        capacity.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes what was built from some workers.
pub(crate) async fn forget_workers(
    connection: &mut PgConnection,
    generation: i64,
    workers: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from worker_capacities where generation = $1 and worker_id = any($2)",
        generation,
        workers
    )
    .execute(connection)
    .await?;
    Ok(())
}
