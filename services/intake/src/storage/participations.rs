//! `participations` and `episodes`.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use region::ProgrammeCode;
use sqlx::PgConnection;

use crate::domain::{Episode, Participation, ParticipationId, PersonId};
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
