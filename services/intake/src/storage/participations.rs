//! `participations` and `episodes`.

use chassis::database::DatabaseError;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::ProgrammeCode;
use sqlx::PgConnection;

use crate::domain::{Episode, EpisodeId, Participation, ParticipationId, PersonId, ReferralId};
use crate::error::Error;

/// The participation that a person has in a programme.
pub async fn find(
    connection: &mut PgConnection,
    person: PersonId,
    programme: &ProgrammeCode,
) -> Result<Option<ParticipationId>, Error> {
    let id = sqlx::query_scalar!(
        "select participation_id from participations where person_id = $1 and programme = $2",
        person.as_uuid(),
        programme.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(ParticipationId::from_uuid))
}

/// Stores a participation, unless it is known, and its new episode. A second open episode violates a constraint.
pub async fn insert(
    connection: &mut PgConnection,
    participation: &Participation,
    episode: &Episode,
    began_at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into participations (participation_id, person_id, programme) values ($1, $2, $3)
         on conflict (participation_id) do nothing",
        participation.id().as_uuid(),
        participation.person().as_uuid(),
        participation.programme().as_str(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into episodes (episode_id, participation_id, referral_id, began_at) values ($1, $2, $3, $4)",
        episode.id.as_uuid(),
        episode.participation.as_uuid(),
        episode.referral.as_uuid(),
        began_at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A participation that a referral led to.
#[derive(Debug, Clone)]
pub struct Led {
    /// Participation.
    pub participation: ParticipationId,
    /// Who takes part.
    pub person: PersonId,
    /// In what.
    pub programme: String,
}

/// The participation that a referral led to, unless its person was erased.
pub async fn led_to(connection: &mut PgConnection, referral: ReferralId) -> Result<Option<Led>, Error> {
    let row = sqlx::query!(
        "select participation_id, person_id, programme
         from episodes
         join participations using (participation_id)
         join person_keys using (person_id)
         where referral_id = $1 and wrapped is not null",
        referral.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Led {
        participation: ParticipationId::from_uuid(row.participation_id),
        person: PersonId::from_uuid(row.person_id),
        programme: row.programme,
    }))
}

/// Ends an open episode; false when there is none. Business time may have been set back: an episode ends after it began.
pub async fn end_episode(
    connection: &mut PgConnection,
    participation: ParticipationId,
    episode: EpisodeId,
    last_day: Date,
    at: Timestamp,
) -> Result<bool, DatabaseError> {
    let ended = sqlx::query!(
        "update episodes set ended_at = greatest(began_at, $4), ended_on = $3
         where episode_id = $1 and participation_id = $2 and ended_at is null",
        episode.as_uuid(),
        participation.as_uuid(),
        last_day.to_sqlx() as _,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() > 0)
}
