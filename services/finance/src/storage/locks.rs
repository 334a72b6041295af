//! What is serialised by more than a row: months, against their lock, and persons, whose limits hold over many sheets.
//!
//! Advisory locks of the transaction, always the month before the person. Statements after one see everything that was committed
//! before it was granted. Two keys that hash alike wait for each other, and nothing more.

use chassis::id::WorkerId;
use sqlx::PgConnection;

use crate::domain::Month;

fn month_key(programme: &str, month: Month) -> String {
    format!("finance/month/{programme}/{month}")
}

/// Writes into a month: beside others who do, never beside whoever locks it or claims from it.
pub async fn write_in_month(
    connection: &mut PgConnection,
    programme: &str,
    month: Month,
) -> Result<(), sqlx::Error> {
    let key = month_key(programme, month);
    sqlx::query!("select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", key)
        .execute(connection)
        .await?;
    Ok(())
}

/// Has a month alone, until the end of the transaction.
pub async fn hold_month(
    connection: &mut PgConnection,
    programme: &str,
    month: Month,
) -> Result<(), sqlx::Error> {
    let key = month_key(programme, month);
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(connection).await?;
    Ok(())
}

/// Has the hours and employments of a person alone, until the end of the transaction.
pub async fn hold_person(connection: &mut PgConnection, worker: WorkerId) -> Result<(), sqlx::Error> {
    let key = format!("finance/person/{worker}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(connection).await?;
    Ok(())
}

/// Has the approvals of a programme alone: what they need together may not be over its term.
pub async fn hold_approvals(connection: &mut PgConnection, programme: &str) -> Result<(), sqlx::Error> {
    let key = format!("finance/approvals/{programme}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(connection).await?;
    Ok(())
}
