//! Pages of the list of trajectories: one statement each.

use chassis::page::Cursor;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Etag, ParticipationId, PersonId, TrajectoryId, TrajectoryState};
use crate::error::Error;

/// Which trajectories.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Only those that this worker accompanies today; `None` is every one in reach.
    pub worker: Option<Uuid>,
    /// Only of this programme.
    pub programme: Option<String>,
    /// Only in this state.
    pub state: Option<TrajectoryState>,
    /// Only those with a duty that is due or missed.
    pub overdue: bool,
    /// Today, for who accompanies now.
    pub today: Date,
}

/// A trajectory in a list: nothing anybody wrote.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Trajectory.
    pub id: TrajectoryId,
    /// Participation.
    pub participation: ParticipationId,
    /// Who takes part.
    pub person: PersonId,
    /// Programme.
    pub programme: String,
    /// State.
    pub state: TrajectoryState,
    /// First day.
    pub opened_on: Date,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Last day.
    pub closed_on: Option<Date>,
    /// Who accompanies it today.
    pub worker: Option<Uuid>,
    /// How many duties are due or missed.
    pub overdue: i64,
    /// Day of the latest contact that reached the participant.
    pub last_reached_on: Option<Date>,
    /// Current tag.
    pub etag: Etag,
}

/// Trajectories, newest first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let rows = sqlx::query!(
        r#"select trajectory_id, participation_id, person_id, programme, state, opened_on, opened_at, closed_on, last_reached_on, version,
                  (select worker_id from case_access
                   where case_access.trajectory_id = listed.trajectory_id and domain_class = 'normal'
                     and valid_from <= $5 and (valid_to is null or $5 <= valid_to)
                   order by valid_from desc, worker_id limit 1) as worker_id,
                  (select count(*) from duties
                   where duties.trajectory_id = listed.trajectory_id and duties.state in ('due', 'missed')) as "overdue!"
           from trajectories as listed
           where ($1::uuid is null or exists (
                     select from case_access
                     where case_access.trajectory_id = listed.trajectory_id and case_access.worker_id = $1
                       and valid_from <= $5 and (valid_to is null or $5 <= valid_to)))
             and ($2::text is null or programme = $2)
             and ($3::text is null or state = $3)
             and (not $4 or exists (select from duties
                                    where duties.trajectory_id = listed.trajectory_id and duties.state in ('due', 'missed')))
             and (opened_at, trajectory_id) < ($6, $7)
           order by opened_at desc, trajectory_id desc
           limit $8"#,
        filter.worker,
        filter.programme,
        filter.state.map(TrajectoryState::as_str),
        filter.overdue,
        filter.today.to_sqlx() as _,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Summary {
                id: TrajectoryId::from_uuid(row.trajectory_id),
                participation: ParticipationId::from_uuid(row.participation_id),
                person: PersonId::from_uuid(row.person_id),
                programme: row.programme,
                state: TrajectoryState::from_word(&row.state).ok_or_else(|| {
                    Error::inconsistent("trajectories", format!("{} has another state", row.trajectory_id))
                })?,
                opened_on: row.opened_on.to_jiff(),
                opened_at: row.opened_at.to_jiff(),
                closed_on: row.closed_on.map(jiff_sqlx::Date::to_jiff),
                worker: row.worker_id,
                overdue: row.overdue,
                last_reached_on: row.last_reached_on.map(jiff_sqlx::Date::to_jiff),
                etag: Etag::of(row.version),
            })
        })
        .collect()
}
