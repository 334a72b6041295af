//! Table `referral_facts`.
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

/// Inserts referrals with their reasons, each with the sequence of its event; one that is there stays as it is. A person who
/// was erased is not named.
pub(crate) async fn insert_facts(
    connection: &mut PgConnection,
    generation: i64,
    submissions: &[(i64, Submission)],
) -> Result<(), sqlx::Error> {
    let each = |field: fn(&Submission) -> &str| -> Vec<&str> {
        submissions.iter().map(|(_, submission)| field(submission)).collect()
    };
    let referrals: Vec<Uuid> = submissions.iter().map(|(_, each)| each.referral.as_uuid()).collect();
    let sequences: Vec<i64> = submissions.iter().map(|(sequence, _)| *sequence).collect();
    let persons: Vec<Uuid> = submissions.iter().map(|(_, each)| each.person.as_uuid()).collect();
    let times: Vec<jiff_sqlx::Timestamp> = submissions.iter().map(|(_, each)| each.at.to_sqlx()).collect();
    // An array per row cannot be unnested; codes hold no comma.
    let reasons: Vec<String> = submissions.iter().map(|(_, each)| each.reasons.join(",")).collect();
    sqlx::query!(
        "insert into referral_facts
            (generation, referral_id, referral_sequence, person_id, programme, programme_version, channel,
             municipality_nis, submitted_at, reasons)
         select $1, given.referral_id, given.sequence,
                case when exists (
                    select 1 from erased_persons
                    where erased_persons.generation = $1 and erased_persons.person_id = given.person_id
                ) then null else given.person_id end,
                given.programme, given.programme_version, given.channel, given.municipality_nis, given.submitted_at,
                string_to_array(given.reasons, ',')
         from unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::timestamptz[], $10::text[])
              as given (referral_id, sequence, person_id, programme, programme_version, channel, municipality_nis,
                        submitted_at, reasons)
         on conflict on constraint referral_facts_pkey do nothing",
        generation,
        &referrals,
        &sequences,
        &persons,
        &each(|submission| &submission.programme) as _,
        &each(|submission| &submission.programme_version) as _,
        &each(|submission| &submission.channel) as _,
        &each(|submission| &submission.municipality_nis) as _,
        &times as _,
        &reasons,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records screenings, each with the sequence of its event; a later one replaces it. Gives how many were recorded.
pub(crate) async fn record_screenings(
    connection: &mut PgConnection,
    generation: i64,
    screenings: &[(i64, Screening)],
) -> Result<usize, sqlx::Error> {
    let referrals: Vec<Uuid> = screenings.iter().map(|(_, each)| each.referral.as_uuid()).collect();
    let sequences: Vec<i64> = screenings.iter().map(|(sequence, _)| *sequence).collect();
    let outcomes: Vec<&str> = screenings.iter().map(|(_, each)| each.outcome.as_str()).collect();
    let times: Vec<jiff_sqlx::Timestamp> = screenings.iter().map(|(_, each)| each.at.to_sqlx()).collect();
    let changed = sqlx::query!(
        "update referral_facts
         set referral_sequence = given.sequence, screening_outcome = given.outcome, screened_at = given.screened_at
         from unnest($2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[])
              as given (referral_id, sequence, outcome, screened_at)
         where referral_facts.generation = $1
           and referral_facts.referral_id = given.referral_id
           and referral_facts.referral_sequence < given.sequence
           and referral_facts.refused_at is null
           and referral_facts.withdrawn_at is null",
        generation,
        &referrals,
        &sequences,
        &outcomes as _,
        &times as _,
    )
    .execute(connection)
    .await?;
    Ok(usize::try_from(changed.rows_affected()).unwrap_or(usize::MAX))
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

/// Removes what was built from some referrals.
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
