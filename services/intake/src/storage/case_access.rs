//! `case_access`: who is on which case, as matching tells.

use chassis::database::DatabaseError;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody on a case.
#[derive(Debug, Clone)]
pub struct Access {
    /// The match that gives it.
    pub match_id: Uuid,
    /// Participation.
    pub participation: Uuid,
    /// Worker.
    pub worker: Uuid,
    /// The worker's organisation.
    pub organisation: Uuid,
    /// In which role.
    pub role: String,
    /// From which day on.
    pub first_day: Date,
}

/// Begins an access. Names are of the normal class; nothing else of intake is for whoever is on a case.
pub async fn begin(connection: &mut PgConnection, access: &Access) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into case_access (participation_id, worker_id, organisation_id, role, domain_class, valid_from, match_id)
         values ($1, $2, $3, $4, 'normal', $5, $6)
         on conflict on constraint case_access_pkey do update set valid_to = null, match_id = excluded.match_id",
        access.participation,
        access.worker,
        access.organisation,
        access.role,
        access.first_day.to_sqlx() as _,
        access.match_id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the access that a match gave; false when it gave none. Of a match that ends before it began the first day is left.
pub async fn end(
    connection: &mut PgConnection,
    match_id: Uuid,
    last_day: Date,
) -> Result<bool, DatabaseError> {
    let ended = sqlx::query!(
        "update case_access set valid_to = greatest(valid_from, $2) where match_id = $1",
        match_id,
        last_day.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() > 0)
}
