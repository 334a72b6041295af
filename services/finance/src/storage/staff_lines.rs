//! `staff_lines` and `wage_keys`. A wage leaves this file sealed or inside a [`Wage`], which prints nothing.

use chassis::id::WorkerId;
use chassis::vault::{PersonKey, Vault, WrappedKey};
use region::ClosedSet as _;
use region::PartnerKind;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Amount, BudgetId, Hours, LineId, RowKey, StaffLine, Wage, parse_wage};
use crate::error::Error;

/// Where the wage of a line belongs: it opens nowhere else.
fn place(line: Uuid) -> String {
    format!("staff_lines.wage/{line}")
}

fn seal(key: &PersonKey, line: &StaffLine) -> Vec<u8> {
    key.seal(&place(line.id.as_uuid()), &Amount::from(line.wage.expose()).euro().to_string())
}

/// Inserts a line, or puts it in place of the one with the same id. Every write makes a new key: the former wage cannot be read
/// any more, also not from a backup of the line alone.
pub async fn put(
    connection: &mut PgConnection,
    vault: &Vault,
    budget: BudgetId,
    line: &StaffLine,
) -> Result<(), Error> {
    let (key, wrapped) = vault.new_person_key(line.id.as_uuid())?;
    sqlx::query!(
        "insert into staff_lines (line_id, budget_id, row_key, component, partner, partner_kind, worker_id, wage, hours)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::numeric)
         on conflict on constraint staff_lines_pkey do update
         set row_key = excluded.row_key, component = excluded.component, partner = excluded.partner,
             partner_kind = excluded.partner_kind, worker_id = excluded.worker_id, wage = excluded.wage, hours = excluded.hours",
        line.id.as_uuid(),
        budget.as_uuid(),
        line.row.as_str(),
        line.component.as_str(),
        line.partner.as_str(),
        line.partner_kind.as_str(),
        line.worker.map(WorkerId::as_uuid),
        seal(&key, line),
        line.hours.to_string(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into wage_keys (line_id, region_key_id, wrapped) values ($1, $2, $3)
         on conflict on constraint wage_keys_pkey do update
         set region_key_id = excluded.region_key_id, wrapped = excluded.wrapped",
        line.id.as_uuid(),
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes a line; its key goes with it.
pub async fn remove(connection: &mut PgConnection, line: LineId) -> Result<(), Error> {
    let removed = sqlx::query!("delete from staff_lines where line_id = $1", line.as_uuid())
        .execute(connection)
        .await?;
    if removed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("staff_lines", format!("{line} was not removed")))
    }
}

/// The lines of a budget with their wages, in no order.
pub async fn of(
    connection: &mut PgConnection,
    vault: &Vault,
    budget: BudgetId,
) -> Result<Vec<StaffLine>, Error> {
    let rows = sqlx::query!(
        // "!": a not-null column stays so as text.
        r#"select line_id, row_key, component, partner, partner_kind, worker_id, wage, hours::text as "hours!",
                  region_key_id, wrapped
           from staff_lines
           join wage_keys using (line_id)
           where budget_id = $1"#,
        budget.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.line_id;
            let wrong = |what: &str| Error::inconsistent("staff_lines", format!("{id} has another {what}"));
            let wrapped = WrappedKey { region_key_id: row.region_key_id, bytes: row.wrapped };
            let wage = vault.person_key(id, &wrapped)?.open(&place(id), &row.wage)?;
            Ok(StaffLine {
                id: LineId::from_uuid(id),
                row: RowKey::parse(&row.row_key).map_err(|_| wrong("key"))?,
                component: row.component.parse().map_err(|_| wrong("component"))?,
                partner: row.partner.parse().map_err(|_| wrong("partner"))?,
                partner_kind: PartnerKind::from_word(&row.partner_kind).ok_or_else(|| wrong("kind"))?,
                worker: row.worker_id.map(WorkerId::from_uuid),
                wage: Wage::new(parse_wage(&wage).map_err(|_| wrong("wage"))?),
                hours: row
                    .hours
                    .parse()
                    .ok()
                    .and_then(Hours::from_decimal)
                    .ok_or_else(|| wrong("number of hours"))?,
            })
        })
        .collect()
}
