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

/// All lines in one statement: a claim of thousands of people is made within the deadline of a call.
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
    let lines = &claim.lines;
    let of = |value: fn(&ClaimLine) -> Uuid| lines.iter().map(value).collect::<Vec<_>>();
    let text = |value: fn(&ClaimLine) -> String| lines.iter().map(value).collect::<Vec<_>>();
    let minutes = |value: fn(&ClaimLine) -> i64| lines.iter().map(value).collect::<Vec<_>>();
    let months: Vec<jiff_sqlx::Date> =
        lines.iter().map(|line| line.worked.month.first_day().to_sqlx()).collect();
    let prices: Vec<Vec<u8>> = (0_i32..)
        .zip(lines)
        .map(|(position, line)| {
            let price = format!("{} {}", line.rate.cents(), line.cost.cents());
            key.seal(&place(claim.id, revision, position), &price)
        })
        .collect();
    let versions: Vec<i32> =
        lines.iter().map(|line| i32::try_from(line.rules.0).unwrap_or(i32::MAX)).collect();
    sqlx::query!(
        "insert into claim_lines (claim_id, revision, position, employment_id, worker_id, wage_id, partner, component, month,
                                  with_minutes, around_minutes, hours, price, programme_version, programme_hash)
         select $1, $2, position - 1, employment_id, worker_id, wage_id, partner, component, month,
                with_minutes, around_minutes, hours::numeric, price, programme_version, programme_hash
         from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::date[], $9::bigint[], $10::bigint[], $11::text[],
                     $12::bytea[], $13::integer[], $14::text[])
              with ordinality
              as given (employment_id, worker_id, wage_id, partner, component, month, with_minutes, around_minutes, hours, price,
                        programme_version, programme_hash, position)",
        id,
        revision,
        &of(|line| line.worked.employment.as_uuid()),
        &of(|line| line.worked.worker.as_uuid()),
        &of(|line| line.wage.as_uuid()),
        &text(|line| line.worked.partner.to_string()),
        &text(|line| line.worked.component.to_string()),
        &months as _,
        &minutes(|line| line.worked.with_participant),
        &minutes(|line| line.worked.around_participant),
        &text(|line| line.hours.to_string()),
        &prices,
        &versions,
        &text(|line| line.rules.1.to_string()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All lines of a revision, in order.
pub async fn lines(
    connection: &mut PgConnection,
    vault: &Vault,
    claim: ClaimId,
    revision: i32,
) -> Result<Vec<ClaimLine>, Error> {
    lines_from(connection, vault, (claim, revision), 0, i64::MAX).await
}

/// At most `limit` lines of a revision from a position on, counted from 0.
pub async fn lines_from(
    connection: &mut PgConnection,
    vault: &Vault,
    (claim, revision): (ClaimId, i32),
    position: i32,
    limit: i64,
) -> Result<Vec<ClaimLine>, Error> {
    let rows = sqlx::query!(
        // "!": a not-null column stays so as text.
        r#"select position, employment_id, worker_id, wage_id, partner, component, month, with_minutes, around_minutes,
                  hours::text as "hours!", price, programme_version, programme_hash, region_key_id, wrapped
           from claim_lines
           join claim_keys using (claim_id, revision)
           where claim_id = $1 and revision = $2 and position >= $3
           order by position
           limit $4"#,
        claim.as_uuid(),
        revision,
        position,
        limit,
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
