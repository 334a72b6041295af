//! The relay's view of the outbox, over its own connection: the session that holds the lock is the one that marks, so a relay
//! that lost the lock cannot mark.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Rows that are read at once.
pub(super) const BATCH: i64 = 500;

/// An event that was written and not yet confirmed by the broker.
#[derive(Debug)]
pub(super) struct OutboxRow {
    pub(super) position: i64,
    pub(super) event_id: Uuid,
    pub(super) event_type: String,
    pub(super) aggregate_type: String,
    pub(super) aggregate_id: Uuid,
    pub(super) event_sequence: i64,
    pub(super) epoch: i64,
    pub(super) digest: Vec<u8>,
    pub(super) recorded_at: Timestamp,
    pub(super) traceparent: String,
    pub(super) payload: Vec<u8>,
}

/// What waits to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backlog {
    pub(crate) rows: i64,
    /// When the oldest was written.
    pub(crate) oldest: Option<Timestamp>,
}

/// The next unpublished rows but for those in flight. Never "after the last position": positions are handed out before
/// commit, so a cursor skips what commits late.
pub(super) async fn unpublished(
    connection: &mut PgConnection,
    in_flight: &[i64],
) -> Result<Vec<OutboxRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "select position, event_id, event_type, aggregate_type, aggregate_id, event_sequence, epoch, digest, recorded_at,
                traceparent, payload
         from chassis.outbox
         where published_at is null and position <> all($1)
         order by position
         limit $2",
        in_flight,
        BATCH,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OutboxRow {
            position: row.position,
            event_id: row.event_id,
            event_type: row.event_type,
            aggregate_type: row.aggregate_type,
            aggregate_id: row.aggregate_id,
            event_sequence: row.event_sequence,
            epoch: row.epoch,
            digest: row.digest,
            recorded_at: row.recorded_at.to_jiff(),
            traceparent: row.traceparent,
            payload: row.payload,
        })
        .collect())
}

/// Remembers that the broker has them.
pub(super) async fn mark_published(
    connection: &mut PgConnection,
    positions: &[i64],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update chassis.outbox set published_at = $2 where position = any($1) and published_at is null",
        positions,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts what waits.
pub(crate) async fn backlog(connection: &mut PgConnection) -> Result<Backlog, sqlx::Error> {
    let row = sqlx::query!(
        r#"select count(*) as "rows!", min(recorded_at) as oldest from chassis.outbox where published_at is null"#
    )
    .fetch_one(connection)
    .await?;
    Ok(Backlog { rows: row.rows, oldest: row.oldest.map(jiff_sqlx::Timestamp::to_jiff) })
}

/// Takes the relay's lock for this session, if nobody has it.
pub(super) async fn try_lead(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_lock(hashtextextended('bondgenoot.relay', 0)) as "taken!""#)
        .fetch_one(connection)
        .await
}

/// Tells the leading relay, in another process, that something was committed.
pub(super) async fn notify(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_notify('outbox', '')").fetch_one(connection).await?;
    Ok(())
}
