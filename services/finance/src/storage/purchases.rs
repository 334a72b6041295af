//! `purchases`: only ever added to.

use chassis::money::Money;
use chassis::page::Cursor;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::KboNumber;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Planned, Purchase, PurchaseId};
use crate::error::Error;

/// A row as it is stored.
struct Row {
    purchase_id: Uuid,
    programme: String,
    category: String,
    supplier_kbo: String,
    partner: String,
    bought_on: jiff_sqlx::Date,
    amount_cents: i64,
    text: String,
    evidence: Option<String>,
    reverses: Option<Uuid>,
    recorded_at: jiff_sqlx::Timestamp,
    recorded_by: Uuid,
}

impl Row {
    fn read(self) -> Result<Purchase, Error> {
        let id = self.purchase_id;
        let wrong = |what: &str| Error::inconsistent("purchases", format!("{id} has another {what}"));
        Ok(Purchase {
            id: PurchaseId::from_uuid(id),
            programme: self.programme.parse().map_err(|_| wrong("programme"))?,
            category: self.category,
            supplier: KboNumber::parse(&self.supplier_kbo).map_err(|_| wrong("supplier"))?,
            partner: self.partner.parse().map_err(|_| wrong("partner"))?,
            day: self.bought_on.to_jiff(),
            amount: Money::from_cents(self.amount_cents),
            text: self.text,
            evidence: self.evidence,
            reverses: self.reverses.map(PurchaseId::from_uuid),
            recorded: (self.recorded_at.to_jiff(), self.recorded_by),
        })
    }
}

/// Records a purchase. A second reversal of one is refused by its key.
pub async fn insert(connection: &mut PgConnection, purchase: &Purchase) -> Result<(), Error> {
    sqlx::query!(
        "insert into purchases (purchase_id, programme, category, supplier_kbo, partner, bought_on, amount_cents, text, evidence,
                                reverses, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        purchase.id.as_uuid(),
        purchase.programme.as_str(),
        purchase.category,
        purchase.supplier.to_string(),
        purchase.partner.as_str(),
        purchase.day.to_sqlx() as _,
        purchase.amount.cents(),
        purchase.text,
        purchase.evidence,
        purchase.reverses.map(PurchaseId::as_uuid),
        purchase.recorded.0.to_sqlx() as _,
        purchase.recorded.1,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads a purchase; `None` when there is none in reach.
pub async fn find(connection: &mut PgConnection, id: PurchaseId) -> Result<Option<Purchase>, Error> {
    sqlx::query_as!(
        Row,
        "select purchase_id, programme, category, supplier_kbo, partner, bought_on, amount_cents, text, evidence, reverses,
                recorded_at, recorded_by
         from purchases
         where purchase_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// Purchases that stand, of the category or the supplier of a planned one, between two days (the second excluded), over all
/// partners.
pub async fn alike(
    connection: &mut PgConnection,
    programme: &str,
    planned: &Planned,
    (from, to): (Date, Date),
) -> Result<Vec<Purchase>, Error> {
    sqlx::query_as!(
        Row,
        "select purchase_id, programme, category, supplier_kbo, partner, bought_on, amount_cents, text, evidence, reverses,
                recorded_at, recorded_by
         from purchases
         where programme = $1 and bought_on >= $2 and bought_on < $3 and (category = $4 or supplier_kbo = $5) and reverses is null
           and not exists (select from purchases as counter where counter.reverses = purchases.purchase_id)
         order by bought_on, purchase_id",
        programme,
        from.to_sqlx() as _,
        to.to_sqlx() as _,
        planned.category,
        planned.supplier.to_string(),
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}

/// The purchases of a programme, newest recorded first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Purchase>, Error> {
    sqlx::query_as!(
        Row,
        "select purchase_id, programme, category, supplier_kbo, partner, bought_on, amount_cents, text, evidence, reverses,
                recorded_at, recorded_by
         from purchases
         where programme = $1 and (recorded_at, purchase_id) < ($2, $3)
         order by recorded_at desc, purchase_id desc
         limit $4",
        programme,
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
