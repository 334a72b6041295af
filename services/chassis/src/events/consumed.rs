//! The lock under which events are applied, and how far each aggregate was.

use sqlx::PgConnection;
use uuid::Uuid;

use super::handler::Target;
use super::history::{History, Hold, Key};
use crate::database::DatabaseError;

/// Takes the lock under which events are applied: one transaction at a time, whoever it is (consumer, redrive, switch of a
/// rebuild). Gives the generation readers see.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<Target, DatabaseError> {
    let generation =
        sqlx::query_scalar!("select active_generation from chassis.projection_generations for update")
            .fetch_one(connection)
            .await?;
    Ok(Target { generation })
}

/// A history as it stands, and whether any event waits for it.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) key: Key,
    pub(super) history: History,
    pub(super) has_waiting: bool,
}

/// Reads the histories of some aggregates; unknown ones are empty.
pub(super) async fn load(connection: &mut PgConnection, keys: &[Key]) -> Result<Vec<Loaded>, DatabaseError> {
    let producers: Vec<&str> = keys.iter().map(|key| key.producer.as_str()).collect();
    let aggregates: Vec<Uuid> = keys.iter().map(|key| key.aggregate_id).collect();
    // Every column but the wanted ones is absent for an aggregate that was never seen. Lateral, so that the plan is one index
    // probe per aggregate, also when it was made while the table was small and is used while a backlog fills it.
    let rows = sqlx::query!(
        r#"select wanted.producer as "producer!", wanted.aggregate_id as "aggregate_id!",
                  known.aggregate_type as "aggregate_type?", known.epoch as "epoch?", known.last_sequence as "last_sequence?",
                  known.digest as "digest?", parked.parked_id as "parked_id?", parked.event_id as "parked_event_id?",
                  parked.event_sequence as "parked_sequence?",
                  (known.parked_id is not null
                   or exists (select 1 from chassis.pending
                              where pending.producer = wanted.producer and pending.aggregate_id = wanted.aggregate_id)
                   or exists (select 1 from chassis.pending where pending.waits_for = wanted.aggregate_id)
                   or exists (select 1 from chassis.parked as missing
                              where missing.waits_for = wanted.aggregate_id and missing.redriven_at is null)) as "has_waiting!"
           from unnest($1::text[], $2::uuid[]) as wanted (producer, aggregate_id)
           left join lateral (select aggregate_type, epoch, last_sequence, digest, parked_id
                              from chassis.consumed_histories as history
                              where history.producer = wanted.producer and history.aggregate_id = wanted.aggregate_id
                              limit 1) as known on true
           left join lateral (select parked_id, event_id, event_sequence
                              from chassis.parked as holding where holding.parked_id = known.parked_id
                              limit 1) as parked on true"#,
        &producers as _,
        &aggregates,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let hold = match (row.parked_id, row.parked_event_id, row.parked_sequence) {
                (Some(parked_id), Some(event_id), Some(sequence)) => {
                    Some(Hold { parked_id, event_id, sequence })
                }
                _ => None,
            };
            Loaded {
                key: Key { producer: row.producer, aggregate_id: row.aggregate_id },
                history: History {
                    aggregate_type: row.aggregate_type.unwrap_or_default(),
                    epoch: row.epoch.unwrap_or_default(),
                    last_sequence: row.last_sequence.unwrap_or_default(),
                    digest: row.digest.unwrap_or_default(),
                    hold,
                    changed: false,
                },
                has_waiting: row.has_waiting,
            }
        })
        .collect())
}

/// Writes the histories that changed.
pub(super) async fn store(
    connection: &mut PgConnection,
    changed: &[(&Key, &History)],
) -> Result<(), DatabaseError> {
    let producers: Vec<&str> = changed.iter().map(|(key, _)| key.producer.as_str()).collect();
    let aggregates: Vec<Uuid> = changed.iter().map(|(key, _)| key.aggregate_id).collect();
    let types: Vec<&str> = changed.iter().map(|(_, history)| history.aggregate_type.as_str()).collect();
    let epochs: Vec<i64> = changed.iter().map(|(_, history)| history.epoch).collect();
    let sequences: Vec<i64> = changed.iter().map(|(_, history)| history.last_sequence).collect();
    let digests: Vec<&[u8]> = changed.iter().map(|(_, history)| history.digest.as_slice()).collect();
    let parked: Vec<Option<Uuid>> =
        changed.iter().map(|(_, history)| history.hold.map(|hold| hold.parked_id)).collect();
    sqlx::query!(
        "insert into chassis.consumed_histories
            (producer, aggregate_id, aggregate_type, epoch, last_sequence, digest, parked_id)
         select producer, aggregate_id, aggregate_type, epoch, last_sequence, digest, parked_id
         from unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::uuid[])
              as changed (producer, aggregate_id, aggregate_type, epoch, last_sequence, digest, parked_id)
         on conflict (producer, aggregate_id) do update
         set aggregate_type = excluded.aggregate_type,
             epoch = excluded.epoch,
             last_sequence = excluded.last_sequence,
             digest = excluded.digest,
             parked_id = excluded.parked_id",
        &producers as _,
        &aggregates,
        &types as _,
        &epochs,
        &sequences,
        &digests as _,
        &parked as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
