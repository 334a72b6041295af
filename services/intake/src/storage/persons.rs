//! `person_keys` and `persons`.

use chassis::vault::{PersonKey, Vault, WrappedKey};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use region::{InszNumber, PartialDate};
use sqlx::PgConnection;
use uuid::Uuid;

use super::place;
use crate::domain::text::Name;
use crate::domain::{Person, PersonId};
use crate::error::Error;

/// Inserts a person with their key.
pub async fn insert(
    connection: &mut PgConnection,
    id: PersonId,
    wrapped: &WrappedKey,
    key: &PersonKey,
    person: &Person,
) -> Result<(), Error> {
    insert_key(connection, id, wrapped).await?;
    sqlx::query!(
        "insert into persons (person_id, name, contact) values ($1, $2, $3)",
        id.as_uuid(),
        key.seal(&place("persons.name", id.as_uuid()), person.name.expose()),
        key.seal(&place("persons.contact", id.as_uuid()), person.contact.expose()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_key(connection: &mut PgConnection, id: PersonId, wrapped: &WrappedKey) -> Result<(), Error> {
    sqlx::query!(
        "insert into person_keys (person_id, region_key_id, wrapped) values ($1, $2, $3)",
        id.as_uuid(),
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Inserts a member of a family, who is reached through the person who was referred, with their key.
pub async fn insert_member(
    connection: &mut PgConnection,
    id: PersonId,
    wrapped: &WrappedKey,
    key: &PersonKey,
    name: &Name,
    birth: Option<PartialDate>,
) -> Result<(), Error> {
    insert_key(connection, id, wrapped).await?;
    sqlx::query!(
        "insert into persons (person_id, name, birth_date) values ($1, $2, $3)",
        id.as_uuid(),
        key.seal(&place("persons.name", id.as_uuid()), name.expose()),
        seal_birth(id, key, birth),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores what a correction says of a member of a family.
pub async fn update_member(
    connection: &mut PgConnection,
    id: PersonId,
    key: &PersonKey,
    name: &Name,
    birth: Option<PartialDate>,
) -> Result<(), Error> {
    sqlx::query!(
        "update persons set name = $2, birth_date = $3 where person_id = $1",
        id.as_uuid(),
        key.seal(&place("persons.name", id.as_uuid()), name.expose()),
        seal_birth(id, key, birth),
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn seal_birth(id: PersonId, key: &PersonKey, birth: Option<PartialDate>) -> Option<Vec<u8>> {
    birth.map(|birth| key.seal(&place("persons.birth_date", id.as_uuid()), &birth.to_string()))
}

/// The key of a person; `None` when it was destroyed or is out of reach.
pub async fn key(
    connection: &mut PgConnection,
    vault: &Vault,
    id: PersonId,
) -> Result<Option<PersonKey>, Error> {
    let row =
        sqlx::query!("select region_key_id, wrapped from person_keys where person_id = $1", id.as_uuid())
            .fetch_optional(connection)
            .await?;
    row.map_or(Ok(None), |row| unwrap_key(vault, id.as_uuid(), row.region_key_id, row.wrapped))
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

/// Stores what a screening learned of the person. A birth date that is not given becomes unknown again; a national number that
/// is not given stays, because nobody is shown it to give it again.
pub async fn update_birth(
    connection: &mut PgConnection,
    id: PersonId,
    key: &PersonKey,
    birth: Option<PartialDate>,
    number: Option<InszNumber>,
) -> Result<(), Error> {
    let birth = seal_birth(id, key, birth);
    let number =
        number.map(|number| key.seal(&place("persons.national_number", id.as_uuid()), &number.expose()));
    sqlx::query!(
        "update persons set birth_date = $2, national_number = coalesce($3, national_number) where person_id = $1",
        id.as_uuid(),
        birth,
        number,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A name with what opens it.
#[derive(Debug)]
pub struct NameRow {
    /// Person.
    pub person_id: Uuid,
    /// Sealed name.
    pub name: Option<Vec<u8>>,
    /// Which region key wrapped the person key.
    pub region_key_id: Option<String>,
    /// The wrapped person key.
    pub wrapped: Option<Vec<u8>>,
}

/// The names of those persons whom the caller may see, in no order.
pub async fn names(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<NameRow>, Error> {
    let rows = sqlx::query_as!(
        NameRow,
        "select person_id, name, region_key_id, wrapped
         from persons
         join person_keys using (person_id)
         where person_id = any ($1)",
        ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// When a person's key was destroyed, inside an option for whether the person is known. Locks the key.
pub async fn lock(connection: &mut PgConnection, id: PersonId) -> Result<Option<Option<Timestamp>>, Error> {
    let row =
        sqlx::query!("select destroyed_at from person_keys where person_id = $1 for update", id.as_uuid())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|row| row.destroyed_at.map(jiff_sqlx::Timestamp::to_jiff)))
}

/// Destroys the key, and empties every column and index that it or a keyed hash made. Ids, codes and dates stay.
pub async fn erase(
    connection: &mut PgConnection,
    id: PersonId,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let person = id.as_uuid();
    sqlx::query!("delete from duplicate_keys where person_id = $1", person).execute(&mut *connection).await?;
    sqlx::query!(
        "update screenings set answers = null
         from referrals
         where referrals.referral_id = screenings.referral_id and referrals.person_id = $1",
        person,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update decisions set alternative = null, motivation = null
         from referrals
         where referrals.referral_id = decisions.referral_id and referrals.person_id = $1",
        person,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update referrals
         set referrer_name = null, referrer_organisation = null, referrer_contact = null, note = null,
             version = version + 1, changed_at = $2, changed_by = $3
         where person_id = $1",
        person,
        at.to_sqlx() as _,
        by,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update family_members set school = null, version = version + 1, changed_at = $2, changed_by = $3 where person_id = $1",
        person,
        at.to_sqlx() as _,
        by,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update persons set name = null, contact = null, birth_date = null, national_number = null where person_id = $1",
        person,
    )
    .execute(&mut *connection)
    .await?;
    let destroyed = sqlx::query!(
        "update person_keys set wrapped = null, region_key_id = null, destroyed_at = $2 where person_id = $1",
        person,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    // An erasure that changes nothing must not look like one.
    if destroyed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("person_keys", format!("the key of {id} was not destroyed")))
    }
}
