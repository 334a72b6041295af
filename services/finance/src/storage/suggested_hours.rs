//! `suggested_hours`: the projection of trajectory's contacts.

use chassis::page::Cursor;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{ContactId, ContactTime, Month, TimeClass, TrajectoryId};
use crate::error::Error;

/// Rows that are removed at once: enough to be done soon, few enough to hold no lock for long.
const AT_ONCE: i64 = 5_000;

/// Inserts the time of a contact; `false` when the contact is known.
pub async fn insert(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    time: &ContactTime,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into suggested_hours
            (generation, contact_id, trajectory_id, trajectory_sequence, worker_id, organisation_id, programme, day, time_class,
             minutes, struck_out)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false)
         on conflict on constraint suggested_hours_pkey do nothing",
        generation,
        time.contact.as_uuid(),
        time.trajectory.as_uuid(),
        sequence,
        time.worker.as_uuid(),
        time.organisation.as_uuid(),
        time.programme,
        time.day.to_sqlx() as _,
        time.class.as_str(),
        i32::try_from(time.minutes).unwrap_or(i32::MAX),
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What a correction says of a contact.
#[derive(Debug, Clone, Copy)]
pub struct Correction {
    /// Contact.
    pub contact: ContactId,
    /// Trajectory whose history tells of it.
    pub trajectory: TrajectoryId,
    /// Day.
    pub day: Date,
    /// Class of the time.
    pub class: TimeClass,
    /// Minutes.
    pub minutes: u32,
    /// Whether it never took place.
    pub struck_out: bool,
}

/// Puts the corrected values in place of the earlier ones; `false` when the contact is unknown or has seen this event.
pub async fn correct(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    correction: &Correction,
) -> Result<bool, sqlx::Error> {
    let corrected = sqlx::query!(
        "update suggested_hours
         set trajectory_sequence = $4, day = $5, time_class = $6, minutes = $7, struck_out = $8
         where generation = $1 and contact_id = $2 and trajectory_id = $3 and trajectory_sequence < $4",
        generation,
        correction.contact.as_uuid(),
        correction.trajectory.as_uuid(),
        sequence,
        correction.day.to_sqlx() as _,
        correction.class.as_str(),
        i32::try_from(correction.minutes).unwrap_or(i32::MAX),
        correction.struck_out,
    )
    .execute(connection)
    .await?;
    Ok(corrected.rows_affected() == 1)
}

/// The trajectory of a contact and the newest event its row has seen.
pub async fn seen(
    connection: &mut PgConnection,
    generation: i64,
    contact: ContactId,
) -> Result<Option<(TrajectoryId, i64)>, sqlx::Error> {
    let row = sqlx::query!(
        "select trajectory_id, trajectory_sequence from suggested_hours where generation = $1 and contact_id = $2",
        generation,
        contact.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (TrajectoryId::from_uuid(row.trajectory_id), row.trajectory_sequence)))
}

/// Removes what was built from some trajectories.
pub async fn forget(
    connection: &mut PgConnection,
    generation: i64,
    trajectories: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from suggested_hours where generation = $1 and trajectory_id = any ($2)",
        generation,
        trajectories,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes some rows of a generation and says how many; 0 when none are left.
pub async fn clear(connection: &mut PgConnection, generation: i64) -> Result<u64, sqlx::Error> {
    let cleared = sqlx::query!(
        "delete from suggested_hours
         where generation = $1
           and contact_id in (select contact_id from suggested_hours where generation = $1 limit $2)",
        generation,
        AT_ONCE,
    )
    .execute(connection)
    .await?;
    Ok(cleared.rows_affected())
}

/// Which suggestions a list is of.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    /// Programme.
    pub programme: &'a str,
    /// First month; `None` is the first there is.
    pub from: Option<Month>,
    /// Last month, included; `None` is the last there is.
    pub to: Option<Month>,
    /// Only this worker; `None` is all.
    pub worker: Option<Uuid>,
}

/// Time of a worker in a month for an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// First day of the month.
    pub month: Date,
    /// Worker.
    pub worker: Uuid,
    /// Organisation.
    pub organisation: Uuid,
    /// Minutes with participants.
    pub with_participant: i64,
    /// Minutes of consultation and preparation.
    pub around_participant: i64,
    /// Contacts they come from.
    pub contacts: i64,
}

/// Time by worker and month, newest month first, after a cursor; `limit` counts workers and months, each with all its
/// organisations. One statement, over the generation that readers see.
pub async fn page(
    connection: &mut PgConnection,
    filter: &Filter<'_>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Suggested>, Error> {
    // The cursor's instant is the first midnight of a month in UTC; the start of a list lies after every month.
    let after_month = after.at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let rows = sqlx::query!(
        // "!": sums and counts over at least one row are never null.
        r#"with listed as (
               select month, worker_id
               from suggested_hours
               where generation = (select active_generation from chassis.projection_generations)
                 and programme = $1 and not struck_out
                 and ($2::date is null or month >= $2) and ($3::date is null or month <= $3)
                 and ($4::uuid is null or worker_id = $4)
                 and (month, worker_id) < ($5, $6)
               group by month, worker_id
               order by month desc, worker_id desc
               limit $7
           )
           select hours.month as "month!", hours.worker_id, hours.organisation_id,
                  coalesce(sum(hours.minutes) filter (where hours.time_class = 'with_participant'), 0) as "with_participant!",
                  coalesce(sum(hours.minutes) filter (where hours.time_class = 'around_participant'), 0) as "around_participant!",
                  count(*) as "contacts!"
           from listed
           join suggested_hours as hours on hours.month = listed.month and hours.worker_id = listed.worker_id
           where hours.generation = (select active_generation from chassis.projection_generations)
             and hours.programme = $1 and not hours.struck_out
           group by hours.month, hours.worker_id, hours.organisation_id
           order by hours.month desc, hours.worker_id desc, hours.organisation_id"#,
        filter.programme,
        filter.from.map(|month| month.first_day().to_sqlx()) as _,
        filter.to.map(|month| month.first_day().to_sqlx()) as _,
        filter.worker,
        after_month.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Suggested {
            month: row.month.to_jiff(),
            worker: row.worker_id,
            organisation: row.organisation_id,
            with_participant: row.with_participant,
            around_participant: row.around_participant,
            contacts: row.contacts,
        })
        .collect())
}
