//! `ledger_entries`: only ever added to.

use std::collections::BTreeMap;

use chassis::money::Money;
use chassis::page::Cursor;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{ClaimPeriod, LedgerEntry, LedgerEntryId, LedgerKey, LedgerKind, Month};
use crate::error::Error;

/// A row as it is stored.
struct Row {
    entry_id: Uuid,
    programme: String,
    month: jiff_sqlx::Date,
    component: String,
    partner: String,
    kind: String,
    account: String,
    amount_cents: i64,
    document: String,
    reverses: Option<Uuid>,
    booked_at: jiff_sqlx::Timestamp,
    booked_by: Uuid,
}

fn read_kind(id: Uuid, word: &str) -> Result<LedgerKind, Error> {
    LedgerKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| Error::inconsistent("ledger_entries", format!("{id} has another kind")))
}

impl Row {
    fn read(self) -> Result<LedgerEntry, Error> {
        let id = self.entry_id;
        let wrong = |what: &str| Error::inconsistent("ledger_entries", format!("{id} has another {what}"));
        Ok(LedgerEntry {
            id: LedgerEntryId::from_uuid(id),
            programme: self.programme.parse().map_err(|_| wrong("programme"))?,
            month: Month::of(self.month.to_jiff()),
            component: self.component.parse().map_err(|_| wrong("component"))?,
            partner: self.partner.parse().map_err(|_| wrong("partner"))?,
            kind: read_kind(id, &self.kind)?,
            account: self.account,
            amount: Money::from_cents(self.amount_cents),
            document: self.document,
            reverses: self.reverses.map(LedgerEntryId::from_uuid),
            booked: (self.booked_at.to_jiff(), self.booked_by),
        })
    }
}

/// Books an entry. A second reversal of one entry is refused by its key.
pub async fn insert(connection: &mut PgConnection, entry: &LedgerEntry) -> Result<(), Error> {
    sqlx::query!(
        "insert into ledger_entries (entry_id, programme, month, component, partner, kind, account, amount_cents, document, reverses,
                                     booked_at, booked_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        entry.id.as_uuid(),
        entry.programme.as_str(),
        entry.month.first_day().to_sqlx() as _,
        entry.component.as_str(),
        entry.partner.as_str(),
        entry.kind.as_str(),
        entry.account,
        entry.amount.cents(),
        entry.document,
        entry.reverses.map(LedgerEntryId::as_uuid),
        entry.booked.0.to_sqlx() as _,
        entry.booked.1,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads an entry; `None` when there is none in reach.
pub async fn find(connection: &mut PgConnection, id: LedgerEntryId) -> Result<Option<LedgerEntry>, Error> {
    sqlx::query_as!(
        Row,
        "select entry_id, programme, month, component, partner, kind, account, amount_cents, document, reverses, booked_at, booked_by
         from ledger_entries
         where entry_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// What was booked for a programme, newest first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    month: Option<Month>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<LedgerEntry>, Error> {
    sqlx::query_as!(
        Row,
        "select entry_id, programme, month, component, partner, kind, account, amount_cents, document, reverses, booked_at, booked_by
         from ledger_entries
         where programme = $1 and ($2::date is null or month = $2) and (booked_at, entry_id) < ($3, $4)
         order by booked_at desc, entry_id desc
         limit $5",
        programme,
        month.map(|month| month.first_day().to_sqlx()) as _,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// What was booked for the months of a claim, by the keys of a reconciliation.
pub async fn booked(
    connection: &mut PgConnection,
    programme: &str,
    period: ClaimPeriod,
) -> Result<BTreeMap<LedgerKey, Money>, Error> {
    let rows = sqlx::query!(
        r#"select kind, component, case when kind = 'staff' then partner end as partner,
                  case when kind = 'staff' then month end as month, sum(amount_cents)::bigint as "cents!"
           from ledger_entries
           where programme = $1 and month between $2 and $3
           group by 1, 2, 3, 4"#,
        programme,
        period.first.first_day().to_sqlx() as _,
        period.last.first_day().to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = || Error::inconsistent("ledger_entries", "a code is another");
            let kind = read_kind(Uuid::nil(), &row.kind)?;
            let component = row.component.parse().map_err(|_| wrong())?;
            let partner = row.partner.map(|code| code.parse().map_err(|_| wrong())).transpose()?;
            let month = row.month.map(|month| Month::of(month.to_jiff()));
            Ok(((kind, component, partner, month), Money::from_cents(row.cents)))
        })
        .collect()
}
