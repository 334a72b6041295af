//! The one way to a connection.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prost::Message;
use proto::options::v1::Principal;
use rand::Rng as _;
use sqlx::PgPool;

use super::idempotency::{self, Begun};
use super::look_up::LookUp;
use super::work::{Context, Work};
use super::{DatabaseError, Deployment};
use crate::caller::{Call, Caller, Grant};
use crate::clock::Clock;
use crate::error::Describe;
use crate::events::Wake;
use crate::failpoint;
use crate::id::IdGenerator;
use crate::tasks::Tasks;
use crate::telemetry::TraceParent;
use crate::vault::Vault;

/// Times a unit of work is run when it lost a race (40001, 40P01).
const TRIES: u32 = 4;

/// The error of a use case: its own reasons, or the database's.
pub trait CommandError: Describe + From<DatabaseError> {
    /// The database's error, when it is one: lost races are run again.
    fn database(&self) -> Option<&DatabaseError>;
}

impl CommandError for DatabaseError {
    fn database(&self) -> Option<&DatabaseError> {
        Some(self)
    }
}

/// A use case: one file, named `verb_noun`, run inside one unit of work.
///
/// Runs again from the start after a lost race, so it must not keep anything from a run before.
pub trait Command: Send + Sync + 'static {
    /// Name for spans, metrics and logs, `verb_noun`.
    const NAME: &'static str;
    /// What it gives back.
    type Outcome: Send + 'static;
    /// What can go wrong.
    type Error: CommandError;

    /// Carries it out inside the open transaction.
    fn execute(&self, work: &mut Work) -> impl Future<Output = Result<Self::Outcome, Self::Error>> + Send;
}

/// Runs use cases, each in one transaction with caller, idempotency key, change, audit row and outbox rows.
///
/// Each runs in its own task: a caller who hangs up cannot cut it halfway.
#[derive(Clone)]
pub struct UnitOfWork {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    deployment: Deployment,
    clock: Clock,
    ids: IdGenerator,
    vault: Vault,
    tasks: Tasks,
    wake: Wake,
}

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnitOfWork")
            .field("deployment", &self.inner.deployment)
            .finish_non_exhaustive()
    }
}

impl UnitOfWork {
    /// A unit of work over a pool of the runtime role.
    pub fn new(
        pool: PgPool,
        deployment: Deployment,
        clock: Clock,
        vault: Vault,
        tasks: Tasks,
        wake: Wake,
    ) -> Self {
        Self { inner: Arc::new(Inner { pool, deployment, clock, ids: IdGenerator, vault, tasks, wake }) }
    }

    /// Carries out a write once per idempotency key, and gives the first answer to every repeat.
    ///
    /// Without a key (a command of the chassis itself) it is carried out every time.
    pub async fn write<C: Command, R>(
        &self,
        call: &Call,
        command: C,
        respond: fn(C::Outcome) -> R,
    ) -> Result<R, C::Error>
    where
        R: Message + Default + 'static,
    {
        let (this, call) = (self.clone(), call.clone());
        // Keyed: a plain hash of a form with a name and a phone number could be guessed, and it outlives an erasure.
        let fingerprint = self.inner.vault.blind_index("request", &hex::encode(call.request_hash));
        self.run(C::NAME, async move {
            this.retrying(|| async {
                let mut work = Work::begin(&this.inner.pool, this.context(&call)).await?;
                let key = call.idempotency_key.clone().map(|key| idempotency::Key {
                    caller: call.caller.key(),
                    rpc: call.method.path,
                    key,
                });
                if let Some(key) = &key
                    && let Begun::Repeat(sealed) =
                        idempotency::begin(work.connection(), key, &fingerprint).await?
                {
                    return this.open_answer(&key.context(), &sealed).map_err(C::Error::from);
                }
                let answer = respond(command.execute(&mut work).await?);
                work.write_events().await?;
                let audit = work.audit_row();
                match &key {
                    Some(key) => {
                        let sealed = this.inner.vault.seal(&key.context(), &answer.encode_to_vec());
                        let about = work.answer_about;
                        audit.insert_with_answer(work.connection(), key, &sealed, about).await?;
                    }
                    None => audit.insert(work.connection()).await?,
                }
                this.commit(work).await?;
                Ok(answer)
            })
            .await
        })
        .await
    }

    /// Reads, with its audit row: no audit, no data.
    pub async fn read<C: Command>(&self, call: &Call, query: C) -> Result<C::Outcome, C::Error> {
        let (this, call) = (self.clone(), call.clone());
        self.run(C::NAME, async move {
            this.retrying(|| async {
                let mut work = Work::begin(&this.inner.pool, this.context(&call)).await?;
                let outcome = query.execute(&mut work).await?;
                work.audit_row().insert(work.connection()).await?;
                this.commit(work).await?;
                Ok(outcome)
            })
            .await
        })
        .await
    }

