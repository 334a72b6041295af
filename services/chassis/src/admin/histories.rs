//! Histories: what `reconcile` compares between a producer and its consumers, and forgets where they differ.

use std::str::FromStr as _;

use proto::admin::v1::{
    ForgetHistoriesRequest, History, ListConsumedHistoriesRequest, ListConsumedHistoriesResponse,
    ListProducedHistoriesRequest, ListProducedHistoriesResponse,
};
use uuid::Uuid;

use super::{AdminError, bad_token, ids, page_size};
use crate::database::{Command, DatabaseError, Work};
use crate::events::ConsumerHandle;

const MOST_FORGOTTEN: usize = 1_000;

fn after(page_token: &str) -> Result<Uuid, AdminError> {
    if page_token.is_empty() { Ok(Uuid::nil()) } else { Uuid::from_str(page_token).map_err(|_| bad_token()) }
}

/// Cuts the row that only tells whether there is more. Gives the token of the next page.
fn next_page(histories: &mut Vec<History>, size: i64) -> String {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = histories.len() > size;
    histories.truncate(size);
    histories.last().filter(|_| more).map(|last| last.aggregate_id.clone()).unwrap_or_default()
}

/// Histories this service produced.
#[derive(Debug)]
pub(super) struct ListProduced {
    size: i64,
    after: Uuid,
}

impl ListProduced {
    pub(super) fn parse(request: &ListProducedHistoriesRequest) -> Result<Self, AdminError> {
        Ok(Self { size: page_size(request.page_size, 1_000, 5_000)?, after: after(&request.page_token)? })
    }
}

impl Command for ListProduced {
    const NAME: &'static str = "list_produced_histories";
    type Outcome = ListProducedHistoriesResponse;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<ListProducedHistoriesResponse, AdminError> {
        let rows = sqlx::query!(
            "select aggregate_type, aggregate_id, epoch, last_sequence, digest
             from chassis.histories
             where aggregate_id > $1
             order by aggregate_id
             limit $2",
            self.after,
            self.size + 1,
        )
        .fetch_all(work.connection())
        .await
        .map_err(DatabaseError::from)?;
        let mut histories = rows
            .into_iter()
            .map(|row| History {
                aggregate_type: row.aggregate_type,
                aggregate_id: row.aggregate_id.to_string(),
                epoch: row.epoch,
                last_sequence: row.last_sequence,
                digest: row.digest,
            })
            .collect();
        let next_page_token = next_page(&mut histories, self.size);
        Ok(ListProducedHistoriesResponse { histories, next_page_token })
    }
}

/// Histories this service consumed from one producer.
#[derive(Debug)]
pub(super) struct ListConsumed {
    producer: String,
    size: i64,
    after: Uuid,
}

impl ListConsumed {
    pub(super) fn parse(request: ListConsumedHistoriesRequest) -> Result<Self, AdminError> {
        Ok(Self {
            size: page_size(request.page_size, 1_000, 5_000)?,
            after: after(&request.page_token)?,
            producer: request.producer,
        })
    }
}

impl Command for ListConsumed {
    const NAME: &'static str = "list_consumed_histories";
    type Outcome = ListConsumedHistoriesResponse;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<ListConsumedHistoriesResponse, AdminError> {
        let rows = sqlx::query!(
            "select aggregate_type, aggregate_id, epoch, last_sequence, digest
             from chassis.consumed_histories
             where producer = $1 and aggregate_id > $2
             order by aggregate_id
             limit $3",
            self.producer,
            self.after,
            self.size + 1,
        )
        .fetch_all(work.connection())
        .await
        .map_err(DatabaseError::from)?;
        let mut histories = rows
            .into_iter()
            .map(|row| History {
                aggregate_type: row.aggregate_type,
                aggregate_id: row.aggregate_id.to_string(),
                epoch: row.epoch,
                last_sequence: row.last_sequence,
                digest: row.digest,
            })
            .collect();
        let next_page_token = next_page(&mut histories, self.size);
        Ok(ListConsumedHistoriesResponse { histories, next_page_token })
    }
}

/// Forgets aggregates of a producer.
#[derive(Debug)]
pub(super) struct ForgetHistories {
    consumer: ConsumerHandle,
    producer: String,
    aggregates: Vec<Uuid>,
}

impl ForgetHistories {
    pub(super) fn parse(
        request: ForgetHistoriesRequest,
        consumer: &ConsumerHandle,
    ) -> Result<Self, AdminError> {
        if request.aggregate_ids.is_empty() || request.aggregate_ids.len() > MOST_FORGOTTEN {
            return Err(AdminError::invalid(
                "aggregate_ids",
                "OUT_OF_RANGE",
                format!("does not name 1 to {MOST_FORGOTTEN} aggregates"),
                "send several calls".into(),
            ));
        }
        let aggregates = ids("aggregate_ids", &request.aggregate_ids)?;
        Ok(Self { consumer: consumer.clone(), producer: request.producer, aggregates })
    }
}

impl Command for ForgetHistories {
    const NAME: &'static str = "forget_histories";
    type Outcome = i64;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<i64, AdminError> {
        for aggregate in &self.aggregates {
            work.touches(*aggregate);
        }
        self.consumer.forget(work, &self.producer, &self.aggregates).await.map_err(AdminError::Forget)
    }
}
