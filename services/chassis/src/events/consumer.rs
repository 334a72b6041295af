//! From the queue to effects: slices of deliveries, one transaction each, acknowledged after the commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;

use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Acker, Channel, Connection};

use super::connection::{Backoff, BrokerError, Frames, close, connect, timed};
use super::engine::Engine;
use super::envelope::{self, Arrival};
use super::handler::Handlers;
use super::topology::{self, dead_queue_name, queue_name};
use crate::config::BrokerConfig;
use crate::database::UnitOfWork;
use crate::error::Chain;

/// From so many events on no further delivery is taken into a transaction.
const SLICE: usize = 500;
/// A deadline may also come from another instance, so the next one is looked up at least this often.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Consumes the events a service has handlers for.
#[derive(Debug)]
pub struct Consumer {
    engine: Arc<Engine>,
    broker: BrokerConfig,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    connected: AtomicBool,
    generations: AtomicU64,
}

/// A running consumer: its state, and what operators can make it do.
#[derive(Debug, Clone)]
pub struct ConsumerHandle {
    pub(super) engine: Arc<Engine>,
    state: Arc<State>,
}

impl ConsumerHandle {
    /// Whether its broker connection stands and its queue delivers to it, or to another instance before it.
    pub fn is_connected(&self) -> bool {
        self.state.connected.load(Ordering::Acquire)
    }

    /// How often it connected so far.
    pub fn generations(&self) -> u64 {
        self.state.generations.load(Ordering::Acquire)
    }

    /// Name of its queue.
    pub fn queue(&self) -> String {
        queue_name(self.engine.uow.deployment().service())
    }
}

/// What a generation listens to.
struct Generation {
    connection: Connection,
    events: lapin::Consumer,
    /// What was delivered too often comes back through here. On a channel of its own: acknowledging several deliveries
    /// at once counts for a whole channel.
    dead: lapin::Consumer,
    channel: Channel,
}

impl Consumer {
    /// Starts the consumer of a service in the background.
    pub fn spawn(uow: &UnitOfWork, broker: &BrokerConfig, handlers: Handlers) -> ConsumerHandle {
        let engine = Engine::new(uow.clone(), handlers, broker.pending_deadline_seconds);
        let state = Arc::new(State::default());
        let consumer =
            Self { engine: Arc::clone(&engine), broker: broker.clone(), state: Arc::clone(&state) };
        uow.tasks().background("consumer", consumer.run());
        ConsumerHandle { engine, state }
    }

    async fn run(self) {
        let shutdown = self.engine.uow.tasks().shutdown().clone();
        let mut backoff = Backoff::new();
        let mut frames = Frames::Short;
        loop {
            let ended = match self.open(frames).await {
                Ok(mut generation) => {
                    self.state.generations.fetch_add(1, Ordering::AcqRel);
                    self.state.connected.store(true, Ordering::Release);
                    let ended = Box::pin(self.consume(&mut generation, &mut backoff)).await;
                    self.state.connected.store(false, Ordering::Release);
                    close(&generation.connection).await;
                    ended
                }
                Err(error) => Err(error),
            };
            match ended {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(error.chain = %Chain(&error), "the consumer starts over");
                    if error.is_long_frame() {
                        // A message with headers nobody of ours writes; it is in the queue, so it has to be read.
                        frames = Frames::AsBroker;
                    }
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(backoff.pause()) => {}
            }
        }
    }

    async fn open(&self, frames: Frames) -> Result<Generation, BrokerError> {
        let service = self.engine.uow.deployment().service();
        let connection = connect(&self.broker, &format!("{service} consumer"), frames).await?;
        let channel = timed("open channel", connection.create_channel()).await?;
        topology::declare_for_consumer(&channel, service, self.engine.handlers.bindings()).await?;
        let events = self.listen(&channel, &queue_name(service)).await?;
        let dead_channel = timed("open channel", connection.create_channel()).await?;
        let dead = self.listen(&dead_channel, &dead_queue_name(service)).await?;
        Ok(Generation { connection, events, dead, channel })
    }

