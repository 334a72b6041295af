//! `acceptances`: those of a budget that hold, and their steps.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Acceptance, BudgetId, Money, Subject};
use crate::error::Error;

/// Those that were not withdrawn, in the order in which they were given.
pub async fn of(connection: &mut PgConnection, budget: BudgetId) -> Result<Vec<Acceptance>, Error> {
    let rows = sqlx::query!(
        "select subject, amount_cents, reason, accepted_at, accepted_by
         from acceptances
         where budget_id = $1 and withdrawn_at is null
         order by accepted_at, acceptance_id",
        budget.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    let read = rows.into_iter().map(|row| Acceptance {
        subject: Subject::stored(row.subject),
        amount: Money::from_cents(row.amount_cents),
        reason: row.reason,
        at: row.accepted_at.to_jiff(),
        by: row.accepted_by,
    });
    Ok(read.collect())
}

/// Adds one; an earlier one of the same subject was withdrawn before.
pub async fn add(
    connection: &mut PgConnection,
    id: Uuid,
    budget: BudgetId,
    one: &Acceptance,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into acceptances (acceptance_id, budget_id, subject, amount_cents, reason, accepted_at, accepted_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        budget.as_uuid(),
        one.subject.as_str(),
        one.amount.cents(),
        one.reason,
        one.at.to_sqlx() as _,
        one.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Withdraws the one of a subject, if there is one. The row stays.
pub async fn withdraw(
    connection: &mut PgConnection,
    budget: BudgetId,
    subject: &Subject,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "update acceptances
         set withdrawn_at = $3, withdrawn_by = $4
         where budget_id = $1 and subject = $2 and withdrawn_at is null",
        budget.as_uuid(),
        subject.as_str(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
