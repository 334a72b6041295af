//! What is known of the term of a programme: sums per year and component, and how its total is read.

use std::collections::BTreeMap;

use chassis::money::Money;
use jiff_sqlx::ToSqlx as _;
use region::ComponentCode;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{ReadingDecision, TermReading, YearFact};
use crate::error::Error;

/// Sums of budgets and claims per year and component: two statements, of which none touches a line. Claims are there only for a
/// purpose that may see them.
pub async fn facts(connection: &mut PgConnection, programme: &str) -> Result<Vec<YearFact>, Error> {
    let mut facts: BTreeMap<(i16, String), YearFact> = BTreeMap::new();
    let budgets = sqlx::query!(
        r#"select year, component,
                  coalesce(sum(staff_cents + flat_rate_cents) filter (where state = 'approved'), 0)::bigint as "approved!",
                  coalesce(sum(staff_cents + flat_rate_cents) filter (where state = 'draft'), 0)::bigint as "drafted!"
         from budgets join budget_totals using (budget_id)
         where programme = $1
         group by year, component"#,
        programme,
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in budgets {
        let fact = of(&mut facts, row.year, row.component)?;
        fact.approved = Money::from_cents(row.approved);
        fact.drafted = Money::from_cents(row.drafted);
    }
    // A claim counts in the quarter in which its period ends. Of its revisions one at most is submitted or accepted.
    let claims = sqlx::query!(
        r#"select extract(year from last_month)::smallint as "year!", extract(quarter from last_month)::integer as "quarter!",
                  component, sum(staff_cents + flat_rate_cents)::bigint as "claimed!"
         from claims join claim_revisions using (claim_id) join claim_totals using (claim_id, revision)
         where programme = $1 and state in ('submitted', 'accepted')
         group by 1, 2, component"#,
        programme,
    )
    .fetch_all(connection)
    .await?;
    for row in claims {
        let fact = of(&mut facts, row.year, row.component)?;
        let place = usize::try_from(row.quarter).unwrap_or_default().saturating_sub(1);
        if let Some(claimed) = fact.claimed.get_mut(place) {
            *claimed = Money::from_cents(row.claimed);
        }
    }
    Ok(facts.into_values().collect())
}

fn of(
    facts: &mut BTreeMap<(i16, String), YearFact>,
    year: i16,
    component: String,
) -> Result<&mut YearFact, Error> {
    let code: ComponentCode = component
        .parse()
        .map_err(|_| Error::inconsistent("budget_totals", "a component has another code".to_owned()))?;
    Ok(facts.entry((year, component)).or_insert(YearFact {
        year,
        component: code,
        approved: Money::ZERO,
        drafted: Money::ZERO,
        claimed: [Money::ZERO; 4],
    }))
}

/// The newest decision about how the total of a programme is read.
pub async fn decision(
    connection: &mut PgConnection,
    programme: &str,
) -> Result<Option<ReadingDecision>, Error> {
    let row = sqlx::query!(
        "select reading, reason, decided_at, decided_by
         from term_readings
         where programme = $1
         order by decided_at desc, term_reading_id desc
         limit 1",
        programme,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let reading = match row.reading.as_deref() {
        None => None,
        Some(word) => Some(TermReading::parse(word).ok_or_else(|| {
            Error::inconsistent("term_readings", "a decision has another reading".to_owned())
        })?),
    };
    Ok(Some(ReadingDecision {
        reading,
        reason: row.reason,
        at: row.decided_at.to_jiff(),
        by: row.decided_by,
    }))
}

/// Writes a decision down.
pub async fn decide(
    connection: &mut PgConnection,
    id: Uuid,
    programme: &str,
    decision: &ReadingDecision,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into term_readings (term_reading_id, programme, reading, reason, decided_at, decided_by)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        programme,
        decision.reading.map(TermReading::as_str),
        decision.reason,
        decision.at.to_sqlx() as _,
        decision.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}
