//! `exports` and the tables beside it, and the rows an export is made of.

use chassis::vault::Vault;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use region::Region;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::claim_content;
use crate::domain::{Cell, ClaimId, ExportTable, Month};
use crate::error::Error;

/// A recorded export.
#[derive(Debug, Clone)]
pub struct Export {
    /// Export.
    pub id: Uuid,
    /// Claim.
    pub claim: ClaimId,
    /// Revision of the claim.
    pub revision: i32,
    /// Code of the programme.
    pub programme: String,
    /// First month.
    pub first: Month,
    /// Last month, included.
    pub last: Month,
    /// The build that recorded it.
    pub made_by: String,
    /// Between the cells of a CSV file.
    pub separator: String,
    /// Before the decimals of a number in a CSV file.
    pub decimal: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The manifest, once it stands in the target.
    pub manifest: Option<String>,
}

/// How an export is recorded.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The build.
    pub made_by: &'a str,
    /// Between cells.
    pub separator: &'a str,
    /// Before decimals.
    pub decimal: &'a str,
}

/// Submitted revisions without a record, oldest period first.
pub async fn due(connection: &mut PgConnection) -> Result<Vec<(Uuid, i32)>, Error> {
    let rows = sqlx::query!(
        "select claim_id, revision
         from claim_revisions
         join claims using (claim_id)
         where state in ('submitted', 'accepted')
           and not exists (select from exports
                           where exports.claim_id = claim_revisions.claim_id and exports.revision = claim_revisions.revision)
         order by first_month, programme, claim_id, revision",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.claim_id, row.revision)).collect())
}

/// Records an export with everything of it that can change. Nothing happens when another process was first.
pub async fn record(
    connection: &mut PgConnection,
    region: &Region,
    id: Uuid,
    (claim, revision): (Uuid, i32),
    settings: &Settings<'_>,
    at: Timestamp,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into exports (export_id, claim_id, revision, made_by, csv_separator, csv_decimal, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (claim_id, revision) do nothing",
        id,
        claim,
        revision,
        settings.made_by,
        settings.separator,
        settings.decimal,
        at.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    let codes: Vec<String> = region.partners.iter().map(|partner| partner.code.to_string()).collect();
    let numbers: Vec<String> = region.partners.iter().map(|partner| partner.kbo.dotted()).collect();
    sqlx::query!(
        "insert into export_staff (export_id, employment_id, kbo, fte_thousandths)
         select $1, employment_id, coalesce(partners.kbo, ''), fte_thousandths
         from employments
         left join unnest($4::text[], $5::text[]) as partners (code, kbo) on partners.code = partner
         where employment_id in (select employment_id from claim_lines where claim_id = $2 and revision = $3)",
        id,
        claim,
        revision,
        &codes,
        &numbers,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into export_budgets (export_id, budget_id)
         select $1, budget_id
         from budgets
         join claims using (programme)
         where claim_id = $2 and state = 'approved' and year = extract(year from first_month)",
        id,
        claim,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into export_ledger_entries (export_id, entry_id)
         select $1, entry_id
         from ledger_entries
         join claims using (programme)
         where claim_id = $2 and month between first_month and last_month",
        id,
        claim,
    )
    .execute(&mut *connection)
    .await?;
    Ok(true)
}

/// Recorded exports, oldest period first.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<Export>, Error> {
    let rows = sqlx::query!(
        "select export_id, claim_id, revision, programme, first_month, last_month, made_by, csv_separator, csv_decimal, recorded_at,
                manifest
         from exports
         join claims using (claim_id)
         order by first_month, programme, claim_id, revision",
    )
    .fetch_all(connection)
    .await?;
    let exports = rows.into_iter().map(|row| Export {
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
    });
    Ok(exports.collect())
}

/// Notes that the files stand in the target; the first who says so is kept.
pub async fn complete(
    connection: &mut PgConnection,
    id: Uuid,
    manifest: &str,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update exports set manifest = $2, completed_at = $3 where export_id = $1 and completed_at is null",
        id,
        manifest,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The programme files the lines were priced under: version and hash.
pub async fn rules(connection: &mut PgConnection, export: &Export) -> Result<Vec<(i32, String)>, Error> {
    let rows = sqlx::query!(
        "select distinct programme_version, programme_hash from claim_lines where claim_id = $1 and revision = $2 order by 1, 2",
        export.claim.as_uuid(),
        export.revision,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.programme_version, row.programme_hash)).collect())
}

/// Where the rows of a table go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// With the first.
    Start,
    /// After an hour or a booking.
    After(Uuid),
    /// With the line at a position.
    Line(i32),
}

/// Rows of a table, and where the next ones begin.
pub type Rows = (Vec<Vec<Cell>>, Option<Place>);

/// At most `limit` rows of a table that can be long; a short one is given whole.
pub async fn rows(
    connection: &mut PgConnection,
    vault: &Vault,
    export: &Export,
    table: ExportTable,
    from: Place,
    limit: i64,
) -> Result<Rows, Error> {
    let after = if let Place::After(id) = from { id } else { Uuid::nil() };
    let position = if let Place::Line(position) = from { position } else { 0 };
    match table {
        ExportTable::Claim => Ok((totals(connection, export).await?, None)),
        ExportTable::Staff => staff(connection, vault, export, position, limit).await,
        ExportTable::Funding => Ok((funding(connection, export).await?, None)),
        ExportTable::TimeSheets => time_sheets(connection, export, after, limit).await,
        ExportTable::Ledger => ledger(connection, export, after, limit).await,
    }
}

