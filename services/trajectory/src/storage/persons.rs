//! `person_keys`.

use chassis::vault::{PersonKey, Vault, WrappedKey};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{PersonId, TrajectoryId};
use crate::error::Error;

/// Makes a key for a person who has none and was not erased. Gives whether the person was erased.
pub async fn ensure_key(
    connection: &mut PgConnection,
    vault: &Vault,
    person: PersonId,
) -> Result<bool, Error> {
    let (_, wrapped) = vault.new_person_key(person.as_uuid())?;
    sqlx::query!(
        "insert into person_keys (person_id, region_key_id, wrapped) values ($1, $2, $3) on conflict (person_id) do nothing",
        person.as_uuid(),
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(&mut *connection)
    .await?;
    let erased = sqlx::query_scalar!(
        r#"select destroyed_at is not null as "erased!" from person_keys where person_id = $1"#,
        person.as_uuid(),
    )
    .fetch_one(connection)
    .await?;
    Ok(erased)
}

/// The key of a person; `None` when it was destroyed or is out of reach.
pub async fn key(
    connection: &mut PgConnection,
    vault: &Vault,
    person: PersonId,
) -> Result<Option<PersonKey>, Error> {
    let row =
        sqlx::query!("select region_key_id, wrapped from person_keys where person_id = $1", person.as_uuid())
            .fetch_optional(connection)
            .await?;
    row.map_or(Ok(None), |row| unwrap_key(vault, person.as_uuid(), row.region_key_id, row.wrapped))
}

/// Who takes part in a trajectory, with the key when it was not destroyed; `None` when no such trajectory is in reach.
pub async fn of_trajectory(
    connection: &mut PgConnection,
    vault: &Vault,
    trajectory: TrajectoryId,
) -> Result<Option<(PersonId, Option<PersonKey>)>, Error> {
    let row = sqlx::query!(
        "select person_id, region_key_id, wrapped
         from trajectories
         join person_keys using (person_id)
         where trajectory_id = $1",
        trajectory.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let key = unwrap_key(vault, row.person_id, row.region_key_id, row.wrapped)?;
        Ok((PersonId::from_uuid(row.person_id), key))
    })
    .transpose()
}

/// A stored key, made ready for use.
pub fn unwrap_key(
    vault: &Vault,
    person: Uuid,
    region_key_id: Option<String>,
    wrapped: Option<Vec<u8>>,
) -> Result<Option<PersonKey>, Error> {
    let wrapped =
        region_key_id.zip(wrapped).map(|(region_key_id, bytes)| WrappedKey { region_key_id, bytes });
    Ok(wrapped.map(|wrapped| vault.person_key(person, &wrapped)).transpose()?)
}

/// Destroys the key of a person and every word it sealed; numbers, codes and days stay. A person who was never known here is
/// remembered as erased. Gives whether anything changed.
pub async fn erase(connection: &mut PgConnection, person: PersonId, at: Timestamp) -> Result<bool, Error> {
    sqlx::query!(
        "update words set sealed = null
         from trajectories
         where trajectories.trajectory_id = words.trajectory_id and trajectories.person_id = $1
           and words.sealed is not null",
        person.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    let destroyed = sqlx::query!(
        "insert into person_keys (person_id, destroyed_at) values ($1, $2)
         on conflict (person_id) do update set region_key_id = null, wrapped = null, destroyed_at = excluded.destroyed_at
             where person_keys.destroyed_at is null",
        person.as_uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(destroyed.rows_affected() == 1)
}
