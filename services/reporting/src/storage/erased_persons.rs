//! Table `erased_persons`, and the person ids it takes out of the facts.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::Erasure;

/// Remembers that a person was erased, and takes the person's id out of every referral. The referrals keep counting.
pub(crate) async fn record_erasure(
    connection: &mut PgConnection,
    generation: i64,
    erasure: &Erasure,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with erased as (
            insert into erased_persons (generation, person_id, erased_at)
            values ($1, $2, $3)
            on conflict on constraint erased_persons_pkey do nothing
         )
         update referral_facts set person_id = null where generation = $1 and person_id = $2",
        generation,
        erasure.person.as_uuid(),
        erasure.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets that some persons were erased. The ids that were taken out come back with the referrals' own events only.
pub(crate) async fn forget_persons(
    connection: &mut PgConnection,
    generation: i64,
    persons: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from erased_persons where generation = $1 and person_id = any($2)",
        generation,
        persons,
    )
    .execute(connection)
    .await?;
    Ok(())
}
