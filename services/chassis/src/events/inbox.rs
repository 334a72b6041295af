//! Events that were applied, in the order in which they were.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::envelope::Received;
use super::handler::Envelope;
use crate::database::DatabaseError;

/// Which of these events were applied.
pub(super) async fn applied_among(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, DatabaseError> {
    Ok(sqlx::query_scalar!("select event_id from chassis.inbox where event_id = any($1)", ids)
        .fetch_all(connection)
        .await?)
}

/// Writes applied events, and ends the parking of those that were parked under another form before.
///
/// # Errors
/// Also when one is there already. Asking for that in the statement (`on conflict`) makes every row dearer.
pub(super) async fn insert(connection: &mut PgConnection, events: &[Received]) -> Result<(), DatabaseError> {
    let each = |field: fn(&Envelope) -> String| -> Vec<String> {
        events.iter().map(|event| field(&event.envelope)).collect()
    };
    let ids: Vec<Uuid> = events.iter().map(|event| event.envelope.event_id).collect();
    let aggregates: Vec<Uuid> = events.iter().map(|event| event.envelope.aggregate_id).collect();
    let sequences: Vec<i64> = events.iter().map(|event| event.envelope.sequence).collect();
    let epochs: Vec<i64> = events.iter().map(|event| event.envelope.epoch).collect();
    let times: Vec<jiff_sqlx::Timestamp> =
        events.iter().map(|event| event.envelope.recorded_at.to_sqlx()).collect();
    let payloads: Vec<&[u8]> = events.iter().map(|event| event.envelope.payload.as_slice()).collect();
    sqlx::query!(
        "with unparked as (
            update chassis.parked set redriven_at = now() where event_id = any($1) and redriven_at is null
         )
         insert into chassis.inbox
            (event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at, payload)
         select event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at, payload
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[], $8::timestamptz[],
                     $9::bytea[])
              with ordinality as applied (event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch,
                                          recorded_at, payload, place)
         order by place",
        &ids,
        &each(|event| event.producer.clone()),
        &each(|event| event.event_type.clone()),
        &each(|event| event.aggregate_type.clone()),
        &aggregates,
        &sequences,
        &epochs,
        &times as _,
        &payloads as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An applied event with its place.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) position: i64,
    pub(super) envelope: Envelope,
}

/// The next applied events behind a position. A cursor is right here: events are applied by one transaction at a time, so
/// positions become visible in order.
pub(super) async fn after(
    connection: &mut PgConnection,
    position: i64,
    limit: i64,
) -> Result<Vec<Applied>, DatabaseError> {
    let rows = sqlx::query!(
        "select position, event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at,
                payload
         from chassis.inbox
         where position > $1
         order by position
         limit $2",
        position,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Applied {
            position: row.position,
            envelope: Envelope {
                event_id: row.event_id,
                event_type: row.event_type,
                producer: row.producer,
                aggregate_type: row.aggregate_type,
                aggregate_id: row.aggregate_id,
                sequence: row.event_sequence,
                epoch: row.epoch,
                recorded_at: row.recorded_at.to_jiff(),
                traceparent: String::new(),
                payload: row.payload,
            },
        })
        .collect())
}

/// How many events were applied.
pub(super) async fn count(connection: &mut PgConnection) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "rows!" from chassis.inbox"#).fetch_one(connection).await?)
}
