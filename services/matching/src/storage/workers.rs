//! `worker_keys` and `workers`.

use std::fmt;

use chassis::page::Cursor;
use chassis::vault::{PersonKey, Vault, WrappedKey};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{place, read};
use crate::domain::text::Name;
use crate::domain::{Etag, FullTimeShare, Gender, OrganisationId, Registration, WorkerDetails, WorkerId};
use crate::error::Error;

/// Opens the name of a worker.
fn open_name(key: &PersonKey, worker: Uuid, sealed: &[u8]) -> Result<Name, Error> {
    let name = key.open(&place("workers.name", worker), sealed)?;
    Name::parse(&name).map_err(|_| Error::inconsistent("workers", format!("{worker} has another name")))
}

/// Opens the gender of a worker.
pub(super) fn open_gender(
    key: &PersonKey,
    worker: Uuid,
    sealed: Option<&[u8]>,
) -> Result<Option<Gender>, Error> {
    let Some(sealed) = sealed else { return Ok(None) };
    let word = key.open(&place("workers.gender", worker), sealed)?;
    let gender = Gender::from_word(&word);
    gender.map(Some).ok_or_else(|| Error::inconsistent("workers", format!("{worker} has another gender")))
}

/// The key of a worker, made ready for use.
pub(super) fn key(
    vault: &Vault,
    worker: Uuid,
    region_key_id: String,
    bytes: Vec<u8>,
) -> Result<PersonKey, Error> {
    Ok(vault.person_key(worker, &WrappedKey { region_key_id, bytes })?)
}

fn texts<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(|item| item.to_string()).collect()
}

