//! The open transaction, as a use case or an event handler sees it.

use jiff::Timestamp;
use proto::Event;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{DatabaseError, Deployment, audit, begin, idempotency, outbox};
use crate::caller::{Caller, Grant};
use crate::clock::Clock;
use crate::id::IdGenerator;
use crate::telemetry::TraceParent;
use crate::vault::Vault;

/// The open transaction with everything that commits with it. Made by the unit of work only.
#[derive(Debug)]
pub struct Work {
    pub(super) transaction: Transaction<'static, Postgres>,
    pub(super) context: Context,
    pub(super) staged: Vec<outbox::Staged>,
    pub(super) subjects: Vec<Uuid>,
    pub(super) answer_about: Option<Uuid>,
    pub(super) stated_purpose: Option<String>,
    /// Whether the relay has something to do after the commit.
    pub(super) wakes: bool,
}

/// A point in an open transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Savepoint {
    staged: usize,
    subjects: usize,
}

/// What a unit of work knows of its surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) action: &'static str,
    pub(crate) caller: std::sync::Arc<Caller>,
    pub(crate) grant: Grant,
    pub(crate) request_id: std::sync::Arc<str>,
    pub(crate) trace: TraceParent,
    pub(crate) if_match: Option<std::sync::Arc<str>>,
    pub(crate) clock: Clock,
    pub(crate) ids: IdGenerator,
    pub(crate) deployment: Deployment,
    pub(crate) vault: Vault,
}

impl Work {
    pub(super) async fn begin(pool: &sqlx::PgPool, context: Context) -> Result<Self, DatabaseError> {
        let mut transaction = begin(pool).await?;
        let caller = &context.caller;
        let worker = caller.worker.map(|id| id.to_string()).unwrap_or_default();
        let organisation = caller.organisation.map(|id| id.to_string()).unwrap_or_default();
        // Local to the transaction; a pooled connection keeps nothing. Policies read with nullif(current_setting(.., true), '').
        sqlx::query!(
            r#"select set_config('app.principal', $1, true) as "a", set_config('app.worker', $2, true) as "b",
                      set_config('app.organisation', $3, true) as "c", set_config('app.programmes', $4, true) as "d",
                      set_config('app.scope', $5, true) as "e", set_config('app.purpose', $6, true) as "f",
                      set_config('app.today', $7, true) as "g""#,
            crate::caller::principal_name(caller.principal),
            worker,
            organisation,
            context.grant.programmes.to_setting(),
            crate::caller::scope_name(context.grant.scope),
            context.grant.purpose,
            context.clock.today().to_string(),
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Self {
            transaction,
            context,
            staged: Vec::new(),
            subjects: Vec::new(),
            answer_about: None,
            stated_purpose: None,
            wakes: false,
        })
    }

    /// The connection, inside the transaction. Nothing but it may be awaited while the work is open.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.context.caller
    }

    /// What the caller may reach.
    pub fn grant(&self) -> &Grant {
        &self.context.grant
    }

    /// The version the caller read (`If-Match`).
    pub fn if_match(&self) -> Option<&str> {
        self.context.if_match.as_deref()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.context.clock
    }

    /// What seals and opens personal data.
    pub fn vault(&self) -> &Vault {
        &self.context.vault
    }

    /// Business time now.
    pub fn now(&self) -> Timestamp {
        self.context.clock.business_now()
    }

    /// Where ids come from.
    pub fn ids(&self) -> IdGenerator {
        self.context.ids
    }

    /// Publishes an event with this change: it leaves after the commit and never without it. Events of one aggregate
    /// leave in the order of this call.
    pub fn publish<E: Event>(&mut self, aggregate_id: Uuid, event: &E) {
        self.staged.push(outbox::Staged {
            event_id: self.context.ids.uuid(),
            event_type: E::TYPE,
            aggregate_type: E::AGGREGATE,
            aggregate_id,
            payload: event.encode_to_vec(),
        });
    }

    /// Names a record that this work reads or changes, for the audit row.
    pub fn touches(&mut self, subject: Uuid) {
        self.subjects.push(subject);
    }

    /// Says what the data are needed for, more precisely than the access rule: the audit row gets both.
    pub fn states_purpose(&mut self, purpose: &str) {
        self.stated_purpose = Some(format!("{}: {purpose}", self.context.grant.purpose));
    }

    /// Says whom the answer is about: when that person is erased, the stored answer goes too.
    pub fn answer_is_about(&mut self, person: Uuid) {
        self.answer_about = Some(person);
    }

    /// Removes every stored answer about an erased person. A repeat of such a request learns that the answer was erased.
    pub async fn erase_answers_about(&mut self, person: Uuid) -> Result<u64, DatabaseError> {
        idempotency::erase_about(&mut self.transaction, person).await
    }

    /// Raises the producer epoch.
    pub(crate) async fn raise_epoch(&mut self) -> Result<i64, DatabaseError> {
        self.context.deployment.raise_epoch(&mut self.transaction).await
    }

    /// A point to [return](Self::roll_back_to) to: the consumer applies each event behind one after a slice failed.
    pub(crate) async fn savepoint(&mut self) -> Result<Savepoint, DatabaseError> {
        sqlx::raw_sql("savepoint event").execute(&mut *self.transaction).await?;
        Ok(Savepoint { staged: self.staged.len(), subjects: self.subjects.len() })
    }

    /// Undoes everything since the savepoint, staged events too.
    pub(crate) async fn roll_back_to(&mut self, savepoint: Savepoint) -> Result<(), DatabaseError> {
        sqlx::raw_sql("rollback to savepoint event; release savepoint event")
            .execute(&mut *self.transaction)
            .await?;
        self.staged.truncate(savepoint.staged);
        self.subjects.truncate(savepoint.subjects);
        Ok(())
    }

    /// Keeps everything since the savepoint; checks deferred constraints now, so that they name the event that broke them.
    pub(crate) async fn release(&mut self) -> Result<(), DatabaseError> {
        sqlx::raw_sql("set constraints all immediate").execute(&mut *self.transaction).await?;
        sqlx::raw_sql("set constraints all deferred; release savepoint event")
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// The relay has something to do after the commit, although nothing was staged: rows were marked as unpublished.
    pub(crate) fn wakes_relay(&mut self) {
        self.wakes = true;
    }

    /// Drops the events staged so far: a replay publishes nothing.
    pub(crate) fn discard_events(&mut self) {
        self.staged.clear();
    }

    /// Writes outbox and audit rows.
    pub(super) async fn write_events(&mut self) -> Result<(), DatabaseError> {
        self.wakes |= !self.staged.is_empty();
        for event in std::mem::take(&mut self.staged) {
            outbox::insert(&mut self.transaction, &event, &self.context).await?;
        }
        Ok(())
    }

    pub(super) fn audit_row(&mut self) -> audit::Row {
        audit::Row::new(&self.context, std::mem::take(&mut self.subjects), self.stated_purpose.take())
    }
}
