//! `trajectories` and `closing_evaluations`: opening, locking for a step, storing a step.

use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::ClosedSet as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::words::{self, Kind, Place};
use super::{Change, from_int, to_int};
use crate::domain::{
    ClosingEvaluation, EpisodeId, Exit, HIDDEN_UNLESS_ON_CASE, Opening, ParticipationId, PersonId, Standing,
    Trajectory, TrajectoryId, TrajectoryState,
};
use crate::error::Error;

/// Stores a trajectory that begins.
pub async fn insert(
    connection: &mut PgConnection,
    trajectory: &Trajectory,
    at: Timestamp,
) -> Result<(), Error> {
    let opening = trajectory.opening();
    sqlx::query!(
        "insert into trajectories
            (trajectory_id, participation_id, episode_id, person_id, programme, programme_version, state, opened_on, opened_at,
             version, changed_at)
         values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, 1, $8)",
        trajectory.id().as_uuid(),
        opening.participation.as_uuid(),
        opening.episode.as_uuid(),
        opening.person.as_uuid(),
        opening.programme.as_str(),
        to_int(opening.programme_version),
        opening.opened_on.to_sqlx() as _,
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A trajectory that is locked until the end of the transaction.
#[derive(Debug)]
pub struct Locked {
    /// The trajectory.
    pub trajectory: Trajectory,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it; `None` when an event of matching did.
    pub changed_by: Option<Uuid>,
}

/// Locks a trajectory; `None` when there is none that the caller may write in.
pub async fn lock(connection: &mut PgConnection, id: TrajectoryId) -> Result<Option<Locked>, Error> {
    let row = sqlx::query!(
        r#"select participation_id, episode_id, person_id, programme, programme_version, state, opened_on, closed_on, version,
                  changed_at, changed_by,
                  (select destroyed_at is not null from person_keys
                   where person_keys.person_id = trajectories.person_id) as "erased!",
                  exists (select from closing_evaluations
                          where closing_evaluations.trajectory_id = trajectories.trajectory_id) as "evaluated!"
           from trajectories
           where trajectory_id = $1
           for update"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let wrong = |what: &str| Error::inconsistent("trajectories", format!("{id} has another {what}"));
        let opening = Opening {
            participation: ParticipationId::from_uuid(row.participation_id),
            episode: EpisodeId::from_uuid(row.episode_id),
            person: PersonId::from_uuid(row.person_id),
            programme: row.programme.parse().map_err(|_| wrong("programme"))?,
            programme_version: from_int(row.programme_version),
            opened_on: row.opened_on.to_jiff(),
        };
        let standing = Standing {
            state: TrajectoryState::from_word(&row.state).ok_or_else(|| wrong("state"))?,
            closed_on: row.closed_on.map(jiff_sqlx::Date::to_jiff),
            erased: row.erased,
            evaluated: row.evaluated,
            version: row.version,
        };
        Ok(Locked {
            trajectory: Trajectory::new(id, opening, standing),
            changed_at: row.changed_at.to_jiff(),
            changed_by: row.changed_by,
        })
    })
    .transpose()
}

/// Whether a trajectory is there that the caller may read.
pub async fn is_in_reach(connection: &mut PgConnection, id: TrajectoryId) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from trajectories where trajectory_id = $1) as "found!""#,
        id.as_uuid(),
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// The trajectory of an episode.
pub async fn of_episode(
    connection: &mut PgConnection,
    episode: EpisodeId,
) -> Result<Option<TrajectoryId>, Error> {
    let id = sqlx::query_scalar!(
        "select trajectory_id from trajectories where episode_id = $1",
        episode.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(TrajectoryId::from_uuid))
}

/// Whether a trajectory of a participation is open.
pub async fn has_open(connection: &mut PgConnection, participation: ParticipationId) -> Result<bool, Error> {
    let open = sqlx::query_scalar!(
        r#"select exists (select from trajectories where participation_id = $1 and state = 'open') as "open!""#,
        participation.as_uuid(),
    )
    .fetch_one(connection)
    .await?;
    Ok(open)
}