async fn totals(connection: &mut PgConnection, export: &Export) -> Result<Vec<Vec<Cell>>, Error> {
    let all = claim_content::totals(connection, &[export.claim.as_uuid()]).await?;
    let own = all.into_iter().filter(|((_, revision), _)| *revision == export.revision);
    Ok(own
        .map(|(_, total)| {
            let (staff, flat_rate) = (total.staff.cents(), total.flat_rate.cents());
            let both = Decimal::new(staff, 2) + Decimal::new(flat_rate, 2);
            let component = Cell::text(total.component.as_str());
            vec![component, Cell::euro(staff), Cell::euro(flat_rate), Cell::Number(both)]
        })
        .collect())
}

async fn staff(
    connection: &mut PgConnection,
    vault: &Vault,
    export: &Export,
    position: i32,
    limit: i64,
) -> Result<Rows, Error> {
    let revision = (export.claim, export.revision);
    let lines = claim_content::lines_from(connection, vault, revision, position, limit).await?;
    let employments: Vec<Uuid> = lines.iter().map(|line| line.worked.employment.as_uuid()).collect();
    let known = sqlx::query!(
        "select employment_id, kbo, fte_thousandths from export_staff where export_id = $1 and employment_id = any ($2)",
        export.id,
        &employments,
    )
    .fetch_all(&mut *connection)
    .await?;
    let known: std::collections::BTreeMap<Uuid, _> =
        known.into_iter().map(|row| (row.employment_id, row)).collect();
    let count = i32::try_from(lines.len()).unwrap_or(i32::MAX);
    let next = (count > 0).then_some(Place::Line(position.saturating_add(count)));
    let cells = lines.into_iter().map(|line| {
        let worked = &line.worked;
        let own = known.get(&worked.employment.as_uuid());
        let fte = own.and_then(|row| row.fte_thousandths);
        vec![
            Cell::text(worked.month.to_string()),
            Cell::text(own.map(|row| row.kbo.clone()).unwrap_or_default()),
            Cell::text(worked.partner.as_str()),
            Cell::text(worked.component.as_str()),
            Cell::text(worked.worker.to_string()),
            Cell::text(worked.employment.to_string()),
            fte.map_or_else(
                || Cell::text(""),
                |thousandths| Cell::Number(Decimal::new(thousandths.into(), 3)),
            ),
            Cell::count(worked.with_participant),
            Cell::count(worked.around_participant),
            Cell::Number(line.hours.decimal()),
            Cell::euro(line.rate.cents()),
            Cell::euro(line.cost.cents()),
        ]
    });
    Ok((cells.collect(), next))
}

async fn funding(connection: &mut PgConnection, export: &Export) -> Result<Vec<Vec<Cell>>, Error> {
    let rows = sqlx::query!(
        "select name, year, component, source, amount_cents, in_kind_cents
         from export_budgets
         join budgets using (budget_id)
         join funding_lines using (budget_id)
         where export_id = $1
         order by budget_id, position",
        export.id,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            vec![
                Cell::text(row.name),
                Cell::count(row.year),
                Cell::text(row.component),
                Cell::text(row.source),
                Cell::euro(row.amount_cents),
                Cell::euro(row.in_kind_cents),
            ]
        })
        .collect())
}

async fn time_sheets(
    connection: &mut PgConnection,
    export: &Export,
    after: Uuid,
    limit: i64,
) -> Result<Rows, Error> {
    let mut rows = sqlx::query!(
        "select entry_id, time_sheet_id, worker_id, day, hour_class, minutes, correction, reason
         from claimed_entries
         join time_entries using (entry_id)
         join time_sheets using (time_sheet_id)
         where claim_id = $1 and revision <= $2 and entry_id > $3
         order by entry_id
         limit $4",
        export.claim.as_uuid(),
        export.revision,
        after,
        limit,
    )
    .fetch(connection);
    let (mut cells, mut next) = (Vec::new(), None);
    while let Some(row) = rows.try_next().await? {
        next = Some(Place::After(row.entry_id));
        cells.push(vec![
            Cell::text(row.entry_id.to_string()),
            Cell::text(row.time_sheet_id.to_string()),
            Cell::text(row.worker_id.to_string()),
            Cell::text(row.day.to_jiff().to_string()),
            Cell::text(if row.hour_class == "with_participant" { "met deelnemer" } else { "rond deelnemer" }),
            Cell::count(row.minutes),
            Cell::text(if row.correction { "ja" } else { "nee" }),
            Cell::text(row.reason.unwrap_or_default()),
        ]);
    }
    Ok((cells, next))
}

async fn ledger(
    connection: &mut PgConnection,
    export: &Export,
    after: Uuid,
    limit: i64,
) -> Result<Rows, Error> {
    let mut rows = sqlx::query!(
        "select entry_id, month, component, partner, kind, account, amount_cents, document, reverses, booked_at
         from export_ledger_entries
         join ledger_entries using (entry_id)
         where export_id = $1 and entry_id > $2
         order by entry_id
         limit $3",
        export.id,
        after,
        limit,
    )
    .fetch(connection);
    let (mut cells, mut next) = (Vec::new(), None);
    while let Some(row) = rows.try_next().await? {
        next = Some(Place::After(row.entry_id));
        cells.push(vec![
            Cell::text(row.entry_id.to_string()),
            Cell::text(Month::of(row.month.to_jiff()).to_string()),
            Cell::text(row.component),
            Cell::text(row.partner),
            Cell::text(if row.kind == "staff" { "personeel" } else { "forfait" }),
            Cell::text(row.account),
            Cell::euro(row.amount_cents),
            Cell::text(row.document),
            Cell::text(row.reverses.map(|id| id.to_string()).unwrap_or_default()),
            Cell::text(row.booked_at.to_jiff().to_string()),
        ]);
    }
    Ok((cells, next))
}
