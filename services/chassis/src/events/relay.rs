//! From outbox to broker. One relay per service leads; the others stand by and pass wakes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use super::connection::{ANSWER, Backoff, BrokerError, jittered};
use super::outbox;
use super::publisher::{Batch, Publisher};
use crate::config::{BrokerConfig, DatabaseConfig, millis};
use crate::database::{self, OpenError, UnitOfWork};
use crate::error::Chain;
use crate::failpoint::{self, Trip};

/// How often a stand-by looks whether the leader is gone.
const STAND_BY: Duration = Duration::from_millis(500);
/// A leader that says nothing for so long loses its session, and so the lock: it is paused or cut off.
const SILENCE: Duration = Duration::from_secs(15);
/// How often a busy leader counts what waits; an idle one knows that nothing does.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// How often queues and bindings are declared anew within one generation.
const DECLARE_EVERY: Duration = Duration::from_mins(1);
const CHANNEL: &str = "outbox";

/// Publishes what the units of work wrote into the outbox.
#[derive(Debug)]
pub struct Relay {
    uow: UnitOfWork,
    database: DatabaseConfig,
    broker: BrokerConfig,
    state: RelayHandle,
}

/// What a running relay tells.
#[derive(Debug, Clone, Default)]
pub struct RelayHandle {
    leads: Arc<AtomicBool>,
    connected: Arc<AtomicBool>,
}

impl RelayHandle {
    /// Whether this process is the one that publishes.
    pub fn is_leader(&self) -> bool {
        self.leads.load(Ordering::Acquire)
    }

    /// Whether its broker connection stands; a stand-by has none.
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    fn set(&self, leads: bool, connected: bool) {
        self.leads.store(leads, Ordering::Release);
        self.connected.store(connected, Ordering::Release);
        metrics::gauge!("relay_leader").set(if leads { 1.0 } else { 0.0 });
    }
}

