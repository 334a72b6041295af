//! Rows of a whole generation, over all tables.

use sqlx::PgConnection;

/// Rows that are removed from each table at once: enough to be done soon, few enough to hold no lock for long.
const AT_ONCE: i64 = 5_000;

/// Removes some rows of a generation and says how many; 0 when none are left. Reasons go with their referrals,
/// sources with their budgets.
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
         families as (
            delete from family_facts
            where generation = $1
              and participation_id in (select participation_id from family_facts where generation = $1 limit $2)
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
         ),
         workers as (
            delete from worker_capacities
            where generation = $1
              and worker_id in (select worker_id from worker_capacities where generation = $1 limit $2)
            returning 1
         ),
         matches as (
            delete from match_facts
            where generation = $1
              and match_id in (select match_id from match_facts where generation = $1 limit $2)
            returning 1
         ),
         declined as (
            delete from declined_proposals
            where generation = $1
              and proposal_id in (select proposal_id from declined_proposals where generation = $1 limit $2)
            returning 1
         ),
         trajectories as (
            delete from trajectory_facts
            where generation = $1
              and trajectory_id in (select trajectory_id from trajectory_facts where generation = $1 limit $2)
            returning 1
         ),
         contacts as (
            delete from contact_facts
            where generation = $1
              and contact_id in (select contact_id from contact_facts where generation = $1 limit $2)
            returning 1
         ),
         measures as (
            delete from measure_facts
            where generation = $1
              and measure_id in (select measure_id from measure_facts where generation = $1 limit $2)
            returning 1
         ),
         duties as (
            delete from duty_facts
            where generation = $1
              and duty_id in (select duty_id from duty_facts where generation = $1 limit $2)
            returning 1
         ),
         budgets as (
            delete from approved_budgets
            where generation = $1
              and budget_id in (select budget_id from approved_budgets where generation = $1 limit $2)
            returning 1
         )
         select (select count(*) from facts) + (select count(*) from families) + (select count(*) from admitted) + (select count(*) from erased)
              + (select count(*) from workers) + (select count(*) from matches) + (select count(*) from declined)
              + (select count(*) from trajectories) + (select count(*) from contacts) + (select count(*) from measures)
              + (select count(*) from duties) + (select count(*) from budgets) as "rows!""#,
        generation,
        AT_ONCE,
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(cleared).unwrap_or_default())
}
