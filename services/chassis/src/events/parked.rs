//! Events that could not be applied and wait for a person.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::envelope::{Received, Unreadable};
use super::handler::Envelope;
use super::pending::{Origin, Waiting};
use crate::database::DatabaseError;

/// The handler refuses it, and always will.
pub const POISON: &str = "POISON";
/// The aggregate it waits for did not come in time.
pub const PARENT_MISSING: &str = "PARENT_MISSING";
/// An earlier event of its aggregate did not come in time.
pub const SEQUENCE_GAP: &str = "SEQUENCE_GAP";
/// Its producer tells another history than the one that was applied.
pub const HISTORY_FORKED: &str = "HISTORY_FORKED";
/// Its id is that of another event.
pub const EVENT_ID_REUSED: &str = "EVENT_ID_REUSED";

/// Longest error text that is kept, bytes.
const MAX_ERROR: usize = 2_000;

/// An event to park.
#[derive(Debug)]
pub(super) struct Parking {
    pub(super) parked_id: Uuid,
    pub(super) received: Received,
    pub(super) reason: &'static str,
    pub(super) error: String,
    pub(super) waits_for: Option<Uuid>,
}

/// Parks an event, or says anew why it is parked. Gives the id of its row.
pub(super) async fn store(connection: &mut PgConnection, parking: &Parking) -> Result<Uuid, DatabaseError> {
    let event = &parking.received.envelope;
    Ok(sqlx::query_scalar!(
        "insert into chassis.parked as known
            (parked_id, event_id, producer, event_type, aggregate_type, aggregate_id, event_sequence, epoch, recorded_at,
             traceparent, payload, history_digest, reason, error, waits_for)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (event_id) do update
         set producer = excluded.producer, event_type = excluded.event_type, aggregate_type = excluded.aggregate_type,
             aggregate_id = excluded.aggregate_id, event_sequence = excluded.event_sequence, epoch = excluded.epoch,
             recorded_at = excluded.recorded_at, traceparent = excluded.traceparent, payload = excluded.payload,
             history_digest = excluded.history_digest, reason = excluded.reason, error = excluded.error,
             waits_for = excluded.waits_for, parked_at = now(), redriven_at = null
         returning parked_id",
        parking.parked_id,
        event.event_id,
        event.producer,
        event.event_type,
        event.aggregate_type,
        event.aggregate_id,
        event.sequence,
        event.epoch,
        event.recorded_at.to_sqlx() as _,
        event.traceparent,
        event.payload,
        parking.received.history_digest,
        parking.reason,
        shortened(&parking.error),
        parking.waits_for,
    )
    .fetch_one(connection)
    .await?)
}

/// Parks a message that is no event. The same message again changes nothing.
pub(super) async fn store_unreadable(
    connection: &mut PgConnection,
    parked_id: Uuid,
    message: &Unreadable,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into chassis.parked (parked_id, event_id, event_type, payload, reason, error)
         select $1, $2, $3, $4, $5, $6
         where not exists (select 1 from chassis.parked
                           where event_id is not distinct from $2 and payload = $4 and reason = $5 and error = $6)
         on conflict (event_id) do nothing",
        parked_id,
        message.event_id,
        message.event_type,
        message.payload,
        message.reason,
        shortened(&message.error),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Parked events that were applied after all.
pub(super) async fn mark_redriven(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), DatabaseError> {
    sqlx::query!("update chassis.parked set redriven_at = now() where parked_id = any($1)", ids)
        .execute(connection)
        .await?;
    Ok(())
}

/// An open parked event, if it could be read: then it can be tried again.
pub(super) async fn load(
    connection: &mut PgConnection,
    parked_id: Uuid,
) -> Result<Option<Waiting>, DatabaseError> {
    // The filter leaves only rows whose columns are all there.
    let row = sqlx::query!(
        r#"select event_id as "event_id!", producer as "producer!", event_type as "event_type!",
                  aggregate_type as "aggregate_type!", aggregate_id as "aggregate_id!", event_sequence as "event_sequence!",
                  epoch as "epoch!", recorded_at as "recorded_at!", traceparent, payload,
                  history_digest as "history_digest!", waits_for
           from chassis.parked
           where parked_id = $1 and redriven_at is null and history_digest is not null"#,
        parked_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Waiting {
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
        deadline: None,
        origin: Origin::Parked(parked_id),
    }))
}

/// Open parked and waiting events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// In `pending`.
    pub(crate) pending: i64,
    /// When the oldest of those came.
    pub(crate) oldest: Option<Timestamp>,
    /// In `parked`, not redriven.
    pub(crate) parked: i64,
}

/// Counts what is held back.
pub(crate) async fn held(connection: &mut PgConnection) -> Result<Held, DatabaseError> {
    let row = sqlx::query!(
        r#"select (select count(*) from chassis.pending) as "pending!",
                  (select min(received_at) from chassis.pending) as oldest,
                  (select count(*) from chassis.parked where redriven_at is null) as "parked!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Held {
        pending: row.pending,
        oldest: row.oldest.map(jiff_sqlx::Timestamp::to_jiff),
        parked: row.parked,
    })
}

fn shortened(text: &str) -> String {
    text.chars().filter(|character| *character != '\0').take(MAX_ERROR).collect()
}
