//! Tables `actions` and `action_outcomes`: appended to, never changed.

use chassis::database::DatabaseError;
use chassis::page::Cursor;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{Action, ActionKind, Asked, Ended, EndedAs};

struct Row {
    action_id: Uuid,
    worker_id: Uuid,
    kind: String,
    subject: String,
    period: String,
    again: bool,
    parked_ids: Vec<Uuid>,
    reason: String,
    asked_at: jiff_sqlx::Timestamp,
    outcome: Option<String>,
    ended_at: Option<jiff_sqlx::Timestamp>,
    error: Option<String>,
    job: Option<String>,
    applied: Option<i64>,
    parked_again: Option<i64>,
}

impl TryFrom<Row> for Action {
    type Error = DatabaseError;

    fn try_from(row: Row) -> Result<Self, DatabaseError> {
        let odd = |table, column: &str| DatabaseError::Inconsistent {
            table,
            what: format!("{column} of {}", row.action_id),
        };
        let ended = match (row.outcome, row.ended_at) {
            (Some(outcome), Some(at)) => Some(Ended {
                how: EndedAs::parse(&outcome).ok_or_else(|| odd("action_outcomes", "outcome"))?,
                at: at.to_jiff(),
                error: row.error.unwrap_or_default(),
                job: row.job.unwrap_or_default(),
                applied: row.applied.unwrap_or_default(),
                parked_again: row.parked_again.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(Self {
            action_id: row.action_id,
            worker: row.worker_id,
            asked_at: row.asked_at.to_jiff(),
            asked: Asked {
                kind: ActionKind::parse(&row.kind).ok_or_else(|| odd("actions", "kind"))?,
                subject: row.subject,
                period: row.period,
                again: row.again,
                parked_ids: row.parked_ids,
                reason: row.reason,
            },
            ended,
        })
    }
}

/// Writes down what is asked; the id of what the same request asked before, when it did.
pub async fn ask(
    connection: &mut PgConnection,
    action: &Action,
    idempotency_key: Option<&str>,
) -> Result<Uuid, DatabaseError> {
    let asked = &action.asked;
    let done = sqlx::query!(
        "insert into actions (action_id, worker_id, idempotency_key, kind, subject, period, again, parked_ids, reason, asked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict do nothing",
        action.action_id,
        action.worker,
        idempotency_key,
        asked.kind.as_str(),
        asked.subject,
        asked.period,
        asked.again,
        &asked.parked_ids,
        asked.reason,
        action.asked_at.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(action.action_id);
    }
    let known = sqlx::query_scalar!(
        "select action_id from actions where worker_id = $1 and kind = $2 and idempotency_key = $3",
        action.worker,
        asked.kind.as_str(),
        idempotency_key,
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}

/// Writes down what became of an attempt; that it was done only once.
pub async fn end(
    connection: &mut PgConnection,
    outcome_id: Uuid,
    action_id: Uuid,
    ended: &Ended,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into action_outcomes (outcome_id, action_id, outcome, ended_at, error, job, applied, parked_again)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (action_id) where outcome = 'done' do nothing",
        outcome_id,
        action_id,
        ended.how.as_str(),
        ended.at.to_sqlx() as _,
        ended.error,
        ended.job,
        ended.applied,
        ended.parked_again,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One action with what is known of it: that it was done, or else its last attempt.
pub async fn find(connection: &mut PgConnection, action_id: Uuid) -> Result<Action, DatabaseError> {
    let row = sqlx::query_as!(
        Row,
        r#"select actions.action_id, worker_id, kind, subject, period, again, parked_ids, reason,
                  asked_at as "asked_at: jiff_sqlx::Timestamp", outcome as "outcome?",
                  ended_at as "ended_at?: jiff_sqlx::Timestamp", error as "error?", job as "job?",
                  applied as "applied?", parked_again as "parked_again?"
         from actions
         left join lateral (
             select outcome, ended_at, error, job, applied, parked_again
             from action_outcomes
             where action_outcomes.action_id = actions.action_id
             order by (outcome = 'done') desc, ended_at desc, outcome_id desc
             limit 1
         ) as last on true
         where actions.action_id = $1"#,
        action_id,
    )
    .fetch_one(connection)
    .await?;
    Action::try_from(row)
}

/// Actions, newest first, after a place in the list.
pub async fn page(
    connection: &mut PgConnection,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Action>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select actions.action_id, worker_id, kind, subject, period, again, parked_ids, reason,
                  asked_at as "asked_at: jiff_sqlx::Timestamp", outcome as "outcome?",
                  ended_at as "ended_at?: jiff_sqlx::Timestamp", error as "error?", job as "job?",
                  applied as "applied?", parked_again as "parked_again?"
         from actions
         left join lateral (
             select outcome, ended_at, error, job, applied, parked_again
             from action_outcomes
             where action_outcomes.action_id = actions.action_id
             order by (outcome = 'done') desc, ended_at desc, outcome_id desc
             limit 1
         ) as last on true
         where (actions.asked_at, actions.action_id) < ($1, $2)
         order by actions.asked_at desc, actions.action_id desc
         limit $3"#,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Action::try_from).collect()
}
