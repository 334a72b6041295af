//! `next_steps`.

use chassis::vault::PersonKey;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Change;
use super::words::{self, Kind, Place, Shown};
use crate::domain::text::StepWords;
use crate::domain::{Etag, HIDDEN_UNLESS_ON_CASE, NextStepId, NextStepState, TrajectoryId};
use crate::error::Error;

/// A step as its reader sees it.
#[derive(Debug, Clone)]
pub struct NextStepView {
    /// Step.
    pub id: NextStepId,
    /// Its trajectory.
    pub trajectory: TrajectoryId,
    /// What is to be done.
    pub words: Shown,
    /// Day it is planned for.
    pub day: Date,
    /// Its state.
    pub state: NextStepState,
    /// Who planned it.
    pub planned_by: Uuid,
    /// When it changed last, and who changed it.
    pub changed: Change,
    /// Version.
    pub version: i64,
}

impl NextStepView {
    /// Current tag.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }
}

/// Stores a step that was planned; one that was planned before is replaced.
pub async fn insert(
    connection: &mut PgConnection,
    id: NextStepId,
    trajectory: TrajectoryId,
    (text, day): (&StepWords, Date),
    key: &PersonKey,
    change: Change,
) -> Result<(), Error> {
    sqlx::query!(
        "update next_steps set state = 'replaced', version = version + 1, changed_at = $2, changed_by = $3
         where trajectory_id = $1 and state = 'planned'",
        trajectory.as_uuid(),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into next_steps (next_step_id, trajectory_id, day, state, planned_at, planned_by, version, changed_at, changed_by)
         values ($1, $2, $3, 'planned', $4, $5, 1, $4, $5)",
        id.as_uuid(),
        trajectory.as_uuid(),
        day.to_sqlx() as _,
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    let place = Place {
        trajectory,
        kind: Kind::NextStep,
        record: id.as_uuid(),
        version: 1,
        class: HIDDEN_UNLESS_ON_CASE,
    };
    words::insert(connection, key, place, text.expose()).await
}

/// The trajectory of a step; `None` when there is none in reach.
pub async fn trajectory_of(
    connection: &mut PgConnection,
    id: NextStepId,
) -> Result<Option<TrajectoryId>, Error> {
    let found =
        sqlx::query_scalar!("select trajectory_id from next_steps where next_step_id = $1", id.as_uuid())
            .fetch_optional(connection)
            .await?;
    Ok(found.map(TrajectoryId::from_uuid))
}

/// Stores that a step of a locked trajectory was taken; `version` is the one it has after that.
pub async fn update_completed(
    connection: &mut PgConnection,
    id: NextStepId,
    version: i64,
    change: Change,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update next_steps set state = 'completed', version = $2, changed_at = $3, changed_by = $4
         where next_step_id = $1 and version = $2::bigint - 1",
        id.as_uuid(),
        version,
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(connection)
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("next_steps", format!("{id} was not updated")))
    }
}

/// One step as its reader sees it.
pub async fn view(
    connection: &mut PgConnection,
    id: NextStepId,
    key: Option<&PersonKey>,
) -> Result<Option<NextStepView>, Error> {
    // A left join makes columns nullable that the macro takes for not null, hence the question mark.
    let row = sqlx::query!(
        r#"select s.trajectory_id, s.day, s.state, s.planned_by, s.version, s.changed_at, s.changed_by, w.sealed as "sealed?"
           from next_steps as s
           left join words as w on w.record_id = s.next_step_id and w.kind = 'next_step' and w.version = 1
           where s.next_step_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let state = NextStepState::from_word(&row.state)
            .ok_or_else(|| Error::inconsistent("next_steps", format!("{id} has another state")))?;
        Ok(NextStepView {
            id,
            trajectory: TrajectoryId::from_uuid(row.trajectory_id),
            words: Shown::open(key, (Kind::NextStep, id.as_uuid(), Some(1)), row.sealed.as_deref())?,
            day: row.day.to_jiff(),
            state,
            planned_by: row.planned_by,
            changed: Change { at: row.changed_at.to_jiff(), by: row.changed_by },
            version: row.version,
        })
    })
    .transpose()
}
