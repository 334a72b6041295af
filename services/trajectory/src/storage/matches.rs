//! `matches` and `case_access`: who is on which case.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::ClosedSet as _;
use region::programme::Role;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{MatchId, Trajectory, TrajectoryId, classes_of};
use crate::error::Error;

/// A match that was confirmed.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    /// Match.
    pub id: MatchId,
    /// Worker.
    pub worker: Uuid,
    /// Organisation the worker acts for.
    pub organisation: Uuid,
    /// In which role.
    pub role: Role,
    /// First day.
    pub first_day: Date,
}

/// The caller on a case today.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// Organisation the worker acts for.
    pub organisation: Uuid,
    /// First day of the match.
    pub first_day: Date,
}

/// Whether a match is known.
pub async fn is_known(connection: &mut PgConnection, id: MatchId) -> Result<bool, Error> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from matches where match_id = $1) as "known!""#,
        id.as_uuid()
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}

/// Stores a match, and lets its worker in.
pub async fn insert(
    connection: &mut PgConnection,
    trajectory: &Trajectory,
    matched: &Match,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into matches (match_id, trajectory_id, worker_id, organisation_id, role, first_day) values ($1, $2, $3, $4, $5, $6)",
        matched.id.as_uuid(),
        trajectory.id().as_uuid(),
        matched.worker,
        matched.organisation,
        matched.role.as_str(),
        matched.first_day.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    let classes: Vec<String> =
        classes_of(matched.role).iter().map(|class| class.as_str().to_owned()).collect();
    sqlx::query!(
        "insert into case_access
            (match_id, trajectory_id, participation_id, programme, worker_id, organisation_id, role, domain_class, valid_from)
         select $1, $2, $3, $4, $5, $6, $7, class, $8 from unnest($9::text[]) as reached (class)",
        matched.id.as_uuid(),
        trajectory.id().as_uuid(),
        trajectory.opening().participation.as_uuid(),
        trajectory.programme().as_str(),
        matched.worker,
        matched.organisation,
        matched.role.as_str(),
        matched.first_day.to_sqlx() as _,
        &classes,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a match and the access that came with it; gives its trajectory, `None` when the match is not known.
pub async fn end(
    connection: &mut PgConnection,
    id: MatchId,
    last_day: Date,
) -> Result<Option<TrajectoryId>, Error> {
    let trajectory = sqlx::query_scalar!(
        "update matches set last_day = $2 where match_id = $1 returning trajectory_id",
        id.as_uuid(),
        last_day.to_sqlx() as _,
    )
    .fetch_optional(&mut *connection)
    .await?;
    // A match that ended before its first day never let anybody in.
    sqlx::query!(
        "delete from case_access where match_id = $1 and $2 < valid_from",
        id.as_uuid(),
        last_day.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update case_access set valid_to = $2 where match_id = $1",
        id.as_uuid(),
        last_day.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(trajectory.map(TrajectoryId::from_uuid))
}

/// Forgets matches, so that their histories can be told again.
pub async fn forget(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), Error> {
    sqlx::query!("delete from case_access where match_id = any ($1)", ids).execute(&mut *connection).await?;
    sqlx::query!("delete from matches where match_id = any ($1)", ids).execute(connection).await?;
    Ok(())
}

/// The access of a worker to a case on a day; `None` when the worker is not on it.
pub async fn access(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    worker: Uuid,
    today: Date,
) -> Result<Option<Access>, Error> {
    let row = sqlx::query!(
        "select organisation_id, valid_from
         from case_access
         where trajectory_id = $1 and worker_id = $2 and domain_class = 'normal'
           and valid_from <= $3 and (valid_to is null or $3 <= valid_to)
         order by valid_from
         limit 1",
        trajectory.as_uuid(),
        worker,
        today.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Access { organisation: row.organisation_id, first_day: row.valid_from.to_jiff() }))
}

/// Who accompanied or accompanies a trajectory.
#[derive(Debug, Clone)]
pub struct CaseWorker {
    /// Worker.
    pub worker: Uuid,
    /// Organisation the worker acts for.
    pub organisation: Uuid,
    /// In which role.
    pub role: Role,
    /// First day.
    pub first_day: Date,
    /// Last day.
    pub last_day: Option<Date>,
}

/// Everybody who accompanied or accompanies a trajectory, in order of their first day.
pub async fn workers(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
) -> Result<Vec<CaseWorker>, Error> {
    let rows = sqlx::query!(
        "select match_id, worker_id, organisation_id, role, first_day, last_day
         from matches
         where trajectory_id = $1 and (last_day is null or first_day <= last_day)
         order by first_day, match_id",
        trajectory.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CaseWorker {
                worker: row.worker_id,
                organisation: row.organisation_id,
                role: Role::from_word(&row.role).ok_or_else(|| {
                    Error::inconsistent("matches", format!("{} has another role", row.match_id))
                })?,
                first_day: row.first_day.to_jiff(),
                last_day: row.last_day.map(jiff_sqlx::Date::to_jiff),
            })
        })
        .collect()
}
