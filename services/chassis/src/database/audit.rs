//! One audit row per request, in its transaction: no audit, no data.

use std::borrow::Cow;

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::DatabaseError;
use super::work::Context;
use crate::caller::principal_name;

/// An audit row. No content values, ids only.
#[derive(Debug)]
pub(super) struct Row {
    audit_id: Uuid,
    at: jiff::Timestamp,
    principal: &'static str,
    worker: Option<Uuid>,
    organisation: Option<Uuid>,
    mandate: Option<Uuid>,
    action: &'static str,
    purpose: Cow<'static, str>,
    subjects: Vec<Uuid>,
    request_id: std::sync::Arc<str>,
    trace_id: String,
}

impl Row {
    pub(super) fn new(context: &Context, subjects: Vec<Uuid>, stated_purpose: Option<String>) -> Self {
        Self {
            audit_id: context.ids.uuid(),
            at: context.clock.now(),
            principal: principal_name(context.caller.principal),
            worker: context.caller.worker,
            organisation: context.caller.organisation,
            mandate: context.grant.mandate,
            action: context.action,
            purpose: stated_purpose.map_or(Cow::Borrowed(context.grant.purpose), Cow::Owned),
            subjects,
            request_id: context.request_id.clone(),
            trace_id: context.trace.trace_id().to_owned(),
        }
    }

    pub(super) async fn insert(&self, connection: &mut PgConnection) -> Result<(), DatabaseError> {
        sqlx::query!(
            "insert into chassis.audit
                (audit_id, at, principal, worker_id, organisation_id, mandate_id, action, purpose, subject_ids, request_id, trace_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            self.audit_id,
            self.at.to_sqlx() as _,
            self.principal,
            self.worker,
            self.organisation,
            self.mandate,
            self.action,
            &*self.purpose,
            &self.subjects,
            &*self.request_id,
            self.trace_id,
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    /// The audit row and the stored answer in one statement: one round trip less on every write.
    pub(super) async fn insert_with_answer(
        &self,
        connection: &mut PgConnection,
        key: &super::idempotency::Key,
        answer: &[u8],
        about: Option<Uuid>,
    ) -> Result<(), DatabaseError> {
        sqlx::query!(
            "with answered as (
                update chassis.idempotency_keys set response = $12, subject_id = $13
                where caller = $14 and rpc = $7 and key = $15
             )
             insert into chassis.audit
                (audit_id, at, principal, worker_id, organisation_id, mandate_id, action, purpose, subject_ids, request_id, trace_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            self.audit_id,
            self.at.to_sqlx() as _,
            self.principal,
            self.worker,
            self.organisation,
            self.mandate,
            self.action,
            &*self.purpose,
            &self.subjects,
            &*self.request_id,
            self.trace_id,
            answer,
            about,
            key.caller,
            &*key.key,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
