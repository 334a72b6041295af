//! Lists of `exports`, and what operators learn of them.

use chassis::page::Cursor;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::exports::Export;
use crate::domain::{ClaimId, ClaimPeriod, ExportState, Month};
use crate::error::Error;

/// An export with when its files stood in the target.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The export.
    pub export: Export,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

impl Listed {
    /// The cursor of the row.
    pub fn cursor(&self) -> Option<Cursor> {
        Some(Cursor { at: self.export.recorded_at, id: self.export.id })
    }

    /// How far it is.
    pub const fn state(&self) -> ExportState {
        ExportState::of(true, self.published_at.is_some())
    }
}

/// The exports of a programme, newest first, after a cursor; or one of them.
pub async fn page(
    connection: &mut PgConnection,
    programme: Option<&str>,
    id: Option<Uuid>,
    period: Option<ClaimPeriod>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query!(
        "select export_id, claim_id, revision, programme, first_month, last_month, made_by, csv_separator, csv_decimal, recorded_at,
                manifest, completed_at
         from exports
         join claims using (claim_id)
         where ($1::text is null or programme = $1) and ($2::uuid is null or export_id = $2)
           and ($3::date is null or (first_month = $3 and last_month = $4))
           and (recorded_at, export_id) < ($5, $6)
         order by recorded_at desc, export_id desc
         limit $7",
        programme,
        id,
        period.map(|period| period.first.first_day().to_sqlx()) as _,
        period.map(|period| period.last.first_day().to_sqlx()) as _,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let listed = rows.into_iter().map(|row| Listed {
        published_at: row.completed_at.map(jiff_sqlx::Timestamp::to_jiff),
        export: Export {
            id: row.export_id,
            claim: ClaimId::from_uuid(row.claim_id),
            revision: row.revision,
            programme: row.programme,
            first: Month::of(row.first_month.to_jiff()),
            last: Month::of(row.last_month.to_jiff()),
            made_by: row.made_by,
            separator: row.csv_separator,
            decimal: row.csv_decimal,
            recorded_at: row.recorded_at.to_jiff(),
            manifest: row.manifest,
        },
    });
    Ok(listed.collect())
}

/// A submitted revision as the job sees it.
#[derive(Debug, Clone)]
pub struct Run {
    /// Code of the programme.
    pub programme: String,
    /// First month.
    pub first: Month,
    /// Last month, included.
    pub last: Month,
    /// Claim.
    pub claim: Uuid,
    /// Revision.
    pub revision: i32,
    /// How far its export is.
    pub state: ExportState,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When its export stood in the target.
    pub published_at: Option<Timestamp>,
}

impl Run {
    /// The cursor of the row.
    pub const fn cursor(&self) -> Option<Cursor> {
        Some(Cursor { at: self.submitted_at, id: self.claim })
    }
}

/// Submitted revisions, last submitted first, after a cursor. Only an operator is told any.
pub async fn runs(
    connection: &mut PgConnection,
    only_outstanding: bool,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Run>, Error> {
    let rows = sqlx::query!(
        r#"select programme as "programme!", first_month as "first_month!", last_month as "last_month!", claim_id as "claim_id!",
                  revision as "revision!", submitted_at as "submitted_at!", export_id, completed_at
           from export_runs()
           where (completed_at is null or not $1) and (submitted_at, claim_id) < ($2, $3)
           order by submitted_at desc, claim_id desc
           limit $4"#,
        only_outstanding,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let runs = rows.into_iter().map(|row| Run {
        programme: row.programme,
        first: Month::of(row.first_month.to_jiff()),
        last: Month::of(row.last_month.to_jiff()),
        claim: row.claim_id,
        revision: row.revision,
        state: ExportState::of(row.export_id.is_some(), row.completed_at.is_some()),
        submitted_at: row.submitted_at.to_jiff(),
        published_at: row.completed_at.map(jiff_sqlx::Timestamp::to_jiff),
    });
    Ok(runs.collect())
}
