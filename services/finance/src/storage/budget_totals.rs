//! `budget_totals`: what a board may see, written with every change.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{BudgetId, Costs, Funding, Money};
use crate::error::Error;

/// The totals of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentTotals {
    /// Budget.
    pub budget: BudgetId,
    /// Code of the component.
    pub component: String,
    /// Cost of the staff.
    pub staff: Money,
    /// Flat rate on it.
    pub flat_rate: Money,
    /// What is paid.
    pub funding: Money,
}

/// Puts these totals in place of those that were there.
pub async fn replace(
    connection: &mut PgConnection,
    budget: BudgetId,
    costs: &Costs,
    funding: &Funding,
) -> Result<(), Error> {
    sqlx::query!("delete from budget_totals where budget_id = $1", budget.as_uuid())
        .execute(&mut *connection)
        .await?;
    for (position, one) in (0_i16..).zip(&costs.components) {
        sqlx::query!(
            "insert into budget_totals (budget_id, component, position, staff_cents, flat_rate_cents, funding_cents)
             values ($1, $2, $3, $4, $5, $6)",
            budget.as_uuid(),
            one.component.as_str(),
            position,
            one.cost.staff.cents(),
            one.cost.flat_rate.cents(),
            funding.component_total(&one.component)?.cents(),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The totals of some budgets, in the order of the programme.
pub async fn of(connection: &mut PgConnection, budgets: &[Uuid]) -> Result<Vec<ComponentTotals>, Error> {
    let rows = sqlx::query!(
        "select budget_id, component, staff_cents, flat_rate_cents, funding_cents
         from budget_totals
         where budget_id = any ($1)
         order by budget_id, position",
        budgets,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ComponentTotals {
            budget: BudgetId::from_uuid(row.budget_id),
            component: row.component,
            staff: Money::from_cents(row.staff_cents),
            flat_rate: Money::from_cents(row.flat_rate_cents),
            funding: Money::from_cents(row.funding_cents),
        })
        .collect())
}
