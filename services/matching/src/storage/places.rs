//! Counting places: locks first, then counts, so that the last place is given once.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::read;
use crate::domain::{OrganisationId, WorkerId};
use crate::error::Error;

/// Makes sure that a programme has its row.
pub async fn insert_programme(connection: &mut PgConnection, programme: &str) -> Result<(), Error> {
    sqlx::query!("insert into programmes (programme) values ($1) on conflict do nothing", programme)
        .execute(connection)
        .await?;
    Ok(())
}

/// Locks a programme until the end of the transaction: who counts its running matches is alone.
pub async fn lock_programme(connection: &mut PgConnection, programme: &str) -> Result<(), Error> {
    let locked = sqlx::query!(
        "update programmes set confirmations = confirmations + 1 where programme = $1",
        programme
    )
    .execute(connection)
    .await?;
    if locked.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("programmes", format!("{programme} has no row")))
    }
}

/// Locks a worker until the end of the transaction, and gives the organisation; `None` when there is none in reach.
pub async fn lock_worker(
    connection: &mut PgConnection,
    worker: WorkerId,
) -> Result<Option<OrganisationId>, Error> {
    let organisation = sqlx::query_scalar!(
        "select organisation_id from workers where worker_id = $1 for update",
        worker.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(organisation.map(OrganisationId::from_uuid))
}

/// How many matches of a programme run on a day or begin later.
pub async fn running(connection: &mut PgConnection, programme: &str, day: Date) -> Result<i64, Error> {
    let running = sqlx::query_scalar!(
        r#"select count(*) as "running!" from matches where programme = $1 and (last_day is null or last_day >= $2)"#,
        programme,
        day.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(running)
}

/// How many weighted cases of a programme a worker has on a day or later.
pub async fn used(
    connection: &mut PgConnection,
    worker: WorkerId,
    programme: &str,
    day: Date,
) -> Result<Decimal, Error> {
    let used = sqlx::query_scalar!(
        "select sum(weight)::text
         from matches
         where worker_id = $1 and programme = $2 and (last_day is null or last_day >= $3)",
        worker.as_uuid(),
        programme,
        day.to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    read::decimal("matches", worker, used.as_deref())
}
