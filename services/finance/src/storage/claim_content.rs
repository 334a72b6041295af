//! `claim_lines`, `claim_keys`, `claim_totals`, and which hours a revision claimed. Rates and costs leave this file sealed, or inside a
//! [`ClaimLine`], whose `Debug` prints neither.

use chassis::id::WorkerId;
use chassis::money::Money;
use chassis::vault::{Vault, WrappedKey};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::claim_sources;
use crate::domain::{
    Claim, ClaimId, ClaimLine, ClaimedHours, ComponentTotal, EmploymentId, Hours, Month, WageId,
};
use crate::error::Error;

/// Where the price of a line belongs: it opens nowhere else.
fn place(claim: ClaimId, revision: i32, position: i32) -> String {
    format!("claim_lines.price/{claim}/{revision}/{position}")
}

/// Puts the content of a saved revision in place of what was there, and claims its hours.
pub async fn replace(connection: &mut PgConnection, vault: &Vault, claim: &Claim) -> Result<(), Error> {
    let (id, revision) = (claim.id.as_uuid(), claim.revision);
    sqlx::query!("delete from claim_lines where claim_id = $1 and revision = $2", id, revision)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from claim_totals where claim_id = $1 and revision = $2", id, revision)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from claim_keys where claim_id = $1 and revision = $2", id, revision)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("delete from claimed_entries where claim_id = $1 and revision = $2", id, revision)
        .execute(&mut *connection)
        .await?;
    insert_lines(connection, vault, claim).await?;
    for (position, total) in (0_i16..).zip(&claim.totals) {
        sqlx::query!(
            "insert into claim_totals (claim_id, revision, component, position, staff_cents, flat_rate_cents)
             values ($1, $2, $3, $4, $5, $6)",
            id,
            revision,
            total.component.as_str(),
            position,
            total.staff.cents(),
            total.flat_rate.cents(),
        )
        .execute(&mut *connection)
        .await?;
    }
    claim_sources::claim_entries(connection, (claim.id, revision), claim.programme.as_str(), claim.period)
        .await
}

async fn insert_lines(connection: &mut PgConnection, vault: &Vault, claim: &Claim) -> Result<(), Error> {
    let (id, revision) = (claim.id.as_uuid(), claim.revision);
    let (key, wrapped) = vault.new_person_key(id)?;
    sqlx::query!(
        "insert into claim_keys (claim_id, revision, region_key_id, wrapped) values ($1, $2, $3, $4)",
        id,
        revision,
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(&mut *connection)
    .await?;
    for (position, line) in (0_i32..).zip(&claim.lines) {
        let price = format!("{} {}", line.rate.cents(), line.cost.cents());
        sqlx::query!(
            "insert into claim_lines (claim_id, revision, position, employment_id, worker_id, wage_id, partner, component, month,
                                      with_minutes, around_minutes, hours, price, programme_version, programme_hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::numeric, $13, $14, $15)",
            id,
            revision,
            position,
            line.worked.employment.as_uuid(),
            line.worked.worker.as_uuid(),
            line.wage.as_uuid(),
            line.worked.partner.as_str(),
            line.worked.component.as_str(),
            line.worked.month.first_day().to_sqlx() as _,
            line.worked.with_participant,
            line.worked.around_participant,
            line.hours.to_string(),
            key.seal(&place(claim.id, revision, position), &price),
            i32::try_from(line.rules.0).unwrap_or(i32::MAX),
            line.rules.1.as_str(),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The lines of a revision, in order.
pub async fn lines(
    connection: &mut PgConnection,
    vault: &Vault,
    claim: ClaimId,
    revision: i32,
) -> Result<Vec<ClaimLine>, Error> {
    let rows = sqlx::query!(
        // "!": a not-null column stays so as text.
        r#"select position, employment_id, worker_id, wage_id, partner, component, month, with_minutes, around_minutes,
                  hours::text as "hours!", price, programme_version, programme_hash, region_key_id, wrapped
           from claim_lines
           join claim_keys using (claim_id, revision)
           where claim_id = $1 and revision = $2
           order by position"#,
        claim.as_uuid(),
        revision,
    )
    .fetch_all(connection)
    .await?;
    let mut key = None;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let wrong = |what: &str| Error::inconsistent("claim_lines", format!("{claim} has another {what}"));
        if key.is_none() {
            let wrapped = WrappedKey { region_key_id: row.region_key_id, bytes: row.wrapped };
            key = Some(vault.person_key(claim.as_uuid(), &wrapped)?);
        }
        let key = key.as_ref().ok_or_else(|| wrong("key"))?;
        let price = key.open(&place(claim, revision, row.position), &row.price)?;
        let mut cents = price.split(' ').map(|part| part.parse::<i64>().map(Money::from_cents));
        let mut next = || cents.next().and_then(Result::ok).ok_or_else(|| wrong("price"));
        let (rate, cost) = (next()?, next()?);
        let wage = WageId::from_uuid(row.wage_id);
        lines.push(ClaimLine {
            worked: ClaimedHours {
                employment: EmploymentId::from_uuid(row.employment_id),
                worker: WorkerId::from_uuid(row.worker_id),
                partner: row.partner.parse().map_err(|_| wrong("partner"))?,
                component: row.component.parse().map_err(|_| wrong("component"))?,
                month: Month::of(row.month.to_jiff()),
                wage: Some(wage),
                with_participant: row.with_minutes,
                around_participant: row.around_minutes,
            },
            wage,
            hours: row
                .hours
                .parse()
                .ok()
                .and_then(Hours::from_decimal)
                .ok_or_else(|| wrong("number of hours"))?,
            rate,
            cost,
            rules: (
                u32::try_from(row.programme_version).map_err(|_| wrong("programme version"))?,
                row.programme_hash.parse().map_err(|_| wrong("programme hash"))?,
            ),
        });
    }
    Ok(lines)
}

/// The totals of all revisions of some claims, in the order of the programme, each with claim and revision.
pub async fn totals(
    connection: &mut PgConnection,
    claims: &[Uuid],
) -> Result<Vec<((Uuid, i32), ComponentTotal)>, Error> {
    let rows = sqlx::query!(
        "select claim_id, revision, component, staff_cents, flat_rate_cents
         from claim_totals
         where claim_id = any ($1)
         order by claim_id, revision, position",
        claims,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong =
                || Error::inconsistent("claim_totals", format!("{} has another component", row.claim_id));
            let total = ComponentTotal {
                component: row.component.parse().map_err(|_| wrong())?,
                staff: Money::from_cents(row.staff_cents),
                flat_rate: Money::from_cents(row.flat_rate_cents),
            };
            Ok(((row.claim_id, row.revision), total))
        })
        .collect()
}
