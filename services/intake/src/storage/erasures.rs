//! `erasures`: the ledger.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{ErasureGround, PersonId};
use crate::error::Error;

/// When a person was erased, according to the ledger.
pub async fn find(connection: &mut PgConnection, person: PersonId) -> Result<Option<Timestamp>, Error> {
    let at = sqlx::query_scalar!("select erased_at from erasures where person_id = $1", person.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(at.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Writes an erasure into the ledger.
pub async fn insert(
    connection: &mut PgConnection,
    person: PersonId,
    ground: ErasureGround,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into erasures (person_id, ground, erased_at, erased_by) values ($1, $2, $3, $4)",
        person.as_uuid(),
        ground.as_str(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Persons in the ledger who have a key: tables older than the ledger were brought back.
pub async fn undone(connection: &mut PgConnection) -> Result<Vec<(PersonId, Timestamp)>, Error> {
    let rows = sqlx::query!(
        "select person_id, erased_at
         from erasures
         join person_keys using (person_id)
         where wrapped is not null"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId::from_uuid(row.person_id), row.erased_at.to_jiff())).collect())
}
