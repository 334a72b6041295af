//! Tables `duty_facts` and `measure_facts`. Their programme is that of the trajectory, which opened earlier in the same history.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::projections::{DutyChange, Measure};

/// Records what became of a duty. Gives false when its trajectory is not there, or the duty knows a newer event.
pub(crate) async fn record_duty(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    change: &DutyChange,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "insert into duty_facts
            (generation, duty_id, trajectory_id, trajectory_sequence, programme, duty, due_on, state, changed_at)
         select trajectory.generation, $3, trajectory.trajectory_id, $4, trajectory.programme, $5, $6, $7, $8
         from trajectory_facts as trajectory
         where trajectory.generation = $1
           and trajectory.trajectory_id = $2
         on conflict on constraint duty_facts_pkey do update
         set trajectory_sequence = excluded.trajectory_sequence,
             due_on = excluded.due_on,
             state = excluded.state,
             changed_at = excluded.changed_at
         where duty_facts.trajectory_sequence < excluded.trajectory_sequence
           and duty_facts.trajectory_id = excluded.trajectory_id
           and duty_facts.duty = excluded.duty",
        generation,
        change.trajectory.as_uuid(),
        change.duty.as_uuid(),
        sequence,
        change.code,
        change.due_on.to_sqlx() as _,
        change.state.as_str(),
        change.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Reads the sequence of the newest event in a duty with this code of this trajectory.
pub(crate) async fn find_duty(
    connection: &mut PgConnection,
    generation: i64,
    change: &DutyChange,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select trajectory_sequence
         from duty_facts
         where generation = $1 and duty_id = $2 and trajectory_id = $3 and duty = $4",
        generation,
        change.duty.as_uuid(),
        change.trajectory.as_uuid(),
        change.code,
    )
    .fetch_optional(connection)
    .await
}

/// Inserts a measure; one that is there stays as it is. Gives false when its trajectory is not there.
pub(crate) async fn insert_measure(
    connection: &mut PgConnection,
    generation: i64,
    measure: &Measure,
) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        // "!": a count is never null.
        r#"with trajectory as (
            select generation, trajectory_id, programme
            from trajectory_facts
            where generation = $1
              and trajectory_id = $2
         ),
         inserted as (
            insert into measure_facts (generation, measure_id, trajectory_id, programme, instrument, day, taken_at)
            select generation, $3, trajectory_id, programme, $4, $5, $6
            from trajectory
            on conflict on constraint measure_facts_pkey do nothing
         )
         select count(*) as "found!" from trajectory"#,
        generation,
        measure.trajectory.as_uuid(),
        measure.id.as_uuid(),
        measure.instrument,
        measure.day.to_sqlx() as _,
        measure.at.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(found == 1)
}
