//! `waiting`: who was admitted, and who of them waits.

use chassis::page::Cursor;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::read;
use crate::domain::{Admission, EpisodeId, ParticipationId, PersonId};
use crate::error::Error;

struct Row {
    episode_id: Uuid,
    participation_id: Uuid,
    person_id: Uuid,
    programme: String,
    municipality_nis: String,
    referred_at: jiff_sqlx::Timestamp,
    admitted_at: jiff_sqlx::Timestamp,
    re_entry: bool,
}

impl TryFrom<Row> for Admission {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            participation: ParticipationId::from_uuid(row.participation_id),
            episode: EpisodeId::from_uuid(row.episode_id),
            person: PersonId::from_uuid(row.person_id),
            programme: read::parse("waiting", "programme", row.episode_id, &row.programme)?,
            municipality: row.municipality_nis,
            referred_at: row.referred_at.to_jiff(),
            admitted_at: row.admitted_at.to_jiff(),
            re_entry: row.re_entry,
        })
    }
}

/// Stores an admission; nothing when the episode is known.
pub async fn insert(connection: &mut PgConnection, admission: &Admission) -> Result<(), Error> {
    sqlx::query!(
        "insert into waiting
            (episode_id, participation_id, person_id, programme, municipality_nis, referred_at, admitted_at, re_entry)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint waiting_pkey do nothing",
        admission.episode.as_uuid(),
        admission.participation.as_uuid(),
        admission.person.as_uuid(),
        admission.programme.as_str(),
        admission.municipality,
        admission.referred_at.to_sqlx() as _,
        admission.admitted_at.to_sqlx() as _,
        admission.re_entry,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The episode of a participation that waits; `None` when none does in reach.
pub async fn find(
    connection: &mut PgConnection,
    participation: ParticipationId,
) -> Result<Option<Admission>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select episode_id, participation_id, person_id, programme, municipality_nis, referred_at, admitted_at, re_entry
         from waiting
         where participation_id = $1 and matched_at is null and closed_at is null
         order by admitted_at desc
         limit 1",
        participation.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// An episode that is locked until the end of the transaction.
#[derive(Debug)]
pub struct Locked {
    /// The admission.
    pub admission: Admission,
    /// Whether it waits: neither matched nor closed.
    pub waits: bool,
}

/// Locks an episode; `None` when there is none in reach, or the person was erased.
pub async fn lock(connection: &mut PgConnection, episode: EpisodeId) -> Result<Option<Locked>, Error> {
    let row = sqlx::query!(
        r#"select episode_id, participation_id, person_id, programme, municipality_nis, referred_at, admitted_at, re_entry,
                  (matched_at is null and closed_at is null) as "waits!"
           from waiting
           where episode_id = $1
           for update"#,
        episode.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let waits = row.waits;
        let row = Row {
            episode_id: row.episode_id,
            participation_id: row.participation_id,
            person_id: row.person_id,
            programme: row.programme,
            municipality_nis: row.municipality_nis,
            referred_at: row.referred_at,
            admitted_at: row.admitted_at,
            re_entry: row.re_entry,
        };
        Ok(Locked { admission: row.try_into()?, waits })
    })
    .transpose()
}

/// Remembers since when an episode has a match that runs; `None` lets it wait again.
pub async fn set_matched(
    connection: &mut PgConnection,
    episode: EpisodeId,
    at: Option<Timestamp>,
) -> Result<(), Error> {
    sqlx::query!(
        "update waiting set matched_at = $2 where episode_id = $1",
        episode.as_uuid(),
        at.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Remembers when the trajectory of an episode closed.
pub async fn set_closed(
    connection: &mut PgConnection,
    episode: EpisodeId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update waiting set closed_at = $2 where episode_id = $1 and closed_at is null",
        episode.as_uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Who waits in a programme, referred first first, after a cursor. One statement.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Admission>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "select episode_id, participation_id, person_id, programme, municipality_nis, referred_at, admitted_at, re_entry
         from waiting
         where programme = $1 and matched_at is null and closed_at is null and (referred_at, episode_id) > ($2, $3)
         order by referred_at, episode_id
         limit $4",
        programme,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}
