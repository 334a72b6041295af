//! What operators can make a consumer do: try parked events again, forget a history that its producer disowned.

use std::sync::Arc;

use sqlx::PgConnection;
use uuid::Uuid;

use super::consumer::ConsumerHandle;
use super::handler::{HandlerError, Target};
use super::{consumed, generations};
use crate::database::{DatabaseError, Work};

/// What became of parked events that were tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redriven {
    /// Applied now, or found to be applied already.
    pub applied: i64,
    /// Still parked.
    pub parked_again: i64,
}

impl ConsumerHandle {
    /// Tries parked events again, in this order, each with what waits behind it. Safe to repeat, on any instance.
    ///
    /// # Errors
    /// Trouble of the database; what was redriven before stays so.
    pub async fn redrive(&self, parked_ids: Vec<Uuid>) -> Result<Redriven, DatabaseError> {
        let engine = Arc::clone(&self.engine);
        let all = async move {
            let mut outcome = Redriven::default();
            for parked_id in parked_ids {
                if engine.redrive(parked_id).await? {
                    outcome.applied += 1;
                } else {
                    outcome.parked_again += 1;
                }
            }
            Ok(outcome)
        };
        // A caller who hangs up must not cut a transaction.
        self.engine.uow.tasks().run(all).await.map_err(|_| DatabaseError::CutShort)?
    }

    /// Forgets everything this service holds of some aggregates of a producer, so that their true history can be applied from
    /// the start. Inside an open work, which the caller commits. Gives how many were known.
    pub async fn forget(
        &self,
        work: &mut Work,
        producer: &str,
        aggregates: &[Uuid],
    ) -> Result<i64, HandlerError> {
        let generations = generations::lock(work.connection()).await?;
        let active = consumed::lock(work.connection()).await?;
        let handlers = &self.engine.handlers;
        handlers.forget(work, producer, aggregates, active).await?;
        if let Some(generation) = generations.building {
            handlers.forget(work, producer, aggregates, Target { generation }).await?;
        }
        Ok(delete(work.connection(), producer, aggregates).await?)
    }
}

async fn delete(
    connection: &mut PgConnection,
    producer: &str,
    aggregates: &[Uuid],
) -> Result<i64, DatabaseError> {
    sqlx::query!(
        "delete from chassis.inbox where producer = $1 and aggregate_id = any($2)",
        producer,
        aggregates
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from chassis.pending where producer = $1 and aggregate_id = any($2)",
        producer,
        aggregates
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from chassis.parked where producer = $1 and aggregate_id = any($2)",
        producer,
        aggregates
    )
    .execute(&mut *connection)
    .await?;
    let known = sqlx::query!(
        "delete from chassis.consumed_histories where producer = $1 and aggregate_id = any($2)",
        producer,
        aggregates
    )
    .execute(connection)
    .await?;
    Ok(i64::try_from(known.rows_affected()).unwrap_or(i64::MAX))
}
