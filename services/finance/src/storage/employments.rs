//! `employments`.

use chassis::id::{OrganisationId, WorkerId};
use chassis::page::Cursor;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Employment, EmploymentId, Fte, Period};
use crate::error::Error;

/// A row as it is stored.
struct Row {
    employment_id: Uuid,
    programme: String,
    worker_id: Uuid,
    organisation_id: Uuid,
    partner: String,
    component: String,
    valid_from: jiff_sqlx::Date,
    valid_to: Option<jiff_sqlx::Date>,
    fte_thousandths: Option<i16>,
    version: i64,
    created_at: jiff_sqlx::Timestamp,
    changed_at: jiff_sqlx::Timestamp,
    changed_by: Uuid,
}

/// An employment with when it was written down, and who changed it last and when.
#[derive(Debug, Clone)]
pub struct Found {
    /// The employment.
    pub employment: Employment,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: Uuid,
}

impl Row {
    fn read(self) -> Result<Found, Error> {
        let id = self.employment_id;
        let wrong = |what: &str| Error::inconsistent("employments", format!("{id} has another {what}"));
        let employment = Employment {
            id: EmploymentId::from_uuid(id),
            programme: self.programme.parse().map_err(|_| wrong("programme"))?,
            worker: WorkerId::from_uuid(self.worker_id),
            organisation: OrganisationId::from_uuid(self.organisation_id),
            partner: self.partner.parse().map_err(|_| wrong("partner"))?,
            component: self.component.parse().map_err(|_| wrong("component"))?,
            period: Period {
                from: self.valid_from.to_jiff(),
                to: self.valid_to.map(jiff_sqlx::Date::to_jiff),
            },
            fte: self
                .fte_thousandths
                .map(|part| Fte::from_thousandths(part).ok_or_else(|| wrong("part of a full time")))
                .transpose()?,
            version: self.version,
        };
        Ok(Found {
            employment,
            created_at: self.created_at.to_jiff(),
            changed_at: self.changed_at.to_jiff(),
            changed_by: self.changed_by,
        })
    }
}

/// Inserts an employment.
pub async fn insert(
    connection: &mut PgConnection,
    employment: &Employment,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into employments
            (employment_id, programme, worker_id, organisation_id, partner, component, valid_from, valid_to, fte_thousandths, version,
             created_at, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)",
        employment.id.as_uuid(),
        employment.programme.as_str(),
        employment.worker.as_uuid(),
        employment.organisation.as_uuid(),
        employment.partner.as_str(),
        employment.component.as_str(),
        employment.period.from.to_sqlx() as _,
        employment.period.to.map(ToSqlx::to_sqlx) as _,
        employment.fte.map(Fte::thousandths),
        employment.version,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores what may change of an employment whose person is held.
pub async fn update(
    connection: &mut PgConnection,
    employment: &Employment,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update employments set valid_to = $2, fte_thousandths = $3, version = $4, changed_at = $5, changed_by = $6
         where employment_id = $1 and version = $4::bigint - 1",
        employment.id.as_uuid(),
        employment.period.to.map(ToSqlx::to_sqlx) as _,
        employment.fte.map(Fte::thousandths),
        employment.version,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    // The person is held, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("employments", format!("{} was not updated", employment.id)))
    }
}

/// Reads one employment; `None` when there is none in reach.
pub async fn find(connection: &mut PgConnection, id: EmploymentId) -> Result<Option<Found>, Error> {
    sqlx::query_as!(
        Row,
        r#"select employment_id, programme, worker_id, organisation_id, partner, component,
                  valid_from, valid_to, fte_thousandths, version,
                  created_at, changed_at, changed_by
           from employments
           where employment_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?
    .map(Row::read)
    .transpose()
}

/// The employments of a programme, newest first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    worker: Option<WorkerId>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Found>, Error> {
    sqlx::query_as!(
        Row,
        r#"select employment_id, programme, worker_id, organisation_id, partner, component,
                  valid_from, valid_to, fte_thousandths, version,
                  created_at, changed_at, changed_by
           from employments
           where programme = $1 and ($2::uuid is null or worker_id = $2) and (created_at, employment_id) < ($3, $4)
           order by created_at desc, employment_id desc
           limit $5"#,
        programme,
        worker.map(WorkerId::as_uuid),
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
