//! Table `trajectory_facts`.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::{Closure, Opening, TrajectoryId};

/// Inserts a trajectory; one that is there stays as it is.
pub(crate) async fn insert_trajectory(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    opening: &Opening,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into trajectory_facts
            (generation, trajectory_id, trajectory_sequence, episode_id, programme, opened_on, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict on constraint trajectory_facts_pkey do nothing",
        generation,
        opening.trajectory.as_uuid(),
        sequence,
        opening.episode.as_uuid(),
        opening.programme,
        opening.opened_on.to_sqlx() as _,
        opening.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records the exit of a trajectory that runs.
pub(crate) async fn record_closure(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    closure: &Closure,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update trajectory_facts
         set trajectory_sequence = $3, exit_reason = $4, outcome = $5, closed_on = $6, closed_at = $7
         where generation = $1
           and trajectory_id = $2
           and trajectory_sequence < $3
           and closed_at is null",
        generation,
        closure.trajectory.as_uuid(),
        sequence,
        closure.exit_reason,
        closure.outcome.as_str(),
        closure.closed_on.to_sqlx() as _,
        closure.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Reads the sequence of the newest event in the row of a trajectory.
pub(crate) async fn find_trajectory(
    connection: &mut PgConnection,
    generation: i64,
    trajectory: TrajectoryId,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select trajectory_sequence from trajectory_facts where generation = $1 and trajectory_id = $2",
        generation,
        trajectory.as_uuid(),
    )
    .fetch_optional(connection)
    .await
}

/// Removes what was built from some trajectories: their contacts, measures and duties are in the same histories.
pub(crate) async fn forget_trajectories(
    connection: &mut PgConnection,
    generation: i64,
    trajectories: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with contacts as (
            delete from contact_facts where generation = $1 and trajectory_id = any($2)
         ),
         measures as (
            delete from measure_facts where generation = $1 and trajectory_id = any($2)
         ),
         duties as (
            delete from duty_facts where generation = $1 and trajectory_id = any($2)
         )
         delete from trajectory_facts where generation = $1 and trajectory_id = any($2)",
        generation,
        trajectories,
    )
    .execute(connection)
    .await?;
    Ok(())
}
