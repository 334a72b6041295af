//! Publishing again: consumers that have the events ignore them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use proto::admin::v1::RepublishEventsRequest;
use uuid::Uuid;

use super::{AdminError, ids};
use crate::caller::Call;
use crate::database::{Command, DatabaseError, UnitOfWork, Work};

/// Rows marked in one transaction.
const BATCH: i64 = 5_000;
const MOST_AGGREGATES: usize = 10_000;

/// Which events.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    Since(Timestamp),
    Of(Vec<Uuid>),
}

impl Choice {
    pub(super) fn parse(request: &RepublishEventsRequest) -> Result<Self, AdminError> {
        let wrong = |field, message: &str| {
            AdminError::invalid(
                field,
                "REQUIRED",
                message.into(),
                "name aggregate_ids, or a time in since".into(),
            )
        };
        if request.aggregate_ids.len() > MOST_AGGREGATES {
            return Err(wrong("aggregate_ids", "names more than 10000 aggregates"));
        }
        if !request.aggregate_ids.is_empty() {
            return Ok(Self::Of(ids("aggregate_ids", &request.aggregate_ids)?));
        }
        let since = request.since.as_ref().ok_or_else(|| wrong("since", "is missing"))?;
        Timestamp::new(since.seconds, since.nanos)
            .map(Self::Since)
            .map_err(|_| wrong("since", "is no instant"))
    }
}

/// Marks some published rows as unpublished.
#[derive(Debug)]
struct MarkUnpublished {
    choice: Choice,
    after: i64,
}

#[derive(Debug)]
struct Marked {
    rows: i64,
    last: Option<i64>,
}

impl Command for MarkUnpublished {
    const NAME: &'static str = "mark_unpublished";
    type Outcome = Marked;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<Marked, AdminError> {
        let (since, aggregates) = match &self.choice {
            Choice::Since(since) => (Some(since.to_sqlx()), None),
            Choice::Of(aggregates) => (None, Some(aggregates.as_slice())),
        };
        let row = sqlx::query!(
            r#"with chosen as (
                select position from chassis.outbox
                where published_at is not null and position > $1
                  and ($2::timestamptz is null or recorded_at >= $2)
                  and ($3::uuid[] is null or aggregate_id = any($3))
                order by position
                limit $4
            ), marked as (
                update chassis.outbox set published_at = null
                where position in (select position from chosen)
                returning position
            )
            select count(*) as "rows!", max(position) as last from marked"#,
            self.after,
            since as _,
            aggregates as Option<&[Uuid]>,
            BATCH,
        )
        .fetch_one(work.connection())
        .await
        .map_err(DatabaseError::from)?;
        for aggregate in aggregates.unwrap_or_default() {
            work.touches(*aggregate);
        }
        work.wakes_relay();
        Ok(Marked { rows: row.rows, last: row.last })
    }
}

/// Marks the chosen events in batches; the relay does the rest. Gives how many.
pub(super) async fn republish(uow: &UnitOfWork, call: &Call, choice: Choice) -> Result<i64, AdminError> {
    let (mut events, mut after) = (0, 0);
    loop {
        let marked = uow.read(call, MarkUnpublished { choice: choice.clone(), after }).await?;
        events += marked.rows;
        match marked.last {
            Some(last) if marked.rows == BATCH => after = last,
            _ => return Ok(events),
        }
    }
}
