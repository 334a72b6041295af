//! `measures` and `measure_values`.

use chassis::page::Cursor;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::ClosedSet as _;
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Change, to_int};
use crate::domain::{Measure, MeasureId, TrajectoryId};
use crate::error::Error;

/// One number as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ValueView {
    /// Item of the instrument or life domain.
    pub item: String,
    /// The number.
    pub value: i32,
}

/// A measure as its reader sees it.
#[derive(Debug, Clone)]
pub struct MeasureView {
    /// Measure.
    pub id: MeasureId,
    /// Its trajectory.
    pub trajectory: TrajectoryId,
    /// With which instrument.
    pub instrument: String,
    /// Version of its items.
    pub item_version: i32,
    /// On which day.
    pub day: Date,
    /// The numbers that the reader may read.
    pub values: Vec<ValueView>,
    /// How many more there are.
    pub hidden: usize,
    /// When it was written down.
    pub taken_at: Timestamp,
    /// Who wrote it down.
    pub taken_by: Uuid,
}

struct MeasureRow {
    measure_id: Uuid,
    trajectory_id: Uuid,
    instrument: String,
    item_version: i32,
    day: jiff_sqlx::Date,
    value_count: i32,
    taken_at: jiff_sqlx::Timestamp,
    taken_by: Uuid,
    values: Json<Vec<ValueView>>,
}

impl From<MeasureRow> for MeasureView {
    fn from(row: MeasureRow) -> Self {
        let Json(values) = row.values;
        Self {
            id: MeasureId::from_uuid(row.measure_id),
            trajectory: TrajectoryId::from_uuid(row.trajectory_id),
            instrument: row.instrument,
            item_version: row.item_version,
            day: row.day.to_jiff(),
            hidden: usize::try_from(row.value_count).unwrap_or_default().saturating_sub(values.len()),
            values,
            taken_at: row.taken_at.to_jiff(),
            taken_by: row.taken_by,
        }
    }
}

/// Stores a measure.
pub async fn insert(
    connection: &mut PgConnection,
    id: MeasureId,
    trajectory: TrajectoryId,
    measure: &Measure,
    change: Change,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into measures (measure_id, trajectory_id, instrument, item_version, day, value_count, taken_at, taken_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.as_uuid(),
        trajectory.as_uuid(),
        measure.instrument.as_str(),
        to_int(measure.item_version),
        measure.day.to_sqlx() as _,
        i32::try_from(measure.values.len()).unwrap_or(i32::MAX),
        change.at.to_sqlx() as _,
        change.by,
    )
    .execute(&mut *connection)
    .await?;
    let items: Vec<String> = measure.values.iter().map(|value| value.item.clone()).collect();
    let classes: Vec<String> = measure.values.iter().map(|value| value.class.as_str().to_owned()).collect();
    let numbers: Vec<i32> = measure.values.iter().map(|value| to_int(value.value)).collect();
    sqlx::query!(
        "insert into measure_values (measure_id, item, trajectory_id, domain_class, value)
         select $1, item, $2, class, value
         from unnest($3::text[], $4::text[], $5::integer[]) as given (item, class, value)",
        id.as_uuid(),
        trajectory.as_uuid(),
        &items,
        &classes,
        &numbers,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Instrument and day of every measure of a trajectory.
pub async fn days(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
) -> Result<Vec<(String, Date)>, Error> {
    let rows = sqlx::query!(
        "select instrument, day from measures where trajectory_id = $1 order by day",
        trajectory.as_uuid()
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.instrument, row.day.to_jiff())).collect())
}

/// One measure as its reader sees it.
pub async fn view(connection: &mut PgConnection, id: MeasureId) -> Result<Option<MeasureView>, Error> {
    // The aggregate is never null, hence the exclamation mark.
    let row = sqlx::query_as!(
        MeasureRow,
        r#"select measure_id, trajectory_id, instrument, item_version, day, value_count, taken_at, taken_by,
                  (select coalesce(jsonb_agg(jsonb_build_object('item', item, 'value', value) order by item), '[]')
                   from measure_values
                   where measure_values.measure_id = measures.measure_id) as "values!: Json<Vec<ValueView>>"
           from measures
           where measure_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Into::into))
}

/// The measures of a trajectory, with one instrument or all, those written down last first, after a cursor.
pub async fn page(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
    instrument: Option<&str>,
    after: Cursor,
    limit: i64,
) -> Result<Vec<MeasureView>, Error> {
    let rows = sqlx::query_as!(
        MeasureRow,
        r#"select measure_id, trajectory_id, instrument, item_version, day, value_count, taken_at, taken_by,
                  (select coalesce(jsonb_agg(jsonb_build_object('item', item, 'value', value) order by item), '[]')
                   from measure_values
                   where measure_values.measure_id = measures.measure_id) as "values!: Json<Vec<ValueView>>"
           from measures
           where trajectory_id = $1 and ($2::text is null or instrument = $2) and (taken_at, measure_id) < ($3, $4)
           order by taken_at desc, measure_id desc
           limit $5"#,
        trajectory.as_uuid(),
        instrument,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The latest measure of a trajectory with each instrument.
pub async fn latest(
    connection: &mut PgConnection,
    trajectory: TrajectoryId,
) -> Result<Vec<MeasureView>, Error> {
    let rows = sqlx::query_as!(
        MeasureRow,
        r#"select distinct on (instrument) measure_id, trajectory_id, instrument, item_version, day, value_count, taken_at, taken_by,
                  (select coalesce(jsonb_agg(jsonb_build_object('item', item, 'value', value) order by item), '[]')
                   from measure_values
                   where measure_values.measure_id = measures.measure_id) as "values!: Json<Vec<ValueView>>"
           from measures
           where trajectory_id = $1
           order by instrument, day desc, taken_at desc, measure_id desc"#,
        trajectory.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}
