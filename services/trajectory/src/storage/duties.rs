//! `duties`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{from_int, to_int};
use crate::domain::{Duty, DutyId, DutyState, Term, TrajectoryId};
use crate::error::Error;

struct DutyRow {
    duty_id: Uuid,
    code: String,
    occurrence: i32,
    announced_on: jiff_sqlx::Date,
    due_on: jiff_sqlx::Date,
    grace_until: jiff_sqlx::Date,
    counts_until: Option<jiff_sqlx::Date>,
    instruments: Vec<String>,
    state: String,
    kept_on: Option<jiff_sqlx::Date>,
}

impl TryFrom<DutyRow> for Duty {
    type Error = Error;

    fn try_from(row: DutyRow) -> Result<Self, Error> {
        let wrong = |what: &str| Error::inconsistent("duties", format!("{} has another {what}", row.duty_id));
        let instruments = row.instruments.iter().map(|code| code.parse()).collect::<Result<Vec<_>, _>>();
        let term = Term {
            announced_on: row.announced_on.to_jiff(),
            due_on: row.due_on.to_jiff(),
            grace_until: row.grace_until.to_jiff(),
            counts_until: row.counts_until.map(jiff_sqlx::Date::to_jiff),
        };
        let duty = Self::planned(
            DutyId::from_uuid(row.duty_id),
            row.code.parse().map_err(|_| wrong("code"))?,
            from_int(row.occurrence),
            term,
            instruments.map_err(|_| wrong("instrument"))?,
        );
        let state = DutyState::from_word(&row.state).ok_or_else(|| wrong("state"))?;
        Ok(duty.standing(state, row.kept_on.map(jiff_sqlx::Date::to_jiff)))
    }
}

/// Stores a duty that was added.
pub async fn insert(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    duty: &Duty,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let instruments: Vec<String> = duty.instruments.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into duties
            (duty_id, trajectory_id, code, occurrence, announced_on, due_on, grace_until, counts_until, instruments, state, kept_on,
             changes_on, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        duty.id.as_uuid(),
        trajectory.as_uuid(),
        duty.code.as_str(),
        to_int(duty.occurrence),
        duty.term.announced_on.to_sqlx() as _,
        duty.term.due_on.to_sqlx() as _,
        duty.term.grace_until.to_sqlx() as _,
        duty.term.counts_until.map(ToSqlx::to_sqlx) as _,
        &instruments,
        duty.state().as_str(),
        duty.kept_on().map(ToSqlx::to_sqlx) as _,
        duty.changes_on().map(ToSqlx::to_sqlx) as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores what became of a duty of a locked trajectory.
pub async fn update(
    connection: &mut PgConnection,
    duty: &Duty,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update duties set state = $2, kept_on = $3, changes_on = $4, changed_at = $5, changed_by = $6 where duty_id = $1",
        duty.id.as_uuid(),
        duty.state().as_str(),
        duty.kept_on().map(ToSqlx::to_sqlx) as _,
        duty.changes_on().map(ToSqlx::to_sqlx) as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("duties", format!("{} was not updated", duty.id)))
    }
}

/// The duties of a trajectory by due day, at most so many.
pub async fn of(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    limit: Option<i64>,
) -> Result<Vec<Duty>, Error> {
    let rows = sqlx::query_as!(
        DutyRow,
        "select duty_id, code, occurrence, announced_on, due_on, grace_until, counts_until, instruments, state, kept_on
         from duties
         where trajectory_id = $1
         order by due_on, code, occurrence
         limit $2",
        trajectory.as_uuid(),
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The duties of a trajectory that are announced, due or missed, by due day.
pub async fn to_do(connection: &mut PgConnection, trajectory: TrajectoryId) -> Result<Vec<Duty>, Error> {
    let rows = sqlx::query_as!(
        DutyRow,
        "select duty_id, code, occurrence, announced_on, due_on, grace_until, counts_until, instruments, state, kept_on
         from duties
         where trajectory_id = $1 and state in ('announced', 'due', 'missed')
         order by due_on, code, occurrence",
        trajectory.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The trajectory of a duty; `None` when there is none in reach.
pub async fn trajectory_of(connection: &mut PgConnection, id: DutyId) -> Result<Option<TrajectoryId>, Error> {
    let found = sqlx::query_scalar!("select trajectory_id from duties where duty_id = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(TrajectoryId::from_uuid))
}

/// Some trajectories with a duty that changes by itself on or before a day, in the order of their ids, after one.
pub async fn stale(
    connection: &mut PgConnection,
    today: Date,
    after: Option<TrajectoryId>,
    limit: i64,
) -> Result<Vec<TrajectoryId>, Error> {
    let rows = sqlx::query_scalar!(
        "select distinct trajectory_id
         from duties
         where changes_on <= $1 and ($2::uuid is null or $2 < trajectory_id)
         order by trajectory_id
         limit $3",
        today.to_sqlx() as _,
        after.map(TrajectoryId::as_uuid),
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(TrajectoryId::from_uuid).collect())
}
