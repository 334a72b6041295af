//! Parked events: the list, and the choice of those to try again.

use std::str::FromStr as _;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use proto::admin::v1::{ListParkedRequest, ListParkedResponse, ParkedEvent, RedriveParkedRequest};
use uuid::Uuid;

use super::{AdminError, bad_token, ids, page_size, timestamp};
use crate::database::{Command, DatabaseError, Work};

/// A page of parked events, oldest first.
#[derive(Debug)]
pub(super) struct ListParked {
    size: i64,
    after: (Timestamp, Uuid),
}

impl ListParked {
    pub(super) fn parse(request: &ListParkedRequest) -> Result<Self, AdminError> {
        let after = if request.page_token.is_empty() {
            (Timestamp::UNIX_EPOCH, Uuid::nil())
        } else {
            parse_token(&request.page_token).ok_or_else(bad_token)?
        };
        Ok(Self { size: page_size(request.page_size, 50, 200)?, after })
    }
}

fn parse_token(token: &str) -> Option<(Timestamp, Uuid)> {
    let (micros, id) = token.split_once('_')?;
    Some((Timestamp::from_microsecond(micros.parse().ok()?).ok()?, Uuid::from_str(id).ok()?))
}

impl Command for ListParked {
    const NAME: &'static str = "list_parked";
    type Outcome = ListParkedResponse;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<ListParkedResponse, AdminError> {
        let mut rows = sqlx::query!(
            r#"select parked_id, event_id, event_type, aggregate_id, reason, error, parked_at,
                      (select count(*) from chassis.pending
                       where pending.producer = parked.producer and pending.aggregate_id = parked.aggregate_id) as "held_back!"
               from chassis.parked
               where redriven_at is null and (parked_at, parked_id) > ($1, $2)
               order by parked_at, parked_id
               limit $3"#,
            self.after.0.to_sqlx() as _,
            self.after.1,
            self.size + 1,
        )
        .fetch_all(work.connection())
        .await
        .map_err(DatabaseError::from)?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > self.size;
        rows.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        let last =
            rows.last().map(|row| format!("{}_{}", row.parked_at.to_jiff().as_microsecond(), row.parked_id));
        for row in &rows {
            work.touches(row.parked_id);
        }
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let events = rows
            .into_iter()
            .map(|row| ParkedEvent {
                parked_id: row.parked_id.to_string(),
                event_id: text(row.event_id),
                event_type: row.event_type.unwrap_or_default(),
                aggregate_id: text(row.aggregate_id),
                reason: row.reason,
                error: row.error,
                parked_at: Some(timestamp(row.parked_at.to_jiff())),
                held_back: row.held_back,
            })
            .collect();
        Ok(ListParkedResponse { events, next_page_token: last.filter(|_| more).unwrap_or_default() })
    }
}

/// Which parked events to try again.
#[derive(Debug)]
pub(super) enum ChooseParked {
    All,
    These(Vec<Uuid>),
}

impl ChooseParked {
    pub(super) fn parse(request: &RedriveParkedRequest) -> Result<Self, AdminError> {
        if request.all == request.parked_ids.is_empty() {
            return if request.all {
                Ok(Self::All)
            } else {
                Ok(Self::These(ids("parked_ids", &request.parked_ids)?))
            };
        }
        Err(AdminError::invalid(
            "parked_ids",
            "AMBIGUOUS",
            "names events although all are asked for, or none at all".into(),
            "name parked_ids, or set all".into(),
        ))
    }
}

impl Command for ChooseParked {
    const NAME: &'static str = "choose_parked";
    type Outcome = Vec<Uuid>;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<Vec<Uuid>, AdminError> {
        let chosen = match self {
            Self::All => None,
            Self::These(ids) => Some(ids.as_slice()),
        };
        let chosen = sqlx::query_scalar!(
            "select parked_id from chassis.parked
             where redriven_at is null and ($1::uuid[] is null or parked_id = any($1))
             order by event_sequence nulls first, parked_at, parked_id",
            chosen as Option<&[Uuid]>,
        )
        .fetch_all(work.connection())
        .await
        .map_err(DatabaseError::from)?;
        for id in &chosen {
            work.touches(*id);
        }
        Ok(chosen)
    }
}
