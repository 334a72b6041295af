//! Rows of a whole generation, over all tables.

use sqlx::PgConnection;

/// Rows that are removed from each table at once: enough to be done soon, few enough to hold no lock for long.
const AT_ONCE: i64 = 5_000;

/// Removes some rows of a generation and says how many; 0 when none are left. Reasons go with their referrals.
pub(crate) async fn clear_generation(
    connection: &mut PgConnection,
    generation: i64,
) -> Result<u64, sqlx::Error> {
    let cleared = sqlx::query_scalar!(
        // "!": a sum of counts is never null.
        r#"with facts as (
            delete from referral_facts
            where generation = $1
              and referral_id in (select referral_id from referral_facts where generation = $1 limit $2)
            returning 1
         ),
         admitted as (
            delete from admissions
            where generation = $1
              and referral_id in (select referral_id from admissions where generation = $1 limit $2)
            returning 1
         ),
         erased as (
            delete from erased_persons
            where generation = $1
              and person_id in (select person_id from erased_persons where generation = $1 limit $2)
            returning 1
         )
         select (select count(*) from facts) + (select count(*) from admitted) + (select count(*) from erased) as "rows!""#,
        generation,
        AT_ONCE,
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(cleared).unwrap_or_default())
}
