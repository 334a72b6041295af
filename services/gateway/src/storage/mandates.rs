//! Mandates: what workers may do, dated.

use chassis::caller::{role_name, scope_name};
use chassis::database::DatabaseError;
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::use_cases::ImportedMandate;

/// What an import did with a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It was new.
    Added,
    /// It was there and differed.
    Changed,
    /// It was there as it is.
    Unchanged,
}

/// Writes a mandate. One that was revoked stays revoked.
pub async fn import(
    connection: &mut PgConnection,
    mandate: &ImportedMandate,
    at: Timestamp,
) -> Result<Imported, DatabaseError> {
    let added = sqlx::query_scalar!(
        r#"insert into mandates as known
               (mandate_id, worker_id, oidc_subject, organisation_id, organisation_name, role, programme, scope,
                valid_from, valid_to, imported_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           on conflict (mandate_id) do update
           set worker_id = excluded.worker_id, oidc_subject = excluded.oidc_subject,
               organisation_id = excluded.organisation_id, organisation_name = excluded.organisation_name,
               role = excluded.role, programme = excluded.programme, scope = excluded.scope,
               valid_from = excluded.valid_from, valid_to = excluded.valid_to, imported_at = excluded.imported_at
           where (known.worker_id, known.oidc_subject, known.organisation_id, known.organisation_name, known.role,
                  known.programme, known.scope, known.valid_from, known.valid_to)
                 is distinct from
                 (excluded.worker_id, excluded.oidc_subject, excluded.organisation_id, excluded.organisation_name,
                  excluded.role, excluded.programme, excluded.scope, excluded.valid_from, excluded.valid_to)
           returning (xmax = 0) as "added!""#, // xmax is 0 for a row that was inserted, not updated
        mandate.id,
        mandate.worker,
        mandate.subject,
        mandate.organisation,
        mandate.organisation_name,
        role_name(mandate.role),
        mandate.programme,
        scope_name(mandate.scope),
        mandate.valid_from.to_sqlx() as _,
        mandate.valid_to.map(ToSqlx::to_sqlx) as _,
        at.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(match added {
        Some(true) => Imported::Added,
        Some(false) => Imported::Changed,
        None => Imported::Unchanged,
    })
}

/// Revokes a mandate and gives its worker; `None` when there is no such mandate. Revoking twice keeps the first time.
pub async fn revoke(
    connection: &mut PgConnection,
    mandate: Uuid,
    reason: &str,
    at: Timestamp,
) -> Result<Option<Uuid>, DatabaseError> {
    let worker = sqlx::query_scalar!(
        "update mandates set revoked_at = coalesce(revoked_at, $2), revoked_reason = coalesce(revoked_reason, $3)
         where mandate_id = $1
         returning worker_id",
        mandate,
        at.to_sqlx() as _,
        reason,
    )
    .fetch_optional(connection)
    .await?;
    Ok(worker)
}

/// A mandate that somebody may choose at sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// Mandate.
    pub mandate: Uuid,
    /// Whose.
    pub worker: Uuid,
    /// For which organisation.
    pub organisation: Uuid,
}

/// The mandates of somebody that are valid today or will be, not revoked; the oldest first.
pub async fn choosable(
    connection: &mut PgConnection,
    subject: &str,
    today: Date,
) -> Result<Vec<Choosable>, DatabaseError> {
    let rows = sqlx::query_as!(
        Choosable,
        "select mandate_id as mandate, worker_id as worker, organisation_id as organisation
         from mandates
         where oidc_subject = $1 and revoked_at is null and (valid_to is null or $2 <= valid_to)
         order by valid_from, mandate_id",
        subject,
        today.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The worker that somebody is, whatever became of the mandates.
pub async fn worker_of(
    connection: &mut PgConnection,
    subject: &str,
) -> Result<Option<(Uuid, Uuid)>, DatabaseError> {
    let row = sqlx::query!(
        "select worker_id, organisation_id from mandates where oidc_subject = $1 order by valid_from desc, mandate_id limit 1",
        subject,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.worker_id, row.organisation_id)))
}
