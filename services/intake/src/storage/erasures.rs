//! `erasures`: the ledger.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{ErasureGround, PersonId, ReferralState};
use crate::error::Error;

/// When a person was erased, according to the ledger.
pub async fn find(connection: &mut PgConnection, person: PersonId) -> Result<Option<Timestamp>, Error> {
    let at = sqlx::query_scalar!("select erased_at from erasures where person_id = $1", person.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(at.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Writes an erasure into the ledger.
pub async fn insert(
    connection: &mut PgConnection,
    person: PersonId,
    ground: ErasureGround,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into erasures (person_id, ground, erased_at, erased_by) values ($1, $2, $3, $4)",
        person.as_uuid(),
        ground.as_str(),
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Persons in the ledger who have a key: tables older than the ledger were brought back.
pub async fn undone(connection: &mut PgConnection) -> Result<Vec<(PersonId, Timestamp)>, Error> {
    let rows = sqlx::query!(
        "select person_id, erased_at
         from erasures
         join person_keys using (person_id)
         where wrapped is not null"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId::from_uuid(row.person_id), row.erased_at.to_jiff())).collect())
}

/// A person whose referral was closed without an admission.
#[derive(Debug, Clone, Copy)]
pub struct Closed {
    /// Who.
    pub person: PersonId,
    /// When the referral was received.
    pub submitted_at: Timestamp,
    /// When it was withdrawn or refused.
    pub decided_at: Timestamp,
}

/// Persons who are not erased, whose referral to a programme ended in this state, and who have no other that is open or led to
/// an admission; those closed first come first.
pub async fn closed(
    connection: &mut PgConnection,
    programme: &str,
    state: ReferralState,
    limit: usize,
) -> Result<Vec<Closed>, Error> {
    let rows = sqlx::query!(
        "select person_id, submitted_at, decided_at
         from referrals
         join decisions using (referral_id)
         join person_keys using (person_id)
         where programme = $1 and state = $2 and wrapped is not null
           and not exists (
               select from referrals as other
               where other.person_id = referrals.person_id and other.state in ('submitted', 'screened', 'admitted'))
         order by least(submitted_at, decided_at)
         limit $3",
        programme,
        state.as_str(),
        i64::try_from(limit).unwrap_or(i64::MAX),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Closed {
            person: PersonId::from_uuid(row.person_id),
            submitted_at: row.submitted_at.to_jiff(),
            decided_at: row.decided_at.to_jiff(),
        })
        .collect())
}
