//! Writing events into the outbox, in the transaction of the change.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::DatabaseError;
use super::work::Context;

/// An event that waits for the end of its unit of work.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) event_id: Uuid,
    pub(super) event_type: &'static str,
    pub(super) aggregate_type: &'static str,
    pub(super) aggregate_id: Uuid,
    pub(super) payload: Vec<u8>,
}

/// Inserts one event. The history's row lock gives the aggregate's events gap-free numbers in commit order. The epoch is the
/// database's, not this process': another instance may have raised it; and it never falls within a history.
pub(super) async fn insert(
    connection: &mut PgConnection,
    event: &Staged,
    context: &Context,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with history as (
            insert into chassis.histories as known (aggregate_id, aggregate_type, epoch, last_sequence, digest)
            values ($1, $2, (select epoch from chassis.deployment), 1, sha256(uuid_send($3)))
            on conflict (aggregate_id) do update
            set epoch = greatest(known.epoch, excluded.epoch),
                last_sequence = known.last_sequence + 1,
                digest = sha256(known.digest || uuid_send($3))
            returning epoch, last_sequence, digest
        )
        insert into chassis.outbox
            (event_id, event_type, aggregate_type, aggregate_id, event_sequence, epoch, digest, recorded_at, traceparent, payload)
        select $3, $4, $2, $1, history.last_sequence, history.epoch, history.digest, $5, $6, $7
        from history",
        event.aggregate_id,
        event.aggregate_type,
        event.event_id,
        event.event_type,
        context.clock.now().to_sqlx() as _,
        context.trace.as_str(),
        event.payload,
    )
    .execute(connection)
    .await?;
    Ok(())
}
