//! `matches`: how one begins, is locked and ends.

use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{place, read};
use crate::domain::text::Reason;
use crate::domain::{
    CaseMatch, Ending, EpisodeId, MatchId, NewMatch, ParticipationId, PersonId, Weight, WorkerId,
};
use crate::error::Error;

/// Who writes when.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// When.
    pub at: Timestamp,
    /// Worker; `None` when it was an event.
    pub by: Option<Uuid>,
}

/// Inserts a match as it begins. A second open one of the episode violates a constraint.
pub async fn insert(
    connection: &mut PgConnection,
    begun: &NewMatch,
    reason: Option<&Reason>,
    key: &PersonKey,
    signature: Signature,
) -> Result<(), Error> {
    let (id, placement) = (begun.id.as_uuid(), &begun.placement);
    sqlx::query!(
        "insert into matches
            (match_id, participation_id, episode_id, person_id, worker_id, organisation_id, role, programme, programme_version,
             programme_hash, weight_code, weight, first_day, over_capacity, overridden, reason, proposal_id, follows_match_id,
             confirmed_at, confirmed_by, version, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::numeric, $13, $14, $15, $16, $17, $18, $19, $20, 1, $19, $20)",
        id,
        begun.participation.as_uuid(),
        begun.episode.as_uuid(),
        begun.person.as_uuid(),
        placement.worker.as_uuid(),
        placement.organisation.as_uuid(),
        placement.role.to_string(),
        begun.origin.programme.as_str(),
        i32::try_from(begun.origin.version).unwrap_or(i32::MAX),
        begun.origin.hash.as_str(),
        begun.weight.code,
        begun.weight.value.to_string(),
        placement.first_day.to_sqlx() as _,
        placement.over_capacity,
        placement.overridden,
        reason.map(|reason| key.seal(&place("matches.reason", id), reason.expose())),
        begun.proposal,
        begun.follows.map(MatchId::as_uuid),
        signature.at.to_sqlx() as _,
        signature.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A match that is locked until the end of the transaction.
#[derive(Debug)]
pub struct Locked {
    /// The match.
    pub case: CaseMatch,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it; `None` when it was an event.
    pub changed_by: Option<Uuid>,
}

struct LockRow {
    match_id: Uuid,
    participation_id: Uuid,
    episode_id: Uuid,
    person_id: Uuid,
    worker_id: Uuid,
    programme: String,
    weight_code: String,
    weight: String,
    first_day: jiff_sqlx::Date,
    last_day: Option<jiff_sqlx::Date>,
    version: i64,
    changed_at: jiff_sqlx::Timestamp,
    changed_by: Option<Uuid>,
}

impl TryFrom<LockRow> for Locked {
    type Error = Error;

    fn try_from(row: LockRow) -> Result<Self, Error> {
        let id = row.match_id;
        Ok(Self {
            case: CaseMatch {
                id: MatchId::from_uuid(id),
                participation: ParticipationId::from_uuid(row.participation_id),
                episode: EpisodeId::from_uuid(row.episode_id),
                person: PersonId::from_uuid(row.person_id),
                worker: WorkerId::from_uuid(row.worker_id),
                programme: read::parse("matches", "programme", id, &row.programme)?,
                weight: Weight {
                    code: row.weight_code,
                    value: read::decimal("matches", id, Some(&row.weight))?,
                },
                first_day: row.first_day.to_jiff(),
                last_day: row.last_day.map(jiff_sqlx::Date::to_jiff),
                version: row.version,
            },
            changed_at: row.changed_at.to_jiff(),
            changed_by: row.changed_by,
        })
    }
}

/// Locks a match; `None` when there is none in reach.
pub async fn lock(connection: &mut PgConnection, id: MatchId) -> Result<Option<Locked>, Error> {
    let row = sqlx::query_as!(
        LockRow,
        r#"select match_id, participation_id, episode_id, person_id, worker_id, programme, weight_code, weight::text as "weight!",
                  first_day, last_day, version, changed_at, changed_by
           from matches
           where match_id = $1
           for update"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Locks the match of an episode that began last, whether it runs or not; `None` when there never was one.
pub async fn lock_latest(connection: &mut PgConnection, episode: EpisodeId) -> Result<Option<Locked>, Error> {
    let row = sqlx::query_as!(
        LockRow,
        r#"select match_id, participation_id, episode_id, person_id, worker_id, programme, weight_code, weight::text as "weight!",
                  first_day, last_day, version, changed_at, changed_by
           from matches
           where episode_id = $1
           order by last_day desc nulls first, confirmed_at desc
           limit 1
           for update"#,
        episode.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Whether a match of an episode runs.
pub async fn runs(connection: &mut PgConnection, episode: EpisodeId) -> Result<bool, Error> {
    let runs = sqlx::query_scalar!(
        r#"select exists (select from matches where episode_id = $1 and last_day is null) as "runs!""#,
        episode.as_uuid()
    )
    .fetch_one(connection)
    .await?;
    Ok(runs)
}

/// The last day of the matches of an episode that ended; `None` when none did.
pub async fn latest_last_day(
    connection: &mut PgConnection,
    episode: EpisodeId,
) -> Result<Option<Date>, Error> {
    let day = sqlx::query_scalar!(
        r#"select max(last_day) as "day: jiff_sqlx::Date" from matches where episode_id = $1"#,
        episode.as_uuid()
    )
    .fetch_one(connection)
    .await?;
    Ok(day.map(jiff_sqlx::Date::to_jiff))
}

/// Stores the end of a locked match.
pub async fn end(
    connection: &mut PgConnection,
    case: &CaseMatch,
    ending: Ending,
    reason: Option<(&Reason, &PersonKey)>,
    signature: Signature,
) -> Result<(), Error> {
    let sealed = reason
        .map(|(reason, key)| key.seal(&place("matches.end_reason", case.id.as_uuid()), reason.expose()));
    let updated = sqlx::query!(
        "update matches
         set last_day = $2, ending = $3, end_reason = $4, version = $5, changed_at = $6, changed_by = $7
         where match_id = $1 and version = $5::bigint - 1",
        case.id.as_uuid(),
        case.last_day.map(jiff_sqlx::ToSqlx::to_sqlx) as _,
        ending.as_str(),
        sealed,
        case.version,
        signature.at.to_sqlx() as _,
        signature.by,
    )
    .execute(connection)
    .await?;
    // The row is locked, so this is no lost race.
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("matches", format!("{} was not updated", case.id)))
    }
}
