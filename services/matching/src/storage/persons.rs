//! `person_keys`: matching's own key of each participant.

use chassis::vault::{PersonKey, Vault, WrappedKey};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::domain::PersonId;
use crate::error::Error;

/// Makes a key for a person, unless there is one. Gives whether the person may be written about: false once erased.
pub async fn ensure_key(
    connection: &mut PgConnection,
    vault: &Vault,
    person: PersonId,
) -> Result<bool, Error> {
    let (_, wrapped) = vault.new_person_key(person.as_uuid())?;
    sqlx::query!(
        "insert into person_keys (person_id, region_key_id, wrapped) values ($1, $2, $3)
         on conflict on constraint person_keys_pkey do nothing",
        person.as_uuid(),
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(&mut *connection)
    .await?;
    let known = sqlx::query_scalar!(
        r#"select destroyed_at is null as "known!" from person_keys where person_id = $1"#,
        person.as_uuid()
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
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
    row.map_or(Ok(None), |row| unwrap_key(vault, person, row.region_key_id, row.wrapped))
}

/// A stored key, made ready for use.
pub fn unwrap_key(
    vault: &Vault,
    person: PersonId,
    region_key_id: Option<String>,
    wrapped: Option<Vec<u8>>,
) -> Result<Option<PersonKey>, Error> {
    let wrapped =
        region_key_id.zip(wrapped).map(|(region_key_id, bytes)| WrappedKey { region_key_id, bytes });
    Ok(wrapped.map(|wrapped| vault.person_key(person.as_uuid(), &wrapped)).transpose()?)
}

/// Destroys the key of a person, empties every column it sealed, and forgets who waits. Ids, codes and days of matches stay.
pub async fn erase(connection: &mut PgConnection, person: PersonId, at: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "insert into person_keys (person_id, destroyed_at) values ($1, $2)
         on conflict on constraint person_keys_pkey do update
         set region_key_id = null, wrapped = null, destroyed_at = coalesce(person_keys.destroyed_at, excluded.destroyed_at)",
        person.as_uuid(),
        at.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from waiting where person_id = $1", person.as_uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "update proposals set input = null, input_sha256 = null, answer = null, answer_sha256 = null where person_id = $1",
        person.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update matches set reason = null, end_reason = null where person_id = $1",
        person.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}
