//! Sessions: who is signed in.

use chassis::database::DatabaseError;
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::{Date as SqlDate, ToSqlx as _};
use sqlx::PgConnection;
use uuid::Uuid;

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
    /// Worker.
    pub worker: Uuid,
    /// Organisation for which they work now.
    pub organisation: Uuid,
    /// Mandates chosen.
    pub mandates: Vec<Uuid>,
}

/// Moments that decide whether a session still counts.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Now.
    pub now: Timestamp,
    /// Sessions last seen before this have ended.
    pub idle_since: Timestamp,
    /// Sessions made before this have ended.
    pub made_before: Timestamp,
    /// The last sight is written again when it is older than this.
    pub seen_before: Timestamp,
}

/// One mandate of a session; the mandate is absent when none counts today.
#[derive(Debug)]
pub struct Row {
    /// Worker.
    pub worker_id: Uuid,
    /// Organisation.
    pub organisation_id: Uuid,
    /// Mandate.
    pub mandate_id: Option<Uuid>,
    /// Role.
    pub role: Option<String>,
    /// Programme.
    pub programme: Option<String>,
    /// Scope.
    pub scope: Option<String>,
    /// First day.
    pub valid_from: Option<SqlDate>,
    /// Last day.
    pub valid_to: Option<SqlDate>,
}

/// Finds a session that counts, with its mandates that count today, and notes that it was seen: one statement.
pub async fn find(
    connection: &mut PgConnection,
    hash: &[u8],
    today: Date,
    limits: &Limits,
) -> Result<Vec<Row>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        r#"with seen as (
               update sessions set last_seen_at = $2
               where session_hash = $1 and last_seen_at < $5 and last_seen_at >= $3 and created_at >= $4
           )
           select session.worker_id, session.organisation_id, mandate.mandate_id as "mandate_id?",
                  mandate.role as "role?", mandate.programme as "programme?", mandate.scope as "scope?",
                  mandate.valid_from as "valid_from?: SqlDate", mandate.valid_to as "valid_to?: SqlDate"
           from sessions as session
           left join mandates as mandate
               on mandate.mandate_id = any (session.mandate_ids) and mandate.worker_id = session.worker_id
                  and mandate.organisation_id = session.organisation_id and mandate.revoked_at is null
                  and mandate.valid_from <= $6 and (mandate.valid_to is null or $6 <= mandate.valid_to)
           where session.session_hash = $1 and session.last_seen_at >= $3 and session.created_at >= $4
           order by mandate.mandate_id"#, // the outer join makes every column of the mandate optional
        hash,
        limits.now.to_sqlx() as _,
        limits.idle_since.to_sqlx() as _,
        limits.made_before.to_sqlx() as _,
        limits.seen_before.to_sqlx() as _,
        today.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Stores a new session, in the place of the one this browser had, and removes those that ended.
pub async fn replace(
    connection: &mut PgConnection,
    session: &NewSession,
    previous: Option<&[u8]>,
    limits: &Limits,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from sessions where session_hash = $1 or last_seen_at < $2 or created_at < $3",
        previous.unwrap_or_default(),
        limits.idle_since.to_sqlx() as _,
        limits.made_before.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into sessions (session_hash, worker_id, organisation_id, mandate_ids, created_at, last_seen_at)
         values ($1, $2, $3, $4, $5, $5)",
        &session.hash,
        session.worker,
        session.organisation,
        &session.mandates,
        limits.now.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a session and gives its worker; `None` when there was none.
pub async fn end(connection: &mut PgConnection, hash: &[u8]) -> Result<Option<Uuid>, DatabaseError> {
    let worker =
        sqlx::query_scalar!("delete from sessions where session_hash = $1 returning worker_id", hash)
            .fetch_optional(connection)
            .await?;
    Ok(worker)
}
