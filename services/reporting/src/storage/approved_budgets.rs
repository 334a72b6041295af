//! Tables `approved_budgets` and `budget_sources`.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Error;
use crate::projections::{Approval, BudgetFigure};

/// Inserts an approved budget with its sources; one that is there stays as it is.
pub(crate) async fn insert_budget(
    connection: &mut PgConnection,
    generation: i64,
    approval: &Approval,
) -> Result<(), sqlx::Error> {
    let (sources, amounts): (Vec<&str>, Vec<i64>) =
        approval.sources.iter().map(|(source, cents)| (source.as_str(), *cents)).unzip();
    sqlx::query!(
        "with budget as (
            insert into approved_budgets
                (generation, budget_id, programme, year, staff_cost_cents, flat_rate_cents, total_cents, approved_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict on constraint approved_budgets_pkey do nothing
            returning generation, budget_id, programme
         )
         insert into budget_sources (generation, budget_id, source, programme, amount_cents)
         select budget.generation, budget.budget_id, given.source, budget.programme, given.cents
         from budget
         cross join unnest($9::text[], $10::bigint[]) as given (source, cents)",
        generation,
        approval.budget.as_uuid(),
        approval.programme,
        approval.year,
        approval.staff_cost_cents,
        approval.flat_rate_cents,
        approval.total_cents,
        approval.at.to_sqlx() as _,
        &sources as _,
        &amounts,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes what was built from some budgets, with their sources.
pub(crate) async fn forget_budgets(
    connection: &mut PgConnection,
    generation: i64,
    budgets: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from approved_budgets where generation = $1 and budget_id = any($2)",
        generation,
        budgets,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A budget with one of its sources, or with none.
#[derive(Debug)]
struct BudgetRow {
    budget_id: Uuid,
    year: i32,
    staff_cost_cents: i64,
    flat_rate_cents: i64,
    total_cents: i64,
    approved_at: jiff_sqlx::Timestamp,
    source: Option<String>,
    amount_cents: Option<i64>,
}

/// Reads the approved budgets of a programme for some years, in the order in which they are reported.
pub(crate) async fn read_budgets(
    connection: &mut PgConnection,
    programme: &str,
    first_year: i32,
    last_year: i32,
) -> Result<Vec<BudgetFigure>, Error> {
    let rows = sqlx::query_as!(
        BudgetRow,
        // "?": of an outer join.
        r#"select budget.budget_id, budget.year, budget.staff_cost_cents, budget.flat_rate_cents, budget.total_cents,
                  budget.approved_at, source.source as "source?", source.amount_cents as "amount_cents?"
           from approved_budgets as budget
           left join budget_sources as source
                  on source.generation = budget.generation
                 and source.budget_id = budget.budget_id
           where budget.generation = (select active_generation from chassis.projection_generations)
             and budget.programme = $1
             and budget.year between $2 and $3
           order by budget.year, budget.approved_at, budget.budget_id, source.amount_cents desc, source.source collate "C""#,
        programme,
        first_year,
        last_year,
    )
    .fetch_all(connection)
    .await
    .map_err(Error::sql)?;
    let mut budgets: Vec<BudgetFigure> = Vec::new();
    for row in rows {
        if budgets.last().is_none_or(|budget| budget.budget != row.budget_id) {
            budgets.push(BudgetFigure {
                budget: row.budget_id,
                year: row.year,
                staff_cost_cents: row.staff_cost_cents,
                flat_rate_cents: row.flat_rate_cents,
                total_cents: row.total_cents,
                sources: Vec::new(),
                approved_at: row.approved_at.to_jiff(),
            });
        }
        if let (Some(budget), Some(source), Some(cents)) = (budgets.last_mut(), row.source, row.amount_cents)
        {
            budget.sources.push((source, cents));
        }
    }
    Ok(budgets)
}
