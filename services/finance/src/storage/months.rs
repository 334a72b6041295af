//! `locked_months`.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::Month;
use crate::error::Error;

/// Whether a month of a programme is locked.
pub async fn is_locked(connection: &mut PgConnection, programme: &str, month: Month) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        "select month from locked_months where programme = $1 and month = $2",
        programme,
        month.first_day().to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Locks a month.
pub async fn insert(
    connection: &mut PgConnection,
    programme: &str,
    month: Month,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into locked_months (programme, month, locked_at, locked_by) values ($1, $2, $3, $4)",
        programme,
        month.first_day().to_sqlx() as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