    /// Runs a command of the service's own process: a job, the consumer, an operator's tool without a call.
    pub async fn run_as<C: Command>(&self, principal: Principal, command: C) -> Result<C::Outcome, C::Error> {
        let this = self.clone();
        self.run(C::NAME, async move {
            this.retrying(|| async {
                let mut work = this.begin_as(principal, C::NAME, &TraceParent::new_root()).await?;
                let outcome = command.execute(&mut work).await?;
                work.write_events().await?;
                work.audit_row().insert(work.connection()).await?;
                this.commit(work).await?;
                Ok(outcome)
            })
            .await
        })
        .await
    }

    /// Carries out one statement of the process itself; see [`LookUp`].
    pub async fn look_up<Q: LookUp>(&self, query: Q) -> Result<Q::Outcome, DatabaseError> {
        let pool = self.inner.pool.clone();
        self.run(Q::NAME, async move {
            let mut connection = pool.acquire().await?;
            query.execute(&mut connection).await
        })
        .await
    }

    /// Opens a unit of work for a task of the chassis that already runs on its own (the consumer): its future is never
    /// dropped halfway. Ends with [`finish`](Self::finish), or rolls back when dropped.
    pub(crate) async fn begin_as(
        &self,
        principal: Principal,
        action: &'static str,
        trace: &TraceParent,
    ) -> Result<Work, DatabaseError> {
        let context = Context {
            action,
            caller: Arc::new(Caller::principal(principal)),
            grant: Grant::own_process(),
            request_id: trace.trace_id().into(),
            trace: trace.clone(),
            if_match: None,
            clock: self.inner.clock.clone(),
            ids: self.inner.ids,
            deployment: self.inner.deployment.clone(),
            vault: self.inner.vault.clone(),
        };
        Work::begin(&self.inner.pool, context).await
    }

    /// Writes the outbox rows of a work opened with [`begin_as`](Self::begin_as) and commits. Applied events are their own
    /// record (the inbox), so no audit row is written.
    pub(crate) async fn finish(&self, mut work: Work) -> Result<(), DatabaseError> {
        work.write_events().await?;
        self.commit(work).await
    }

    /// The deployment.
    pub fn deployment(&self) -> &Deployment {
        &self.inner.deployment
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// What wakes the relay.
    pub(crate) fn wake(&self) -> &Wake {
        &self.inner.wake
    }

    /// The tasks of the process.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    fn context(&self, call: &Call) -> Context {
        Context {
            action: call.method.path,
            caller: Arc::clone(&call.caller),
            grant: call.grant.clone(),
            request_id: Arc::clone(&call.request_id),
            trace: call.trace.clone(),
            if_match: call.if_match.clone(),
            clock: self.inner.clock.clone(),
            ids: self.inner.ids,
            deployment: self.inner.deployment.clone(),
            vault: self.inner.vault.clone(),
        }
    }

    /// Runs in its own task, so that it ends even when nobody waits any more.
    async fn run<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: CommandError,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let started = Instant::now();
        let result = match self.inner.tasks.run(work).await {
            Ok(result) => result,
            Err(error) => {
                tracing::error!(
                    db.name = name,
                    task.panicked = error.is_panic(),
                    "a unit of work was cut short"
                );
                Err(E::from(DatabaseError::CutShort))
            }
        };
        let outcome = if result.is_ok() { "ok" } else { "error" };
        metrics::histogram!("unit_of_work_seconds", "name" => name, "outcome" => outcome)
            .record(started.elapsed().as_secs_f64());
        result
    }

    /// Runs again what lost a race, a few times, after a random pause.
    async fn retrying<T, E, F, A>(&self, mut attempt: F) -> Result<T, E>
    where
        E: CommandError,
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        let mut tries = 1;
        loop {
            match attempt().await {
                Err(error) if tries < TRIES && error.database().is_some_and(DatabaseError::is_retryable) => {
                    let pause = Duration::from_millis(rand::rng().random_range(1..=10) * u64::from(tries));
                    tries += 1;
                    metrics::counter!("unit_of_work_retries_total").increment(1);
                    tokio::time::sleep(pause).await;
                }
                result => return result,
            }
        }
    }

    async fn commit(&self, work: Work) -> Result<(), DatabaseError> {
        if failpoint::pass("work.before_commit").await == failpoint::Trip::Error {
            return Err(DatabaseError::Failpoint);
        }
        let wakes = work.wakes;
        work.transaction.commit().await?;
        if wakes {
            self.inner.wake.wake();
        }
        failpoint::pass("work.after_commit").await;
        Ok(())
    }

    fn open_answer<R: Message + Default>(&self, context: &str, sealed: &[u8]) -> Result<R, DatabaseError> {
        let inconsistent = || DatabaseError::Inconsistent {
            table: "chassis.idempotency_keys",
            what: "a stored answer cannot be read".to_owned(),
        };
        let plain = self.inner.vault.open(context, sealed).map_err(|_| inconsistent())?;
        R::decode(plain.as_slice()).map_err(|_| inconsistent())
    }
}
