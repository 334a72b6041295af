//! Events that wait: for an earlier event of their aggregate, for a parent, or behind a parked one.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::envelope::Received;
use super::handler::Envelope;
use super::history::Key;
use crate::database::DatabaseError;

/// Where a waiting event stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It has just come.
    Arrived,
    /// It has a row in `pending`.
    Pending,
    /// It has this row in `parked`.
    Parked(Uuid),
}

/// An event that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) received: Received,
    /// The aggregate it waits for; `None` when it waits for an earlier event of its own.
    pub(super) waits_for: Option<Uuid>,
    pub(super) deadline: Option<Timestamp>,
    pub(super) origin: Origin,
}

impl Waiting {
    pub(super) const fn arrived(received: Received) -> Self {
        Self { received, waits_for: None, deadline: None, origin: Origin::Arrived }
    }

    pub(super) fn envelope(&self) -> &Envelope {
        &self.received.envelope
    }
}

/// Everything that waits in or for these aggregates, by sequence. Parked ones come along when they were parked for something
/// missing: they go on by themselves when it comes.
pub(super) async fn load(
    connection: &mut PgConnection,
    aggregates: &[Uuid],
) -> Result<Vec<Waiting>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select null::uuid as parked_id, event_id as "event_id!", producer as "producer!", event_type as "event_type!",
                  aggregate_type as "aggregate_type!", aggregate_id as "aggregate_id!", event_sequence as "event_sequence!",
                  epoch as "epoch!", recorded_at as "recorded_at!", traceparent as "traceparent!", payload as "payload!",
                  history_digest as "history_digest!", waits_for, deadline
           from chassis.pending
           where aggregate_id = any($1) or waits_for = any($1)
           union all
           select parked_id, event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at,
                  traceparent, payload, history_digest, waits_for, null
           from chassis.parked
           where redriven_at is null and reason in ('SEQUENCE_GAP', 'PARENT_MISSING')
             and (aggregate_id = any($1) or waits_for = any($1))
           order by 7"#,
        aggregates,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Waiting {
            received: Received {
                envelope: Envelope {
                    event_id: row.event_id,
                    event_type: row.event_type,
                    producer: row.producer,
                    aggregate_type: row.aggregate_type,
                    aggregate_id: row.aggregate_id,
                    sequence: row.event_sequence,
                    epoch: row.epoch,
                    recorded_at: row.recorded_at.to_jiff(),
                    traceparent: row.traceparent,
                    payload: row.payload,
                },
                history_digest: row.history_digest,
            },
            waits_for: row.waits_for,
            deadline: row.deadline.map(jiff_sqlx::Timestamp::to_jiff),
            origin: row.parked_id.map_or(Origin::Pending, Origin::Parked),
        })
        .collect())
}

/// Writes waiting events; one that waits already gets its new reason and deadline.
pub(super) async fn store(connection: &mut PgConnection, waiting: &[&Waiting]) -> Result<(), DatabaseError> {
    let each = |field: fn(&Envelope) -> String| -> Vec<String> {
        waiting.iter().map(|item| field(item.envelope())).collect()
    };
    let ids: Vec<Uuid> = waiting.iter().map(|item| item.envelope().event_id).collect();
    let aggregates: Vec<Uuid> = waiting.iter().map(|item| item.envelope().aggregate_id).collect();
    let sequences: Vec<i64> = waiting.iter().map(|item| item.envelope().sequence).collect();
    let epochs: Vec<i64> = waiting.iter().map(|item| item.envelope().epoch).collect();
    let times: Vec<jiff_sqlx::Timestamp> =
        waiting.iter().map(|item| item.envelope().recorded_at.to_sqlx()).collect();
    let payloads: Vec<&[u8]> = waiting.iter().map(|item| item.envelope().payload.as_slice()).collect();
    let digests: Vec<&[u8]> = waiting.iter().map(|item| item.received.history_digest.as_slice()).collect();
    let parents: Vec<Option<Uuid>> = waiting.iter().map(|item| item.waits_for).collect();
    let deadlines: Vec<Option<jiff_sqlx::Timestamp>> =
        waiting.iter().map(|item| item.deadline.map(ToSqlx::to_sqlx)).collect();
    sqlx::query!(
        "insert into chassis.pending
            (event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at, traceparent,
             payload, history_digest, waits_for, deadline)
         select event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at, traceparent,
                payload, history_digest, waits_for, deadline
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[], $8::timestamptz[],
                     $9::text[], $10::bytea[], $11::bytea[], $12::uuid[], $13::timestamptz[])
              as waiting (event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at,
                          traceparent, payload, history_digest, waits_for, deadline)
         on conflict (event_id) do update set waits_for = excluded.waits_for, deadline = excluded.deadline",
        &ids,
        &each(|event| event.producer.clone()),
        &each(|event| event.event_type.clone()),
        &each(|event| event.aggregate_type.clone()),
        &aggregates,
        &sequences,
        &epochs,
        &times as _,
        &each(|event| event.traceparent.clone()),
        &payloads as _,
        &digests as _,
        &parents as _,
        &deadlines as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes events that no longer wait.
pub(super) async fn delete(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), DatabaseError> {
    sqlx::query!("delete from chassis.pending where event_id = any($1)", ids).execute(connection).await?;
    Ok(())
}

/// Sets the deadline of everything of an aggregate that waits: none behind a parked event, a fresh one when it was released.
pub(super) async fn set_deadline(
    connection: &mut PgConnection,
    key: &Key,
    deadline: Option<Timestamp>,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update chassis.pending set deadline = $3 where producer = $1 and aggregate_id = $2",
        key.producer,
        key.aggregate_id,
        deadline.map(ToSqlx::to_sqlx) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The earliest deadline of all.
pub(super) async fn earliest_deadline(
    connection: &mut PgConnection,
) -> Result<Option<Timestamp>, DatabaseError> {
    let earliest =
        sqlx::query_scalar!("select min(deadline) from chassis.pending").fetch_one(connection).await?;
    Ok(earliest.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Aggregates of which something waited too long.
pub(super) async fn overdue(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<Vec<Key>, DatabaseError> {
    let rows = sqlx::query!(
        "select distinct producer, aggregate_id from chassis.pending where deadline <= $1 limit 250",
        now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Key { producer: row.producer, aggregate_id: row.aggregate_id }).collect())
}
