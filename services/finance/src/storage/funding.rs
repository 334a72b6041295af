//! `funding_lines` and `contributions`: always replaced together.

use region::ClosedSet as _;
use region::programme::FundingSource;
use sqlx::PgConnection;

use crate::domain::{BudgetId, Contribution, Funding, FundingLine, Money, ShareBasis};
use crate::error::Error;

/// The funding of a budget, in the order in which it was put.
pub async fn of(connection: &mut PgConnection, budget: BudgetId) -> Result<Funding, Error> {
    let wrong = |what: &str| Error::inconsistent("funding_lines", format!("{budget} has another {what}"));
    let lines = sqlx::query!(
        "select component, source, amount_cents, in_kind_cents, stated_cents, basis
         from funding_lines
         where budget_id = $1
         order by position",
        budget.as_uuid(),
    )
    .fetch_all(&mut *connection)
    .await?
    .into_iter()
    .map(|row| {
        let basis = row.basis.map(|word| {
            ShareBasis::ALL.into_iter().find(|basis| basis.as_str() == word).ok_or_else(|| wrong("basis"))
        });
        Ok(FundingLine {
            component: row.component.parse().map_err(|_| wrong("component"))?,
            source: FundingSource::from_word(&row.source).ok_or_else(|| wrong("source"))?,
            amount: Money::from_cents(row.amount_cents),
            in_kind: Money::from_cents(row.in_kind_cents),
            stated: row.stated_cents.map(Money::from_cents),
            basis: basis.transpose()?,
        })
    })
    .collect::<Result<Vec<_>, Error>>()?;
    let contributions = sqlx::query!(
        "select partner, amount_cents from contributions where budget_id = $1 order by position",
        budget.as_uuid(),
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Contribution {
            partner: row.partner.parse().map_err(|_| wrong("partner"))?,
            amount: Money::from_cents(row.amount_cents),
        })
    })
    .collect::<Result<Vec<_>, Error>>()?;
    Ok(Funding { lines, contributions })
}

/// Puts this funding in place of what was there.
pub async fn replace(
    connection: &mut PgConnection,
    budget: BudgetId,
    funding: &Funding,
) -> Result<(), Error> {
    sqlx::query!("delete from funding_lines where budget_id = $1", budget.as_uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from contributions where budget_id = $1", budget.as_uuid())
        .execute(&mut *connection)
        .await?;
    for (position, line) in (0_i16..).zip(&funding.lines) {
        sqlx::query!(
            "insert into funding_lines (budget_id, component, source, position, amount_cents, in_kind_cents, stated_cents, basis)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            budget.as_uuid(),
            line.component.as_str(),
            line.source.as_str(),
            position,
            line.amount.cents(),
            line.in_kind.cents(),
            line.stated.map(Money::cents),
            line.basis.map(ShareBasis::as_str),
        )
        .execute(&mut *connection)
        .await?;
    }
    for (position, one) in (0_i16..).zip(&funding.contributions) {
        sqlx::query!(
            "insert into contributions (budget_id, partner, position, amount_cents) values ($1, $2, $3, $4)",
            budget.as_uuid(),
            one.partner.as_str(),
            position,
            one.amount.cents(),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