/// Why a term of leadership, or of waiting for it, ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the settings of the relay's database connection")]
    Settings(#[from] OpenError),
    #[error("the relay's database connection is gone")]
    Database(#[from] sqlx::Error),
    #[error("the relay's database connection does not answer")]
    Silent,
    #[error("the broker")]
    Broker(#[from] BrokerError),
    #[error("a failpoint asked for an error")]
    Failpoint,
}

impl Relay {
    /// Starts the relay of a service in the background.
    ///
    /// # Errors
    /// When the database URL or its password cannot be read.
    pub fn spawn(
        uow: &UnitOfWork,
        database: &DatabaseConfig,
        broker: &BrokerConfig,
    ) -> Result<RelayHandle, OpenError> {
        let service = uow.deployment().service().to_owned();
        session_options(database, &service)?;
        let state = RelayHandle::default();
        let relay = Self {
            uow: uow.clone(),
            database: database.clone(),
            broker: broker.clone(),
            state: state.clone(),
        };
        uow.tasks().background("relay", relay.run());
        Ok(state)
    }

    async fn run(self) {
        let shutdown = self.uow.tasks().shutdown().clone();
        let mut backoff = Backoff::new();
        loop {
            let ended = Box::pin(self.term(&mut backoff)).await;
            self.state.set(false, false);
            match ended {
                Ok(()) => return,
                Err(error) => tracing::warn!(error.chain = %Chain(&error), "the relay starts over"),
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(backoff.pause()) => {}
            }
        }
    }

    /// Waits for the lead, then publishes until something breaks. `Ok` when the process stops.
    async fn term(&self, backoff: &mut Backoff) -> Result<(), Ended> {
        let options = session_options(&self.database, self.uow.deployment().service())?;
        let mut session = in_time(options.connect()).await?;
        if !self.wait_for_lead(&mut session).await? {
            return Ok(());
        }
        self.state.set(true, false);
        tracing::info!("this process publishes the events of the service");
        self.report(&mut session).await?;
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER).connect_lazy_with(
            // The listener only ever waits: silence is its nature.
            options.options([("idle_session_timeout", "0")]),
        );
        let deployment = self.uow.deployment();
        let publisher = Publisher::open(&self.broker, deployment.service(), deployment.region()).await?;
        self.state.set(true, true);
        let ended = match PgListener::connect_with(&pool).await {
            Ok(mut listener) => match listener.listen(CHANNEL).await {
                Ok(()) => Box::pin(self.publish(&mut session, &mut listener, &publisher, backoff)).await,
                Err(error) => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        };
        publisher.close().await;
        if ended.is_ok() {
            let _ = in_time(session.close()).await;
        }
        ended
    }

    /// Tries for the lock until it is free; meanwhile passes wakes of this process on. False when the process stops.
    async fn wait_for_lead(&self, session: &mut PgConnection) -> Result<bool, Ended> {
        let (shutdown, wake) = (self.uow.tasks().shutdown(), self.uow.wake());
        while !in_time(outbox::try_lead(session)).await? {
            let looks_again = tokio::time::sleep(jittered(STAND_BY));
            tokio::pin!(looks_again);
            loop {
                let woken = tokio::select! {
                    () = shutdown.cancelled() => return Ok(false),
                    () = &mut looks_again => false,
                    () = wake.woken() => true,
                };
                if !woken {
                    break;
                }
                in_time(outbox::notify(session)).await?;
            }
        }
        Ok(true)
    }

    /// Publishes what there is, waits for more. One batch is on its way while the database reads and marks others.
    async fn publish(
        &self,
        session: &mut PgConnection,
        listener: &mut PgListener,
        publisher: &Publisher,
        backoff: &mut Backoff,
    ) -> Result<(), Ended> {
        let shutdown = self.uow.tasks().shutdown();
        let mut in_flight = Batch::default();
        let (mut counted, mut declared) = (Instant::now(), Instant::now());
        loop {
            if declared.elapsed() > DECLARE_EVERY {
                publisher.declare().await?;
                declared = Instant::now();
            }
            // The broker is out of memory or disk: more would only time out. The count keeps the session alive.
            while publisher.is_blocked() {
                self.report(session).await?;
                if !self.wait(listener, publisher).await? {
                    return Ok(());
                }
            }
            let rows = in_time(outbox::unpublished(session, &in_flight.positions())).await?;
            let nothing_left = rows.is_empty();
            if failpoint::pass("relay.before_publish").await == Trip::Error {
                return Err(Ended::Failpoint);
            }
            let sent = publisher.send(rows).await;
            let settled = std::mem::replace(&mut in_flight, sent);
            self.settle(session, settled, backoff).await?;
            if nothing_left {
                metrics::gauge!("outbox_unpublished").set(0.0);
                metrics::gauge!("outbox_oldest_seconds").set(0.0);
                if !self.wait(listener, publisher).await? {
                    return Ok(());
                }
            } else if shutdown.is_cancelled() {
                return self.settle(session, in_flight, backoff).await;
            } else if counted.elapsed() > COUNT_EVERY {
                self.report(session).await?;
                counted = Instant::now();
            }
        }
    }

    /// Waits for the confirms of a batch and marks it. Anything but a plain confirm ends the generation: then the outcome is
    /// unknown, and the events are published again with the same ids.
    async fn settle(
        &self,
        session: &mut PgConnection,
        batch: Batch,
        backoff: &mut Backoff,
    ) -> Result<(), Ended> {
        let (confirmed, trouble) = batch.settle().await;
        if !confirmed.is_empty() {
            if failpoint::pass("relay.after_publish").await == Trip::Error {
                return Err(Ended::Failpoint);
            }
            in_time(outbox::mark_published(session, &confirmed, self.uow.clock().now())).await?;
            metrics::counter!("published_total")
                .increment(u64::try_from(confirmed.len()).unwrap_or(u64::MAX));
            backoff.reset();
        }
        match trouble {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Waits until there may be something to publish. False when the process stops.
    async fn wait(&self, listener: &mut PgListener, publisher: &Publisher) -> Result<bool, Ended> {
        let pause = millis(self.broker.poll_interval_ms).min(SILENCE / 3);
        tokio::select! {
            () = self.uow.tasks().shutdown().cancelled() => return Ok(false),
            () = self.uow.wake().woken() => {}
            // `None`: it reconnected, and may have missed something.
            notified = listener.try_recv() => { notified?; }
            () = tokio::time::sleep(jittered(pause)) => {}
        }
        if publisher.is_connected() { Ok(true) } else { Err(BrokerError::Ended.into()) }
    }

    async fn report(&self, session: &mut PgConnection) -> Result<(), Ended> {
        let backlog = in_time(outbox::backlog(session)).await?;
        let age =
            backlog.oldest.map_or(0, |oldest| self.uow.clock().now().duration_since(oldest).as_secs().max(0));
        metrics::gauge!("outbox_unpublished").set(gauge(backlog.rows));
        metrics::gauge!("outbox_oldest_seconds").set(gauge(age));
        Ok(())
    }
}

/// A count for a gauge; gauges are floats.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(super) fn gauge(number: i64) -> f64 {
    number as f64
}

/// Waits for the database, for a while. Afterwards the connection is given up: its answer may still come.
async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Ended> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Ended::Silent),
    }
}

/// How the relay's own sessions are opened: with the password that counts now.
fn session_options(database: &DatabaseConfig, service: &str) -> Result<PgConnectOptions, OpenError> {
    let silence = SILENCE.as_millis().to_string();
    Ok(database::options(database, service)?.application_name(&format!("{service} relay")).options([
        ("idle_session_timeout", silence.as_str()),
        // Its statements are few and large, and their tables are now empty, now full: a plan that was kept from one state is
        // wrong in the other, and one that knows the list of positions can hash it.
        ("plan_cache_mode", "force_custom_plan"),
    ]))
}
