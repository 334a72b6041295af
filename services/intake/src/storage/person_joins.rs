//! `person_joins`: persons whom a coordinator knows to be one human being.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::PersonId;
use crate::error::Error;

/// Joins a person to the earlier one whose participation goes on.
pub async fn insert(
    connection: &mut PgConnection,
    person: PersonId,
    earlier: PersonId,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into person_joins (person_id, joined_to, joined_at, joined_by) values ($1, $2, $3, $4)",
        person.as_uuid(),
        earlier.as_uuid(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The persons who are this human being, this one among them, in the order in which they are locked.
pub async fn all_of(connection: &mut PgConnection, person: PersonId) -> Result<Vec<PersonId>, Error> {
    let ids = sqlx::query_scalar!(
        r#"with earliest as (
               select coalesce((select joined_to from person_joins where person_id = $1), $1) as person_id)
           select person_id as "person_id!" from earliest
           union select person_joins.person_id from person_joins join earliest on earliest.person_id = joined_to
           union select $1
           order by 1"#,
        person.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(PersonId::from_uuid).collect())
}
