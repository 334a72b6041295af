//! `wages` and `employment_wage_keys`. A wage leaves this file sealed or inside a [`Wage`], which prints nothing.

use chassis::vault::{Vault, WrappedKey};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Amount, EmploymentId, Period, Wage, WageBasis, WageId, WagePeriod, parse_wage};
use crate::error::Error;

/// Where a wage belongs: it opens nowhere else.
fn place(wage: Uuid) -> String {
    format!("wages.amount/{wage}")
}

/// Inserts a wage, or puts it in place of the one with the same id. Every write makes a new key.
pub async fn put(
    connection: &mut PgConnection,
    vault: &Vault,
    employment: EmploymentId,
    wage: &WagePeriod,
) -> Result<(), Error> {
    let id = wage.id.as_uuid();
    let (key, wrapped) = vault.new_person_key(id)?;
    let sealed = key.seal(&place(id), &Amount::from(wage.wage.expose()).euro().to_string());
    sqlx::query!(
        "insert into wages (wage_id, employment_id, valid_from, valid_to, basis, amount) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint wages_pkey do update
         set valid_from = excluded.valid_from, valid_to = excluded.valid_to, basis = excluded.basis, amount = excluded.amount",
        id,
        employment.as_uuid(),
        wage.period.from.to_sqlx() as _,
        wage.period.to.map(ToSqlx::to_sqlx) as _,
        wage.basis.as_str(),
        sealed,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into employment_wage_keys (wage_id, region_key_id, wrapped) values ($1, $2, $3)
         on conflict on constraint employment_wage_keys_pkey do update
         set region_key_id = excluded.region_key_id, wrapped = excluded.wrapped",
        id,
        wrapped.region_key_id,
        wrapped.bytes,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes a wage; its key goes with it.
pub async fn remove(connection: &mut PgConnection, wage: WageId) -> Result<(), Error> {
    let removed =
        sqlx::query!("delete from wages where wage_id = $1", wage.as_uuid()).execute(connection).await?;
    if removed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("wages", format!("{wage} was not removed")))
    }
}

/// The wages of some employments, by employment and first day.
pub async fn of(
    connection: &mut PgConnection,
    vault: &Vault,
    employments: &[Uuid],
) -> Result<Vec<(EmploymentId, WagePeriod)>, Error> {
    let rows = sqlx::query!(
        "select wage_id, employment_id, valid_from, valid_to, basis, amount, region_key_id, wrapped
         from wages
         join employment_wage_keys using (wage_id)
         where employment_id = any ($1)
         order by employment_id, valid_from",
        employments,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = row.wage_id;
            let wrong = |what: &str| Error::inconsistent("wages", format!("{id} has another {what}"));
            let wrapped = WrappedKey { region_key_id: row.region_key_id, bytes: row.wrapped };
            let amount = vault.person_key(id, &wrapped)?.open(&place(id), &row.amount)?;
            let basis = WageBasis::ALL.into_iter().find(|basis| basis.as_str() == row.basis);
            let wage = WagePeriod {
                id: WageId::from_uuid(id),
                period: Period {
                    from: row.valid_from.to_jiff(),
                    to: row.valid_to.map(jiff_sqlx::Date::to_jiff),
                },
                basis: basis.ok_or_else(|| wrong("basis"))?,
                wage: Wage::new(parse_wage(&amount).map_err(|_| wrong("amount"))?),
            };
            Ok((EmploymentId::from_uuid(row.employment_id), wage))
        })
        .collect()
}