    async fn listen(&self, channel: &Channel, queue: &str) -> Result<lapin::Consumer, BrokerError> {
        timed("prefetch", channel.basic_qos(self.broker.prefetch, BasicQosOptions::default())).await?;
        let consumed = channel.basic_consume(
            queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        timed("consume", consumed).await
    }

    /// Consumes until something breaks. `Ok` when the process stops.
    async fn consume(&self, generation: &mut Generation, backoff: &mut Backoff) -> Result<(), BrokerError> {
        let shutdown = self.engine.uow.tasks().shutdown().clone();
        let _ = self.engine.count_held().await;
        let mut look = self.next_look().await;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                delivery = generation.events.next() => {
                    let slice = self.gather(delivery, &mut generation.events)?;
                    self.apply(slice, &generation.channel, backoff).await?;
                }
                delivery = generation.dead.next() => {
                    let slice = self.gather(delivery, &mut generation.dead)?;
                    tracing::warn!(events = slice.arrivals.len(), "events that were delivered too often are tried again");
                    self.apply(slice, &generation.channel, backoff).await?;
                }
                () = self.engine.deadlines.notified() => look = self.next_look().await,
                () = tokio::time::sleep_until(look) => {
                    if let Err(error) = self.engine.sweep().await {
                        tracing::warn!(error.chain = %Chain(&error), "overdue events could not be parked yet");
                    }
                    look = self.next_look().await;
                }
            }
        }
    }

    /// Applies a slice, for as long as it takes: trouble that passes is waited out here, with the deliveries in hand.
    async fn apply(
        &self,
        Gathered { arrivals, last }: Gathered,
        channel: &Channel,
        backoff: &mut Backoff,
    ) -> Result<(), BrokerError> {
        let mut pauses = Backoff::new();
        while let Err(error) = self.engine.apply(&arrivals).await {
            metrics::counter!("consumer_retries_total").increment(1);
            tracing::warn!(error.chain = %Chain(&error), events = arrivals.len(), "events cannot be applied now; trying again");
            tokio::select! {
                () = self.engine.uow.tasks().shutdown().cancelled() => return Err(BrokerError::Ended),
                () = tokio::time::sleep(pauses.pause()) => {}
            }
            if !channel.status().connected() {
                // They will be delivered again.
                return Err(BrokerError::Ended);
            }
        }
        backoff.reset();
        let acknowledged = timed("acknowledge", last.ack(BasicAckOptions { multiple: true })).await?;
        if acknowledged { Ok(()) } else { Err(BrokerError::Ended) }
    }

    /// When overdue events are looked for next.
    async fn next_look(&self) -> tokio::time::Instant {
        let deadline = self.engine.next_deadline().await.ok().flatten();
        let until = |deadline: Timestamp| {
            Duration::try_from(deadline.duration_since(self.engine.uow.clock().now()))
                .unwrap_or(Duration::ZERO)
        };
        // Not before 10 ms: what cannot be parked now must not be asked about without end.
        let pause = deadline
            .map_or(LOOK_AGAIN, |deadline| until(deadline).clamp(Duration::from_millis(10), LOOK_AGAIN));
        tokio::time::Instant::now() + pause
    }

    /// Reads the delivery and whatever else is there already, without waiting.
    fn gather(
        &self,
        first: Option<lapin::Result<Delivery>>,
        stream: &mut lapin::Consumer,
    ) -> Result<Gathered, BrokerError> {
        let region = self.engine.uow.deployment().region();
        let refused = |source| BrokerError::Refused { what: "deliver", source };
        let mut delivery = first.ok_or(BrokerError::Ended)?.map_err(refused)?;
        let mut arrivals = Vec::new();
        loop {
            let last = delivery.acker.clone();
            arrivals.extend(envelope::read(delivery, region));
            let next = if arrivals.len() < SLICE { stream.next().now_or_never() } else { None };
            match next {
                Some(Some(Ok(next))) => delivery = next,
                // What is in hand is applied first; the trouble comes up again.
                _ => return Ok(Gathered { arrivals, last }),
            }
        }
    }
}

/// Events to apply in one transaction, with what acknowledges the messages they came in.
struct Gathered {
    arrivals: Vec<Arrival>,
    last: Acker,
}
