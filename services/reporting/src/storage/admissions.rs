//! Table `admissions`: episodes, from the referral that led to each to its end.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::{Admission, EpisodeEnd, ReferralId};

/// Who a referral was admitted as.
#[derive(Debug)]
pub(crate) struct AdmissionRow {
    /// Participation.
    pub(crate) participation_id: Uuid,
    /// Episode.
    pub(crate) episode_id: Uuid,
}

/// Inserts the admission of a referral that is known, runs in the same programme, and neither ended nor led to an admission
/// before. Changes nothing otherwise.
pub(crate) async fn insert_admission(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    admission: &Admission,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into admissions
            (generation, referral_id, participation_id, participation_sequence, episode_id, programme, programme_version,
             admitted_at, referred_at, re_entry)
         select fact.generation, fact.referral_id, $3, $4, $5, fact.programme, $7, $8, $9, $10
         from referral_facts as fact
         where fact.generation = $1
           and fact.referral_id = $2
           and fact.programme = $6
           and fact.refused_at is null
           and fact.withdrawn_at is null
         on conflict on constraint admissions_pkey do nothing",
        generation,
        admission.referral.as_uuid(),
        admission.participation.as_uuid(),
        sequence,
        admission.episode.as_uuid(),
        admission.programme,
        admission.programme_version,
        admission.at.to_sqlx() as _,
        admission.referred_at.to_sqlx() as _,
        admission.re_entry,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Inserts an admission that was applied once before, into a generation that is being built. Gives false when the generation
/// is the one readers see.
///
/// The inbox is replayed in the order of its rows. A referral that was forgotten and told again stands in it behind the
/// admission it led to; the admission must not wait for it, because it was checked when it came.
pub(crate) async fn insert_replayed_admission(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    admission: &Admission,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into admissions
            (generation, referral_id, participation_id, participation_sequence, episode_id, programme, programme_version,
             admitted_at, referred_at, re_entry)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         from chassis.projection_generations
         where active_generation <> $1",
        generation,
        admission.referral.as_uuid(),
        admission.participation.as_uuid(),
        sequence,
        admission.episode.as_uuid(),
        admission.programme,
        admission.programme_version,
        admission.at.to_sqlx() as _,
        admission.referred_at.to_sqlx() as _,
        admission.re_entry,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Reads the admission a referral led to.
pub(crate) async fn find_admission(
    connection: &mut PgConnection,
    generation: i64,
    referral: ReferralId,
) -> Result<Option<AdmissionRow>, sqlx::Error> {
    sqlx::query_as!(
        AdmissionRow,
        "select participation_id, episode_id from admissions where generation = $1 and referral_id = $2",
        generation,
        referral.as_uuid(),
    )
    .fetch_optional(connection)
    .await
}

/// Records the end of an episode that runs.
pub(crate) async fn record_episode_end(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    end: &EpisodeEnd,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update admissions
         set participation_sequence = $4, ended_on = $5, ended_at = $6
         where generation = $1
           and participation_id = $2
           and episode_id = $3
           and participation_sequence < $4
           and ended_at is null",
        generation,
        end.participation.as_uuid(),
        end.episode.as_uuid(),
        sequence,
        end.ended_on.to_sqlx() as _,
        end.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Reads the sequence of the newest event in an episode.
pub(crate) async fn find_episode(
    connection: &mut PgConnection,
    generation: i64,
    end: &EpisodeEnd,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select participation_sequence
         from admissions
         where generation = $1 and participation_id = $2 and episode_id = $3",
        generation,
        end.participation.as_uuid(),
        end.episode.as_uuid(),
    )
    .fetch_optional(connection)
    .await
}

/// Removes what was built from some participations: their referrals count as not admitted again.
pub(crate) async fn forget_participations(
    connection: &mut PgConnection,
    generation: i64,
    participations: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from admissions where generation = $1 and participation_id = any($2)",
        generation,
        participations,
    )
    .execute(connection)
    .await?;
    Ok(())
}
