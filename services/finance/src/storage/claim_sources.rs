//! What claims are made from: the hours of locked time sheets, and which of them stand in a claim.

use std::collections::BTreeMap;

use chassis::id::WorkerId;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

use crate::domain::{ClaimId, ClaimPeriod, ClaimedHours, EmploymentId, Month, WageId};
use crate::error::Error;

/// Minutes of every employment, month and wage on the locked sheets of a period, in the order of the lines of a claim: one
/// statement. The months are held.
pub async fn hours(
    connection: &mut PgConnection,
    programme: &str,
    period: ClaimPeriod,
) -> Result<Vec<ClaimedHours>, Error> {
    let rows = sqlx::query!(
        // "!": sums over at least one row are never null. "?": the wage is joined from outside.
        r#"select employments.employment_id, employments.worker_id, employments.partner, employments.component,
                  time_sheets.month, wages.wage_id as "wage_id?",
                  coalesce(sum(minutes) filter (where hour_class = 'with_participant'), 0) as "with_minutes!",
                  coalesce(sum(minutes) filter (where hour_class = 'around_participant'), 0) as "around_minutes!"
           from time_sheets
           join employments using (employment_id)
           join time_entries using (time_sheet_id)
           left join wages on wages.employment_id = employments.employment_id
               and wages.valid_from <= time_entries.day and (wages.valid_to is null or time_entries.day <= wages.valid_to)
           where time_sheets.programme = $1 and time_sheets.month between $2 and $3 and time_sheets.state = 'locked'
           group by employments.employment_id, time_sheets.month, wages.wage_id, wages.valid_from
           having sum(minutes) <> 0
           order by employments.component, employments.partner, time_sheets.month, employments.employment_id, wages.valid_from"#,
        programme,
        period.first.first_day().to_sqlx() as _,
        period.last.first_day().to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.employment_id;
            let wrong = |what: &str| Error::inconsistent("employments", format!("{id} has another {what}"));
            Ok(ClaimedHours {
                employment: EmploymentId::from_uuid(id),
                worker: WorkerId::from_uuid(row.worker_id),
                partner: row.partner.parse().map_err(|_| wrong("partner"))?,
                component: row.component.parse().map_err(|_| wrong("component"))?,
                month: Month::of(row.month.to_jiff()),
                wage: row.wage_id.map(WageId::from_uuid),
                with_participant: row.with_minutes,
                around_participant: row.around_minutes,
            })
        })
        .collect()
}

/// Minutes of every employment and month on the locked sheets of a period, without a look at a wage.
pub async fn minutes(
    connection: &mut PgConnection,
    programme: &str,
    period: ClaimPeriod,
) -> Result<BTreeMap<(Month, EmploymentId), i64>, Error> {
    let rows = sqlx::query!(
        r#"select employment_id, month, sum(minutes) as "minutes!"
           from time_sheets
           join time_entries using (time_sheet_id)
           where programme = $1 and month between $2 and $3 and state = 'locked'
           group by employment_id, month
           having sum(minutes) <> 0"#,
        programme,
        period.first.first_day().to_sqlx() as _,
        period.last.first_day().to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            ((Month::of(row.month.to_jiff()), EmploymentId::from_uuid(row.employment_id)), row.minutes)
        })
        .collect())
}

/// Lets every hour of the locked sheets of a period stand in this claim. One that stands in another is refused by the primary key.
///
/// `except` and not `not exists`: a plan that looks into the table for each row also meets what it has just written there, and
/// takes minutes when the statistics are from before the first claim.
pub async fn claim_entries(
    connection: &mut PgConnection,
    (claim, revision): (ClaimId, i32),
    programme: &str,
    period: ClaimPeriod,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into claimed_entries (entry_id, claim_id, revision)
         select entry_id, $1, $2
         from (select entry_id
               from time_sheets
               join time_entries using (time_sheet_id)
               where programme = $3 and month between $4 and $5 and state = 'locked'
               except
               select entry_id from claimed_entries where claim_id = $1) as unclaimed",
        claim.as_uuid(),
        revision,
        programme,
        period.first.first_day().to_sqlx() as _,
        period.last.first_day().to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether an hour of the locked sheets of a period does not stand in this claim.
pub async fn are_unclaimed(
    connection: &mut PgConnection,
    claim: ClaimId,
    programme: &str,
    period: ClaimPeriod,
) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select entry_id
               from time_sheets
               join time_entries using (time_sheet_id)
               where programme = $2 and month between $3 and $4 and state = 'locked'
               except
               select entry_id from claimed_entries where claim_id = $1) as "exists!""#,
        claim.as_uuid(),
        programme,
        period.first.first_day().to_sqlx() as _,
        period.last.first_day().to_sqlx() as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}
