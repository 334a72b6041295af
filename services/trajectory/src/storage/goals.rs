//! `goals`.

use chassis::page::Cursor;
use chassis::vault::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::programme::LifeDomain;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Change;
use super::words::{self, Kind, Place, Shown};
use crate::domain::text::GoalWords;
use crate::domain::{Etag, Goal, GoalId, GoalState, TrajectoryId};
use crate::error::Error;

/// A goal as its reader sees it.
#[derive(Debug, Clone)]
pub struct GoalView {
    /// Goal.
    pub id: GoalId,
    /// Its trajectory.
    pub trajectory: TrajectoryId,
    /// Its life domain.
    pub domain: String,
    /// The participant's own words.
    pub words: Shown,
    /// Its state.
    pub state: GoalState,
    /// Day it was set.
    pub set_on: Date,
    /// When it was written down.
    pub set_at: Timestamp,
    /// Who wrote it down.
    pub set_by: Uuid,
    /// Day it was reached or dropped.
    pub closed_on: Option<Date>,
    /// Current tag.
    pub etag: Etag,
}

struct GoalRow {
    goal_id: Uuid,
    trajectory_id: Uuid,
    domain: String,
    state: String,
    set_on: jiff_sqlx::Date,
    set_at: jiff_sqlx::Timestamp,
    set_by: Uuid,
    closed_on: Option<jiff_sqlx::Date>,
    version: i64,
    sealed: Option<Vec<u8>>,
}

impl GoalRow {
    fn open(self, key: Option<&PersonKey>) -> Result<GoalView, Error> {
        let state = GoalState::from_word(&self.state)
            .ok_or_else(|| Error::inconsistent("goals", format!("{} has another state", self.goal_id)))?;
        Ok(GoalView {
            id: GoalId::from_uuid(self.goal_id),
            trajectory: TrajectoryId::from_uuid(self.trajectory_id),
            domain: self.domain,
            words: Shown::open(key, (Kind::Goal, self.goal_id, Some(1)), self.sealed.as_deref())?,
            state,
            set_on: self.set_on.to_jiff(),
            set_at: self.set_at.to_jiff(),
            set_by: self.set_by,
            closed_on: self.closed_on.map(jiff_sqlx::Date::to_jiff),
            etag: Etag::of(self.version),
        })
    }
}

/// Stores a goal that was set.
pub async fn insert(
    connection: &mut PgConnection,
    goal: &Goal,
    domain: &LifeDomain,
    text: &GoalWords,
    key: &PersonKey,
    (today, change): (Date, Change),
) -> Result<(), Error> {
    sqlx::query!(
        "insert into goals (goal_id, trajectory_id, domain, state, set_on, set_at, set_by, version, changed_at, changed_by)
         values ($1, $2, $3, 'open', $4, $5, $6, 1, $5, $6)",
        goal.id().as_uuid(),
        goal.trajectory().as_uuid(),
        domain.code.as_str(),
        today.to_sqlx() as _,
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    let place = Place {
        trajectory: goal.trajectory(),
        kind: Kind::Goal,
        record: goal.id().as_uuid(),
        version: 1,
        class: domain.secrecy,
    };
    words::insert(connection, key, place, text.expose()).await
}

/// The trajectory of a goal; `None` when there is none in reach.
pub async fn trajectory_of(connection: &mut PgConnection, id: GoalId) -> Result<Option<TrajectoryId>, Error> {
    let found = sqlx::query_scalar!("select trajectory_id from goals where goal_id = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(TrajectoryId::from_uuid))
}

/// A goal of a locked trajectory, with who changed it last.
pub async fn find(connection: &mut PgConnection, id: GoalId) -> Result<Option<(Goal, Change)>, Error> {
    let row = sqlx::query!(
        "select trajectory_id, state, version, changed_at, changed_by from goals where goal_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let state = GoalState::from_word(&row.state)
            .ok_or_else(|| Error::inconsistent("goals", format!("{id} has another state")))?;
        let goal = Goal::new(id, TrajectoryId::from_uuid(row.trajectory_id), state, row.version);
        Ok((goal, Change { at: row.changed_at.to_jiff(), by: row.changed_by }))
    })
    .transpose()
}

/// Stores the end of a goal.
pub async fn update(
    connection: &mut PgConnection,
    goal: &Goal,
    today: Date,
    change: Change,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update goals set state = $3, closed_on = $4, version = $2, changed_at = $5, changed_by = $6
         where goal_id = $1 and version = $2::bigint - 1",
        goal.id().as_uuid(),
        goal.version(),
        goal.state().as_str(),
        today.to_sqlx() as _,
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(connection)
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("goals", format!("{} was not updated", goal.id())))
    }
}

/// One goal as its reader sees it.
pub async fn view(
    connection: &mut PgConnection,
    id: GoalId,
    key: Option<&PersonKey>,
) -> Result<Option<GoalView>, Error> {
    // A left join makes columns nullable that the macro takes for not null, hence the question mark.
    let row = sqlx::query_as!(
        GoalRow,
        r#"select g.goal_id, g.trajectory_id, g.domain, g.state, g.set_on, g.set_at, g.set_by, g.closed_on, g.version,
                  w.sealed as "sealed?"
           from goals as g
           left join words as w on w.record_id = g.goal_id and w.kind = 'goal' and w.version = 1
           where g.goal_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.open(key)).transpose()
}

/// The goals of a trajectory in some states, newest first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    states: &[GoalState],
    key: Option<&PersonKey>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<GoalView>, Error> {
    let states: Vec<String> = states.iter().map(|state| state.as_str().to_owned()).collect();
    let rows = sqlx::query_as!(
        GoalRow,
        r#"select g.goal_id, g.trajectory_id, g.domain, g.state, g.set_on, g.set_at, g.set_by, g.closed_on, g.version,
                  w.sealed as "sealed?"
           from goals as g
           left join words as w on w.record_id = g.goal_id and w.kind = 'goal' and w.version = 1
           where g.trajectory_id = $1 and g.state = any ($2) and (g.set_at, g.goal_id) < ($3, $4)
           order by g.set_at desc, g.goal_id desc
           limit $5"#,
        trajectory.as_uuid(),
        &states,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| row.open(key)).collect()
}
