//! Generations of the projections: the one readers see, and the one a rebuild is filling.

use sqlx::PgConnection;

use crate::database::DatabaseError;

/// The generations there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generations {
    pub(crate) active: i64,
    pub(crate) building: Option<i64>,
    pub(crate) latest: i64,
}

/// Lets one rebuild at a time fill, start or switch generations, until the end of the transaction. Taken before the lock under
/// which events are applied, never after it.
pub(crate) async fn lock(connection: &mut PgConnection) -> Result<Generations, DatabaseError> {
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('bondgenoot.rebuild', 0)) as "locked!: ()""#
    )
    .fetch_one(&mut *connection)
    .await?;
    let row = sqlx::query!(
        "select active_generation, building_generation, latest_generation from chassis.projection_generations"
    )
    .fetch_one(connection)
    .await?;
    Ok(Generations {
        active: row.active_generation,
        building: row.building_generation,
        latest: row.latest_generation,
    })
}

/// Starts a new generation beside the active one.
pub(super) async fn start(connection: &mut PgConnection) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"update chassis.projection_generations
           set latest_generation = latest_generation + 1, building_generation = latest_generation + 1
           returning latest_generation"#
    )
    .fetch_one(connection)
    .await?)
}

/// Shows the generation that was built to the readers.
pub(super) async fn switch(connection: &mut PgConnection, generation: i64) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update chassis.projection_generations set active_generation = $1, building_generation = null",
        generation,
    )
    .execute(connection)
    .await?;
    Ok(())
}
