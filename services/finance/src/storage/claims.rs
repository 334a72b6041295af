//! `claims` and `claim_revisions`: inserting, reading, steps, and pages of the list.

use chassis::page::Cursor;
use chassis::vault::Vault;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::claim_content;
use super::time_sheet_lists::cursor;
use crate::domain::{Claim, ClaimId, ClaimKind, ClaimPeriod, ClaimState, ComponentTotal, Month};
use crate::error::Error;

/// Inserts a claim; its first revision comes after it.
pub async fn insert(connection: &mut PgConnection, claim: &Claim, at: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "insert into claims (claim_id, programme, kind, first_month, last_month, created_at) values ($1, $2, $3, $4, $5, $6)",
        claim.id.as_uuid(),
        claim.programme.as_str(),
        claim.period.kind.as_str(),
        claim.period.first.first_day().to_sqlx() as _,
        claim.period.last.first_day().to_sqlx() as _,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Inserts a revision, without content.
pub async fn insert_revision(
    connection: &mut PgConnection,
    claim: &Claim,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into claim_revisions (claim_id, revision, state, reason, version, created_at, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        claim.id.as_uuid(),
        claim.revision,
        claim.state.as_str(),
        claim.reason,
        claim.version,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores how a revision stands. Its months are held.
pub async fn update(
    connection: &mut PgConnection,
    claim: &Claim,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update claim_revisions
         set state = $3, version = $4, changed_at = $5, changed_by = $6, submitted_at = $7, submitted_by = $8
         where claim_id = $1 and revision = $2 and version = $4::bigint - 1",
        claim.id.as_uuid(),
        claim.revision,
        claim.state.as_str(),
        claim.version,
        at.to_sqlx() as _,
        by,
        claim.submitted.map(|(at, _)| at.to_sqlx()) as _,
        claim.submitted.map(|(_, by)| by),
    )
    .execute(connection)
    .await?;
    // The months are held, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("claim_revisions", format!("{} was not updated", claim.id)))
    }
}

/// The revision before this one stands no more.
pub async fn supersede(
    connection: &mut PgConnection,
    claim: &Claim,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "update claim_revisions set state = 'corrected', changed_at = $3, changed_by = $4
         where claim_id = $1 and revision = $2",
        claim.id.as_uuid(),
        claim.revision - 1,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A revision with who changed it last and when.
#[derive(Debug)]
pub struct Found {
    /// The revision with its content.
    pub claim: Claim,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Uuid,
}

fn read_state(id: Uuid, word: &str) -> Result<ClaimState, Error> {
    ClaimState::ALL
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| Error::inconsistent("claim_revisions", format!("{id} has another state")))
}

fn read_kind(id: Uuid, word: &str) -> Result<ClaimKind, Error> {
    ClaimKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| Error::inconsistent("claims", format!("{id} has another kind")))
}

/// Programme and months of a claim, which never change; `None` when there is none in reach.
pub async fn period(
    connection: &mut PgConnection,
    id: ClaimId,
) -> Result<Option<(String, ClaimPeriod)>, Error> {
    let row = sqlx::query!(
        "select programme, kind, first_month, last_month from claims where claim_id = $1",
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let kind = read_kind(id.as_uuid(), &row.kind)?;
        let (first, last) = (Month::of(row.first_month.to_jiff()), Month::of(row.last_month.to_jiff()));
        Ok((row.programme, ClaimPeriod { kind, first, last }))
    })
    .transpose()
}

/// Reads a revision with its content; the latest when none is named. `None` when there is none in reach.
pub async fn find(
    connection: &mut PgConnection,
    vault: &Vault,
    id: ClaimId,
    revision: Option<i32>,
) -> Result<Option<Found>, Error> {
    let row = sqlx::query!(
        "select programme, kind, first_month, last_month, revision, state, reason, version, changed_at, changed_by, submitted_at,
                submitted_by
         from claims
         join claim_revisions using (claim_id)
         where claim_id = $1 and ($2::integer is null or revision = $2)
         order by revision desc
         limit 1",
        id.as_uuid(),
        revision,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let claim = Claim {
        id,
        programme: row
            .programme
            .parse()
            .map_err(|_| Error::inconsistent("claims", format!("{id} has another programme")))?,
        period: ClaimPeriod {
            kind: read_kind(id.as_uuid(), &row.kind)?,
            first: Month::of(row.first_month.to_jiff()),
            last: Month::of(row.last_month.to_jiff()),
        },
        revision: row.revision,
        state: read_state(id.as_uuid(), &row.state)?,
        reason: row.reason,
        lines: claim_content::lines(connection, vault, id, row.revision).await?,
        totals: claim_content::totals(connection, &[id.as_uuid()])
            .await?
            .into_iter()
            .filter(|(of, _)| *of == (id.as_uuid(), row.revision))
            .map(|(_, total)| total)
            .collect(),
        submitted: row.submitted_at.map(jiff_sqlx::Timestamp::to_jiff).zip(row.submitted_by),
        version: row.version,
    };
    Ok(Some(Found { claim, changed_at: row.changed_at.to_jiff(), changed_by: row.changed_by }))
}

/// A claim in a list: its latest revision, and what a board sees of it.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Claim.
    pub id: Uuid,
    /// Months.
    pub period: ClaimPeriod,
    /// Latest revision.
    pub revision: i32,
    /// Its state.
    pub state: ClaimState,
    /// Its totals.
    pub totals: Vec<ComponentTotal>,
    /// Its version.
    pub version: i64,
}

impl Summary {
    /// The cursor of the row.
    pub fn cursor(&self) -> Option<Cursor> {
        cursor(self.period.first, self.id)
    }
}

/// The claims of a programme, newest period first, after a cursor: two statements.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let after_month = after.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let rows = sqlx::query!(
        "select claims.claim_id, kind, first_month, last_month, latest.revision, latest.state, latest.version
         from claims
         join lateral (
             select revision, state, version from claim_revisions
             where claim_revisions.claim_id = claims.claim_id
             order by revision desc limit 1) as latest on true
         where programme = $1 and (first_month, claims.claim_id) < ($2, $3)
         order by first_month desc, claims.claim_id desc
         limit $4",
        programme,
        after_month.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.claim_id).collect();
    let totals = claim_content::totals(connection, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let (id, of) = (row.claim_id, (row.claim_id, row.revision));
            Ok(Summary {
                id,
                period: ClaimPeriod {
                    kind: read_kind(id, &row.kind)?,
                    first: Month::of(row.first_month.to_jiff()),
                    last: Month::of(row.last_month.to_jiff()),
                },
                revision: row.revision,
                state: read_state(id, &row.state)?,
                totals: totals.iter().filter(|(key, _)| *key == of).map(|(_, total)| total.clone()).collect(),
                version: row.version,
            })
        })
        .collect()
}
