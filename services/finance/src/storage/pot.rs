//! `pot_entries` and `pot_contributions`: only ever added to.

use std::collections::BTreeMap;

use chassis::page::Cursor;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    Budget, DecisionSums, FlatRateShares, Money, PotContribution, PotEntry, PotEntryId, PotKind, PotSums,
    Spent,
};
use crate::error::Error;

/// A row as it is stored.
struct Row {
    entry_id: Uuid,
    programme: String,
    year: i16,
    kind: String,
    decision_id: Uuid,
    reverses: Option<Uuid>,
    day: jiff_sqlx::Date,
    organ: Option<String>,
    partner: Option<String>,
    subject: String,
    amount_cents: i64,
    evidence: Option<String>,
    account: Option<String>,
    booked_at: jiff_sqlx::Timestamp,
    booked_by: Uuid,
}

impl Row {
    fn read(self) -> Result<PotEntry, Error> {
        let id = self.entry_id;
        let wrong = |what: &str| Error::inconsistent("pot_entries", format!("{id} has another {what}"));
        let partner = self.partner.map(|code| code.parse().map_err(|_| wrong("partner"))).transpose()?;
        let spent = partner.zip(self.evidence).zip(self.account);
        Ok(PotEntry {
            id: PotEntryId::from_uuid(id),
            programme: self.programme.parse().map_err(|_| wrong("programme"))?,
            year: self.year,
            kind: PotKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == self.kind)
                .ok_or_else(|| wrong("kind"))?,
            decision: PotEntryId::from_uuid(self.decision_id),
            reverses: self.reverses.map(PotEntryId::from_uuid),
            day: self.day.to_jiff(),
            organ: self.organ,
            spent: spent.map(|((partner, evidence), account)| Spent { partner, evidence, account }),
            subject: self.subject,
            amount: Money::from_cents(self.amount_cents),
            booked: (self.booked_at.to_jiff(), self.booked_by),
        })
    }
}

