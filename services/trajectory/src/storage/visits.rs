//! `visit_plans` and `visits`.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Change, from_int, to_int};
use crate::domain::{TrajectoryId, Visit, VisitId, VisitPlan, VisitState};
use crate::error::Error;

/// A plan as it is stored.
#[derive(Debug, Clone)]
pub struct PlanView {
    /// The Friday on which the last school week ends.
    pub ends_on: Date,
    /// Further free days of the school of the family.
    pub school_free_days: Vec<Date>,
}

/// A visit with the one in its place.
#[derive(Debug, Clone)]
pub struct VisitView {
    /// The visit.
    pub visit: Visit,
    /// The visit that stands for it.
    pub caught_up_by: Option<VisitId>,
    /// When it changed last, and who changed it.
    pub changed: Change,
}

/// Stores a plan with its visits.
pub async fn insert_plan(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    plan: &VisitPlan,
    visits: &[Visit],
    school_free_days: &[Date],
    change: Change,
) -> Result<(), Error> {
    let free: Vec<jiff_sqlx::Date> = school_free_days.iter().map(|day| day.to_sqlx()).collect();
    let first_day = plan.visits.first().map_or(plan.ends_on, |(_, day)| *day);
    sqlx::query!(
        "insert into visit_plans (trajectory_id, first_day, ends_on, visits, school_free_days, planned_at, planned_by)
         values ($1, $2, $3, $4, $5::date[], $6, $7)",
        trajectory.as_uuid(),
        first_day.to_sqlx() as _,
        plan.ends_on.to_sqlx() as _,
        i32::try_from(visits.len()).unwrap_or(i32::MAX),
        &free as _,
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = visits.iter().map(|visit| visit.id.as_uuid()).collect();
    let numbers: Vec<i32> = visits.iter().map(|visit| to_int(visit.number)).collect();
    let weeks: Vec<i32> = visits.iter().map(|visit| to_int(visit.week)).collect();
    let days: Vec<jiff_sqlx::Date> = visits.iter().map(|visit| visit.day().to_sqlx()).collect();
    sqlx::query!(
        "insert into visits (visit_id, trajectory_id, number, week, day, state, version, changed_at, changed_by)
         select id, $1, number, week, day, 'planned', 1, $2, $3
         from unnest($4::uuid[], $5::integer[], $6::integer[], $7::date[]) as given (id, number, week, day)",
        trajectory.as_uuid(),
        change.at.to_sqlx() as _,
        change.by,
        &ids,
        &numbers,
        &weeks,
        &days as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores a visit in the place of another.
pub async fn insert(connection: &mut PgConnection, visit: &Visit, change: Change) -> Result<(), Error> {
    sqlx::query!(
        "insert into visits (visit_id, trajectory_id, number, week, day, state, catches_up, version, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, 'planned', $6, 1, $7, $8)",
        visit.id.as_uuid(),
        visit.trajectory.as_uuid(),
        to_int(visit.number),
        to_int(visit.week),
        visit.day().to_sqlx() as _,
        visit.catches_up.map(VisitId::as_uuid),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The plan of a trajectory.
pub async fn plan(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
) -> Result<Option<PlanView>, Error> {
    let row = sqlx::query!(
        r#"select ends_on, school_free_days as "school_free_days: Vec<jiff_sqlx::Date>" from visit_plans where trajectory_id = $1"#,
        trajectory.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PlanView {
        ends_on: row.ends_on.to_jiff(),
        school_free_days: row.school_free_days.into_iter().map(jiff_sqlx::Date::to_jiff).collect(),
    }))
}

/// The visits of a trajectory, by day.
pub async fn of(connection: &mut PgConnection, trajectory: TrajectoryId) -> Result<Vec<VisitView>, Error> {
    // A left join makes columns nullable that the macro takes for not null, hence the question mark.
    let rows = sqlx::query!(
        r#"select v.visit_id, v.number, v.week, v.day, v.state, v.catches_up, v.version, v.changed_at, v.changed_by,
                  later.visit_id as "caught_up_by?"
           from visits as v
           left join visits as later on later.catches_up = v.visit_id
           where v.trajectory_id = $1
           order by v.day, v.number, v.visit_id"#,
        trajectory.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = VisitId::from_uuid(row.visit_id);
            let state = VisitState::from_word(&row.state)
                .ok_or_else(|| Error::inconsistent("visits", format!("{id} has another state")))?;
            let day = row.day.to_jiff();
            let mut visit = Visit::planned(id, trajectory, from_int(row.number), from_int(row.week), day);
            visit.catches_up = row.catches_up.map(VisitId::from_uuid);
            Ok(VisitView {
                visit: visit.standing(day, state, row.version),
                caught_up_by: row.caught_up_by.map(VisitId::from_uuid),
                changed: Change { at: row.changed_at.to_jiff(), by: row.changed_by },
            })
        })
        .collect()
}

/// The trajectory of a visit; `None` when there is none in reach.
pub async fn trajectory_of(
    connection: &mut PgConnection,
    id: VisitId,
) -> Result<Option<TrajectoryId>, Error> {
    let found = sqlx::query_scalar!("select trajectory_id from visits where visit_id = $1", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(TrajectoryId::from_uuid))
}

/// Stores what became of a visit of a locked trajectory.
pub async fn update(connection: &mut PgConnection, visit: &Visit, change: Change) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update visits set day = $3, state = $4, version = $2, changed_at = $5, changed_by = $6
         where visit_id = $1 and version = $2::bigint - 1",
        visit.id.as_uuid(),
        visit.version(),
        visit.day().to_sqlx() as _,
        visit.state().as_str(),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(connection)
    .await?;
    if updated.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::inconsistent("visits", format!("{} was not updated", visit.id)))
    }
}
