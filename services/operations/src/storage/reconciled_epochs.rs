//! Table `reconciled_epochs`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Epoch up to which each service was seen reconciled.
pub async fn all(connection: &mut PgConnection) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let rows = sqlx::query!("select service, epoch from reconciled_epochs").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.service, row.epoch)).collect())
}

/// Notes that a service was seen reconciled in an epoch; never goes back.
pub async fn note(
    connection: &mut PgConnection,
    service: &str,
    epoch: i64,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into reconciled_epochs (service, epoch, reconciled_at)
         values ($1, $2, $3)
         on conflict (service) do update
         set epoch = excluded.epoch, reconciled_at = excluded.reconciled_at
         where reconciled_epochs.epoch < excluded.epoch",
        service,
        epoch,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