/// Inserts a worker with a key of their own.
pub async fn insert(
    connection: &mut PgConnection,
    vault: &Vault,
    id: WorkerId,
    registration: &Registration,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let (key, wrapped) = vault.new_person_key(id.as_uuid())?;
    sqlx::query!(
        "insert into worker_keys (worker_id, region_key_id, wrapped) values ($1, $2, $3)",
        id.as_uuid(),
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(&mut *connection)
    .await?;
    let details = &registration.details;
    sqlx::query!(
        "insert into workers
            (worker_id, programme, name, organisation_id, languages, municipalities, expertise, gender, starter_gate,
             registered_at, version, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $10, $11)",
        id.as_uuid(),
        registration.programme.as_str(),
        key.seal(&place("workers.name", id.as_uuid()), details.name.expose()),
        details.organisation.as_uuid(),
        &texts(&details.languages),
        &texts(&details.municipalities),
        &texts(&details.expertise),
        details.gender.map(|gender| key.seal(&place("workers.gender", id.as_uuid()), gender.as_str())),
        &texts(&details.starter_gate),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A worker who is locked until the end of the transaction.
#[derive(Debug)]
pub struct Locked {
    /// Version of the details.
    pub version: i64,
    /// When they changed last.
    pub changed_at: Timestamp,
    /// Who changed them.
    pub changed_by: Uuid,
}

/// Locks a worker; `None` when there is none in reach.
pub async fn lock(connection: &mut PgConnection, id: WorkerId) -> Result<Option<Locked>, Error> {
    let row = sqlx::query!(
        "select version, changed_at, changed_by from workers where worker_id = $1 for update",
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Locked {
        version: row.version,
        changed_at: row.changed_at.to_jiff(),
        changed_by: row.changed_by,
    }))
}

/// Replaces the details of a locked worker.
pub async fn update(
    connection: &mut PgConnection,
    vault: &Vault,
    id: WorkerId,
    details: &WorkerDetails,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let row =
        sqlx::query!("select region_key_id, wrapped from worker_keys where worker_id = $1", id.as_uuid())
            .fetch_one(&mut *connection)
            .await?;
    let key = key(vault, id.as_uuid(), row.region_key_id, row.wrapped)?;
    let updated = sqlx::query!(
        "update workers
         set name = $2, organisation_id = $3, languages = $4, municipalities = $5, expertise = $6, gender = $7,
             starter_gate = $8, version = version + 1, changed_at = $9, changed_by = $10
         where worker_id = $1",
        id.as_uuid(),
        key.seal(&place("workers.name", id.as_uuid()), details.name.expose()),
        details.organisation.as_uuid(),
        &texts(&details.languages),
        &texts(&details.municipalities),
        &texts(&details.expertise),
        details.gender.map(|gender| key.seal(&place("workers.gender", id.as_uuid()), gender.as_str())),
        &texts(&details.starter_gate),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    // The row is locked, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("workers", format!("{id} was not updated")))
    }
}

/// A worker as a coordinator sees one.
#[derive(Debug, Clone)]
pub struct WorkerView {
    /// Worker.
    pub id: WorkerId,
    /// Programme for which the worker was registered.
    pub programme: String,
    /// What is known.
    pub details: WorkerDetails,
    /// When the worker was registered.
    pub registered_at: Timestamp,
    /// Current tag.
    pub etag: Etag,
}

/// Reads a worker; `None` when there is none in reach.
pub async fn find(
    connection: &mut PgConnection,
    vault: &Vault,
    id: WorkerId,
) -> Result<Option<WorkerView>, Error> {
    let row = sqlx::query!(
        "select programme, name, organisation_id, languages, municipalities, expertise, gender, starter_gate, registered_at, version,
                region_key_id, wrapped
         from workers
         join worker_keys using (worker_id)
         where worker_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let key = key(vault, id.as_uuid(), row.region_key_id, row.wrapped)?;
    Ok(Some(WorkerView {
        id,
        programme: row.programme,
        details: WorkerDetails {
            name: open_name(&key, id.as_uuid(), &row.name)?,
            organisation: OrganisationId::from_uuid(row.organisation_id),
            languages: read::parse_all("workers", "language", id, &row.languages)?,
            municipalities: read::parse_all("workers", "municipality", id, &row.municipalities)?,
            expertise: read::parse_all("workers", "domain", id, &row.expertise)?,
            gender: open_gender(&key, id.as_uuid(), row.gender.as_deref())?,
            starter_gate: read::parse_all("workers", "starter gate", id, &row.starter_gate)?,
        },
        registered_at: row.registered_at.to_jiff(),
        etag: Etag::of(row.version),
    }))
}

/// A worker in a list.
#[derive(Clone)]
pub struct Summary {
    /// Worker.
    pub id: WorkerId,
    /// Name.
    pub name: Name,
    /// Organisation the worker acts for.
    pub organisation: OrganisationId,
    /// Roles in the programme on the day.
    pub roles: Vec<region::programme::Role>,
    /// Share of full time in the programme on the day.
    pub share: Option<FullTimeShare>,
    /// Weighted cases that run on the day or begin later.
    pub used: Decimal,
    /// Matches that run on the day or begin later.
    pub matches: i64,
    /// When the worker was registered.
    pub registered_at: Timestamp,
}

impl fmt::Debug for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Summary").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The workers of a programme with what they can carry and carry on a day, registered last first, after a cursor. One statement.
pub async fn page(
    connection: &mut PgConnection,
    vault: &Vault,
    programme: &str,
    day: Date,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let rows = sqlx::query!(
        r#"select listed.worker_id, listed.name, listed.organisation_id, listed.registered_at, k.region_key_id, k.wrapped,
                  array(select m.role from mandates as m
                        where m.worker_id = listed.worker_id and (m.programme is null or m.programme = $1)
                          and m.valid_from <= $2 and (m.valid_to is null or $2 <= m.valid_to)
                        order by m.role) as "roles!",
                  (select case when c.valid_to is null or $2 <= c.valid_to then c.share::text end
                   from capacities as c
                   where c.worker_id = listed.worker_id and c.programme = $1 and c.valid_from <= $2
                   order by c.valid_from desc
                   limit 1) as share,
                  used.weight as "weight?", used.matches as "matches!"
           from (
               select worker_id, name, organisation_id, registered_at
               from workers
               where (programme = $1
                      or exists (select from mandates as m
                                 where m.worker_id = workers.worker_id and (m.programme is null or m.programme = $1)))
                 and (registered_at, worker_id) < ($3, $4)
               order by registered_at desc, worker_id desc
               limit $5
           ) as listed
           join worker_keys as k on k.worker_id = listed.worker_id
           cross join lateral (
               select sum(x.weight)::text as weight, count(*) as matches
               from matches as x
               where x.worker_id = listed.worker_id and x.programme = $1 and (x.last_day is null or x.last_day >= $2)
           ) as used
           order by listed.registered_at desc, listed.worker_id desc"#,
        programme,
        day.to_sqlx() as _,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.worker_id;
            let key = key(vault, id, row.region_key_id, row.wrapped)?;
            Ok(Summary {
                id: WorkerId::from_uuid(id),
                name: open_name(&key, id, &row.name)?,
                organisation: OrganisationId::from_uuid(row.organisation_id),
                roles: read::parse_all("mandates", "role", id, &row.roles)?,
                share: row.share.map(|share| read::parse("capacities", "share", id, &share)).transpose()?,
                used: read::decimal("matches", id, row.weight.as_deref())?,
                matches: row.matches,
                registered_at: row.registered_at.to_jiff(),
            })
        })
        .collect()
}

/// The names of those workers whom the caller may see, in no order.
pub async fn names(
    connection: &mut PgConnection,
    vault: &Vault,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Name)>, Error> {
    let rows = sqlx::query!(
        "select worker_id, name, region_key_id, wrapped
         from workers
         join worker_keys using (worker_id)
         where worker_id = any ($1)",
        ids,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let key = key(vault, row.worker_id, row.region_key_id, row.wrapped)?;
            Ok((row.worker_id, open_name(&key, row.worker_id, &row.name)?))
        })
        .collect()
}
