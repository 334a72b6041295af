//! Tables `referral_facts` and `referral_reasons`.
//!
//! Every update names the event's sequence and changes nothing when the row has seen it, or when the referral has ended; the
//! number of rows changed says which. The caller finds out why with [`find_fact`].

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::{ReferralId, Refusal, Screening, Submission, Withdrawal};

/// What a row says about whether a further event fits.
#[derive(Debug)]
pub(crate) struct FactRow {
    /// Sequence of the newest event in it.
    pub(crate) referral_sequence: i64,
    /// State by the events of the referral alone.
    pub(crate) state: String,
    /// Programme.
    pub(crate) programme: String,
}

/// Inserts a referral with its reasons; one that is there stays as it is. A person who was erased is not named.
pub(crate) async fn insert_fact(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    submission: &Submission,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with fact as (
            insert into referral_facts
                (generation, referral_id, referral_sequence, person_id, programme, programme_version, channel,
                 municipality_nis, submitted_at)
            select $1, $2, $3,
                   case when exists (
                       select 1 from erased_persons where erased_persons.generation = $1 and erased_persons.person_id = $4
                   ) then null else $4 end,
                   $5, $6, $7, $8, $9
            on conflict on constraint referral_facts_pkey do nothing
            returning generation, referral_id, programme
         )
         insert into referral_reasons (generation, referral_id, reason, programme)
         select fact.generation, fact.referral_id, reason.code, fact.programme
         from fact
         cross join unnest($10::text[]) as reason (code)",
        generation,
        submission.referral.as_uuid(),
        sequence,
        submission.person.as_uuid(),
        submission.programme,
        submission.programme_version,
        submission.channel,
        submission.municipality_nis,
        submission.at.to_sqlx() as _,
        &submission.reasons,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records a screening; a later one replaces it.
pub(crate) async fn record_screening(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    screening: &Screening,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update referral_facts
         set referral_sequence = $3, screening_outcome = $4, screened_at = $5
         where generation = $1
           and referral_id = $2
           and referral_sequence < $3
           and refused_at is null
           and withdrawn_at is null",
        generation,
        screening.referral.as_uuid(),
        sequence,
        screening.outcome.as_str(),
        screening.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Records a refusal of a referral that was not decided on.
pub(crate) async fn record_refusal(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    refusal: &Refusal,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update referral_facts
         set referral_sequence = $3, refusal_reason = $4, alternative_named = $5, reply_until = $6, refused_at = $7
         where generation = $1
           and referral_id = $2
           and referral_sequence < $3
           and refused_at is null
           and withdrawn_at is null
           and not exists (
               select 1 from admissions where admissions.generation = $1 and admissions.referral_id = $2
           )",
        generation,
        refusal.referral.as_uuid(),
        sequence,
        refusal.reason,
        refusal.alternative_named,
        refusal.reply_until.to_sqlx() as _,
        refusal.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Records a withdrawal of a referral that was not decided on.
pub(crate) async fn record_withdrawal(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    withdrawal: &Withdrawal,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update referral_facts
         set referral_sequence = $3, withdrawal_reason = $4, withdrawn_at = $5
         where generation = $1
           and referral_id = $2
           and referral_sequence < $3
           and refused_at is null
           and withdrawn_at is null
           and not exists (
               select 1 from admissions where admissions.generation = $1 and admissions.referral_id = $2
           )",
        generation,
        withdrawal.referral.as_uuid(),
        sequence,
        withdrawal.reason,
        withdrawal.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Reads what decides whether an event fits.
pub(crate) async fn find_fact(
    connection: &mut PgConnection,
    generation: i64,
    referral: ReferralId,
) -> Result<Option<FactRow>, sqlx::Error> {
    sqlx::query_as!(
        FactRow,
        // "!": a generated column that is declared not null, which sqlx does not see.
        r#"select referral_sequence, state as "state!", programme
           from referral_facts
           where generation = $1 and referral_id = $2"#,
        generation,
        referral.as_uuid(),
    )
    .fetch_optional(connection)
    .await
}

/// Removes what was built from some referrals, with their reasons.
pub(crate) async fn forget_referrals(
    connection: &mut PgConnection,
    generation: i64,
    referrals: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from referral_facts where generation = $1 and referral_id = any($2)",
        generation,
        referrals,
    )
    .execute(connection)
    .await?;
    Ok(())
}
