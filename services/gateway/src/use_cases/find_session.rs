//! Who a session cookie belongs to, and what they may do today.

use std::str::FromStr as _;

use chassis::caller::{Caller, Mandate, Principal, role_from_name, scope_from_name};
use chassis::database::{DatabaseError, LookUp};
use jiff::civil::Date;
use sqlx::PgConnection;

use crate::storage::sessions::{self, Limits, Row};

/// A request came with a session cookie.
#[derive(Debug)]
pub struct FindSession {
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
    /// Today in the region.
    pub today: Date,
    /// Which sessions count.
    pub limits: Limits,
}

impl LookUp for FindSession {
    const NAME: &'static str = "find_session";
    /// The worker with the mandates that count today; `None` when there is no such session.
    type Outcome = Option<Caller>;

    async fn execute(&self, connection: &mut PgConnection) -> Result<Option<Caller>, DatabaseError> {
        let rows = sessions::find(connection, &self.hash, self.today, &self.limits).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let (worker, organisation) = (first.worker_id, first.organisation_id);
        let mandates =
            rows.into_iter().filter_map(|row| to_mandate(row).transpose()).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Caller {
            principal: Principal::Worker,
            worker: Some(worker),
            organisation: Some(organisation),
            mandates,
        }))
    }
}

fn to_mandate(row: Row) -> Result<Option<Mandate>, DatabaseError> {
    let (Some(id), Some(role), Some(scope), Some(valid_from)) =
        (row.mandate_id, row.role, row.scope, row.valid_from)
    else {
        return Ok(None);
    };
    let inconsistent =
        |what: &str| DatabaseError::Inconsistent { table: "mandates", what: format!("{what} of {id}") };
    if let Some(programme) = &row.programme {
        region::ProgrammeCode::from_str(programme).map_err(|_| inconsistent("the programme"))?;
    }
    Ok(Some(Mandate {
        id,
        role: role_from_name(&role).ok_or_else(|| inconsistent("the role"))?,
        programme: row.programme,
        scope: scope_from_name(&scope).ok_or_else(|| inconsistent("the scope"))?,
        valid_from: valid_from.to_jiff(),
        valid_to: row.valid_to.map(jiff_sqlx::Date::to_jiff),
    }))
}