/// Stores that a locked trajectory has another version.
pub async fn update_version(
    connection: &mut PgConnection,
    trajectory: &Trajectory,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update trajectories set version = $2, changed_at = $3, changed_by = $4
         where trajectory_id = $1 and version = $2::bigint - 1",
        trajectory.id().as_uuid(),
        trajectory.standing().version,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    one_row(updated.rows_affected(), trajectory)
}

/// Stores the end of a locked trajectory.
pub async fn update_closed(
    connection: &mut PgConnection,
    trajectory: &Trajectory,
    exit: &Exit,
    key: Option<&PersonKey>,
    change: Change,
) -> Result<(), Error> {
    let id = trajectory.id();
    let updated = sqlx::query!(
        "update trajectories
         set state = 'closed', closed_on = $3, closed_at = $4, exit_reason = $5, exit_outcome = $6, handover_confirmed_on = $7,
             version = $2, changed_at = $4, changed_by = $8
         where trajectory_id = $1 and version = $2::bigint - 1",
        id.as_uuid(),
        trajectory.standing().version,
        exit.closed_on.to_sqlx() as _,
        change.at.to_sqlx() as _,
        exit.reason.as_str(),
        exit.outcome.as_str(),
        exit.handover.as_ref().map(|handover| handover.confirmed_on.to_sqlx()) as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    one_row(updated.rows_affected(), trajectory)?;
    if let Some((handover, key)) = exit.handover.as_ref().zip(key) {
        // A service is named, nothing that is told in confidence: the coordinator reads it.
        let class = region::programme::SecrecyClass::Normal;
        let place = Place { trajectory: id, kind: Kind::Handover, record: id.as_uuid(), version: 1, class };
        words::insert(connection, key, place, handover.to.expose()).await?;
    }
    Ok(())
}

/// The row is locked, so another number of rows is no lost race.
fn one_row(rows: u64, trajectory: &Trajectory) -> Result<(), Error> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("trajectories", format!("{} was not updated", trajectory.id())))
    }
}

/// Stores the closing evaluation of a locked trajectory.
pub async fn insert_evaluation(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    evaluation: &ClosingEvaluation,
    key: Option<&PersonKey>,
    change: Change,
) -> Result<(), Error> {
    let note = evaluation.note.as_ref().zip(key);
    sqlx::query!(
        "insert into closing_evaluations (trajectory_id, outcome, day, has_note, recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6)",
        trajectory.as_uuid(),
        evaluation.outcome.as_str(),
        evaluation.day.to_sqlx() as _,
        note.is_some(),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    if let Some((note, key)) = note {
        let record = trajectory.as_uuid();
        let class = HIDDEN_UNLESS_ON_CASE;
        let place = Place { trajectory, kind: Kind::Evaluation, record, version: 1, class };
        words::insert(connection, key, place, note.expose()).await?;
    }
    Ok(())
}

/// The latest day on which something happened: a contact that counts, a measure, a visit that was held, the evaluation.
pub async fn latest_day(connection: &mut PgConnection, id: TrajectoryId) -> Result<Option<Date>, Error> {
    let latest = sqlx::query_scalar!(
        r#"select greatest(
               (select max(day) from contacts where trajectory_id = $1 and not struck_out),
               (select max(day) from measures where trajectory_id = $1),
               (select max(day) from visits where trajectory_id = $1 and state = 'held'),
               (select day from closing_evaluations where trajectory_id = $1)) as "latest: jiff_sqlx::Date""#,
        id.as_uuid(),
    )
    .fetch_one(connection)
    .await?;
    Ok(latest.map(jiff_sqlx::Date::to_jiff))
}

/// Keeps the day of the latest contact that reached the participant, for lists.
pub async fn refresh_last_reached(connection: &mut PgConnection, id: TrajectoryId) -> Result<(), Error> {
    sqlx::query!(
        "update trajectories
         set last_reached_on = (select day from contacts
                                where contacts.trajectory_id = $1 and outcome = 'reached' and not struck_out
                                order by day desc
                                limit 1)
         where trajectory_id = $1",
        id.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