/// Has the pot of a programme and year alone, until the end of the transaction. What is read after it is as the one before left it.
pub async fn hold(connection: &mut PgConnection, programme: &str, year: i16) -> Result<(), sqlx::Error> {
    let key = format!("finance/pot/{programme}/{year}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(connection).await?;
    Ok(())
}

/// Writes what each organisation gives by a budget that is being approved; it is a draft still.
pub async fn contribute(
    connection: &mut PgConnection,
    budget: &Budget,
    shares: &FlatRateShares,
) -> Result<(), Error> {
    for share in &shares.partners {
        sqlx::query!(
            "insert into pot_contributions (budget_id, programme, year, partner, amount_cents)
             values ($1, $2, $3, $4, $5)",
            budget.id().as_uuid(),
            budget.programme().as_str(),
            budget.year(),
            share.partner.as_str(),
            share.shared.cents(),
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Books an entry. A second reversal of one entry is refused by its key.
pub async fn insert(connection: &mut PgConnection, entry: &PotEntry) -> Result<(), Error> {
    let spent = entry.spent.as_ref();
    sqlx::query!(
        "insert into pot_entries (entry_id, programme, year, kind, decision_id, reverses, day, organ, partner, subject, amount_cents,
                                  evidence, account, booked_at, booked_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        entry.id.as_uuid(),
        entry.programme.as_str(),
        entry.year,
        entry.kind.as_str(),
        entry.decision.as_uuid(),
        entry.reverses.map(PotEntryId::as_uuid),
        entry.day.to_sqlx() as _,
        entry.organ,
        spent.map(|spent| spent.partner.as_str()),
        entry.subject,
        entry.amount.cents(),
        spent.map(|spent| spent.evidence.as_str()),
        spent.map(|spent| spent.account.as_str()),
        entry.booked.0.to_sqlx() as _,
        entry.booked.1,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads an entry; `None` when there is none in reach.
pub async fn find(connection: &mut PgConnection, id: PotEntryId) -> Result<Option<PotEntry>, Error> {
    sqlx::query_as!(
        Row,
        "select entry_id, programme, year, kind, decision_id, reverses, day, organ, partner, subject, amount_cents, evidence, account,
                booked_at, booked_by
         from pot_entries
         where entry_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// Whether an entry was reversed.
pub async fn is_reversed(connection: &mut PgConnection, id: PotEntryId) -> Result<bool, Error> {
    let found = sqlx::query!("select entry_id from pot_entries where reverses = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// What was booked in a pot, newest first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    pot: (&str, i16),
    decision: Option<PotEntryId>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<PotEntry>, Error> {
    sqlx::query_as!(
        Row,
        "select entry_id, programme, year, kind, decision_id, reverses, day, organ, partner, subject, amount_cents, evidence, account,
                booked_at, booked_by
         from pot_entries
         where programme = $1 and year = $2 and ($3::uuid is null or decision_id = $3) and (booked_at, entry_id) < ($4, $5)
         order by booked_at desc, entry_id desc
         limit $6",
        pot.0,
        pot.1,
        decision.map(PotEntryId::as_uuid),
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

/// The sums of a pot: one statement, whatever the caller may see of its entries.
pub async fn sums(connection: &mut PgConnection, programme: &str, year: i16) -> Result<PotSums, Error> {
    let rows = sqlx::query!(
        r#"select decision_id, day, organ, subject, contributed_cents as "contributed_cents!", reserved_cents as "reserved_cents!",
                  spent_cents as "spent_cents!", released_cents as "released_cents!", is_closed as "is_closed!"
           from pot_sums($1, $2)
           order by day, decision_id"#,
        programme,
        year,
    )
    .fetch_all(connection)
    .await?;
    let mut sums = PotSums { contributed: Money::ZERO, decisions: Vec::new() };
    for row in rows {
        sums.contributed = sums.contributed.checked_add(Money::from_cents(row.contributed_cents))?;
        let Some((((decision, day), organ), subject)) =
            row.decision_id.zip(row.day).zip(row.organ).zip(row.subject)
        else {
            continue;
        };
        sums.decisions.push(DecisionSums {
            decision: PotEntryId::from_uuid(decision),
            day: day.to_jiff(),
            organ,
            subject,
            reserved: Money::from_cents(row.reserved_cents),
            spent: Money::from_cents(row.spent_cents),
            released: Money::from_cents(row.released_cents),
            is_closed: row.is_closed,
        });
    }
    Ok(sums)
}

/// What organisations give and spent, by their codes, and the budget that holds with the one before it.
#[derive(Debug, Clone)]
pub struct Contributions {
    /// The budget that holds; `None` before one is approved.
    pub budget: Option<Uuid>,
    /// The one that was approved before it.
    pub before: Option<Uuid>,
    /// Each organisation that gives, gave, or spent.
    pub partners: Vec<PotContribution>,
}

/// What each organisation gives and spent: three statements.
pub async fn contributions(
    connection: &mut PgConnection,
    programme: &str,
    year: i16,
) -> Result<Contributions, Error> {
    let budgets =
        sqlx::query_scalar!(r#"select budget_id as "budget_id!" from pot_budgets($1, $2)"#, programme, year,)
            .fetch_all(&mut *connection)
            .await?;
    let (budget, before) = (budgets.first().copied(), budgets.get(1).copied());
    let given = sqlx::query!(
        "select budget_id, partner, amount_cents
         from pot_contributions
         where programme = $1 and year = $2
         order by partner",
        programme,
        year,
    )
    .fetch_all(&mut *connection)
    .await?;
    let spent = sqlx::query!(
        r#"select partner as "partner!", sum(amount_cents)::bigint as "cents!"
           from pot_entries
           where programme = $1 and year = $2 and kind = 'spending'
           group by partner"#,
        programme,
        year,
    )
    .fetch_all(connection)
    .await?;
    let mut partners: BTreeMap<String, (Money, Option<Money>, Money)> = BTreeMap::new();
    let nothing = (Money::ZERO, before.map(|_| Money::ZERO), Money::ZERO);
    for row in given.iter().filter(|row| Some(row.budget_id) == budget || Some(row.budget_id) == before) {
        let one = partners.entry(row.partner.clone()).or_insert(nothing);
        let amount = Money::from_cents(row.amount_cents);
        if Some(row.budget_id) == budget { one.0 = amount } else { one.1 = Some(amount) }
    }
    for row in spent {
        partners.entry(row.partner).or_insert(nothing).2 = Money::from_cents(row.cents);
    }
    let partners = partners
        .into_iter()
        .map(|(partner, (amount, before, spent))| {
            let wrong = |_| Error::inconsistent("pot_contributions", "a code is no partner");
            Ok(PotContribution { partner: partner.parse().map_err(wrong)?, amount, before, spent })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Contributions { budget, before, partners })
}
