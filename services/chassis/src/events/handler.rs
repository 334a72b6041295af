//! What a service brings to the consumer: one handler per event type, and what follows from an error.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use proto::Event;
use uuid::Uuid;

use crate::database::{DatabaseError, Work};

/// An event as it came, with its place in its aggregate's history.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Event, `UUIDv7`.
    pub event_id: Uuid,
    /// Type with version.
    pub event_type: String,
    /// Service that published it.
    pub producer: String,
    /// Aggregate type.
    pub aggregate_type: String,
    /// Aggregate.
    pub aggregate_id: Uuid,
    /// Number of the event in its aggregate, from 1, gap-free.
    pub sequence: i64,
    /// Epoch of the producer.
    pub epoch: i64,
    /// When it was written, real time.
    pub recorded_at: Timestamp,
    /// Trace of the request that caused it.
    pub traceparent: String,
    /// The encoded message.
    pub payload: Vec<u8>,
}

/// Why a handler could not apply an event; decides what becomes of it.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// Waiting helps: retried in place, without end.
    #[error("the event cannot be applied now")]
    Transient(#[source] DatabaseError),
    /// Another aggregate's event must come first; waits in `pending` until its deadline.
    #[error("the event waits for another aggregate")]
    WaitsFor(Uuid),
    /// It will never be applied: parked at once.
    #[error("the event can never be applied: {0}")]
    Poison(String),
}

impl From<DatabaseError> for HandlerError {
    fn from(error: DatabaseError) -> Self {
        if error.is_transient() {
            Self::Transient(error)
        } else {
            Self::Poison(crate::error::Chain(&error).to_string())
        }
    }
}

impl From<sqlx::Error> for HandlerError {
    fn from(error: sqlx::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

/// What a handler returns, boxed.
pub type Handled<'a> = Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send + 'a>>;

/// What a function that clears a generation returns, boxed: how many rows it removed.
pub type Cleared<'a> = Pin<Box<dyn Future<Output = Result<u64, HandlerError>> + Send + 'a>>;

type Clear = Arc<dyn for<'a> Fn(&'a mut Work, Target) -> Cleared<'a> + Send + Sync>;
type Apply = Arc<dyn for<'a> Fn(&'a mut Work, &'a Envelope, Target) -> Handled<'a> + Send + Sync>;
type ApplyMany = Arc<dyn for<'a> Fn(&'a mut Work, &'a [&'a Envelope], Target) -> Handled<'a> + Send + Sync>;
type Forget = Arc<dyn for<'a> Fn(&'a mut Work, &'a str, &'a [Uuid], Target) -> Handled<'a> + Send + Sync>;

/// Where a handler writes: services with projections keep generations, so that a rebuild goes on beside the readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Generation of the projections; 1 for services without projections.
    pub generation: i64,
}

/// The handlers of a service, by event type.
#[derive(Clone, Default)]
pub struct Handlers {
    by_type: HashMap<&'static str, Apply>,
    many_by_type: HashMap<&'static str, ApplyMany>,
    aggregates: Vec<(&'static str, &'static str)>,
    forget: Option<Forget>,
    clear: Option<Clear>,
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Handlers").field("types", &self.by_type.keys()).finish_non_exhaustive()
    }
}

impl Handlers {
    /// No handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Handles an event type. The queue is bound to its aggregate type, so that also the aggregate's other events arrive and
    /// advance its history.
    #[must_use]
    pub fn on<E, H>(mut self, handler: H) -> Self
    where
        E: Event + Send + 'static,
        H: for<'a> Fn(&'a mut Work, &'a Envelope, E, Target) -> Handled<'a> + Send + Sync + 'static,
    {
        let handler = Arc::new(handler);
        let apply: Apply =
            Arc::new(move |work, envelope, target| match E::decode(envelope.payload.as_slice()) {
                Ok(event) => handler(work, envelope, event, target),
                Err(error) => Box::pin(async move { Err(not_readable::<E>(&error)) }),
            });
        self.by_type.insert(E::TYPE, apply);
        if !self.aggregates.contains(&(E::PRODUCER, E::AGGREGATE)) {
            self.aggregates.push((E::PRODUCER, E::AGGREGATE));
        }
        self
    }

    /// Handles an event type as [`on`](Self::on), many of its events at once where that spares statements. The handler gets
    /// one or more, in the order they came, each of another aggregate. When it fails with more than one, nothing of the
    /// transaction stays and it is called again with each alone, which finds the event to park: only then its error counts.
    #[must_use]
    pub fn on_many<E, H>(mut self, handler: H) -> Self
    where
        E: Event + Send + 'static,
        H: for<'a> Fn(&'a mut Work, Vec<(&'a Envelope, E)>, Target) -> Handled<'a> + Send + Sync + 'static,
    {
        let many = Arc::new(handler);
        let one = Arc::clone(&many);
        let apply: ApplyMany = Arc::new(move |work, envelopes, target| {
            let events: Result<Vec<_>, _> = envelopes
                .iter()
                .map(|envelope| E::decode(envelope.payload.as_slice()).map(|event| (*envelope, event)))
                .collect();
            match events {
                Ok(events) => many(work, events, target),
                Err(error) => Box::pin(async move { Err(not_readable::<E>(&error)) }),
            }
        });
        self.many_by_type.insert(E::TYPE, apply);
        self.on::<E, _>(move |work, envelope, event, target| one(work, vec![(envelope, event)], target))
    }

    /// How the service forgets what it built from some aggregates of a producer, for `reconcile`: called with the producer
    /// and the aggregate ids.
    #[must_use]
    pub fn forget_with<F>(mut self, forget: F) -> Self
    where
        F: for<'a> Fn(&'a mut Work, &'a str, &'a [Uuid], Target) -> Handled<'a> + Send + Sync + 'static,
    {
        self.forget = Some(Arc::new(forget));
        self
    }

    /// How the service removes the rows of a generation that nobody reads: some thousands at a time, called again until it
    /// gives 0. A service that registers it has projections that can be rebuilt: its handlers write nothing but rows of the
    /// target generation, and its readers join on `chassis.projection_generations.active_generation`.
    #[must_use]
    pub fn clear_with<F>(mut self, clear: F) -> Self
    where
        F: for<'a> Fn(&'a mut Work, Target) -> Cleared<'a> + Send + Sync + 'static,
    {
        self.clear = Some(Arc::new(clear));
        self
    }

    /// Removes some rows of a generation; `None` when the service has no projections.
    pub(crate) async fn clear(&self, work: &mut Work, target: Target) -> Option<Result<u64, HandlerError>> {
        match &self.clear {
            Some(clear) => Some(clear(work, target).await),
            None => None,
        }
    }

    /// Whether the service has projections that can be rebuilt.
    pub(crate) fn has_projections(&self) -> bool {
        self.clear.is_some()
    }

    /// Applies an event; a type without handler is applied by doing nothing.
    pub(crate) async fn apply(
        &self,
        work: &mut Work,
        envelope: &Envelope,
        target: Target,
    ) -> Result<(), HandlerError> {
        match self.by_type.get(envelope.event_type.as_str()) {
            Some(apply) => apply(work, envelope, target).await,
            None => Ok(()),
        }
    }

    /// Whether many events of a type can be applied at once.
    pub(crate) fn takes_many(&self, event_type: &str) -> bool {
        self.many_by_type.contains_key(event_type)
    }

    /// Applies events of one type, each of another aggregate.
    pub(crate) async fn apply_many(
        &self,
        work: &mut Work,
        envelopes: &[&Envelope],
        target: Target,
    ) -> Result<(), HandlerError> {
        match envelopes {
            [] => Ok(()),
            [envelope] => self.apply(work, envelope, target).await,
            [first, ..] => match self.many_by_type.get(first.event_type.as_str()) {
                Some(apply) => apply(work, envelopes, target).await,
                None => Err(HandlerError::Poison(format!("{} is handled one by one", first.event_type))),
            },
        }
    }

    /// Forgets aggregates.
    pub(crate) async fn forget(
        &self,
        work: &mut Work,
        producer: &str,
        aggregates: &[Uuid],
        target: Target,
    ) -> Result<(), HandlerError> {
        match &self.forget {
            Some(forget) => forget(work, producer, aggregates, target).await,
            None => Ok(()),
        }
    }

    /// Producer and aggregate type of every binding.
    pub(crate) fn bindings(&self) -> &[(&'static str, &'static str)] {
        &self.aggregates
    }
}

fn not_readable<E: Event>(error: &prost::DecodeError) -> HandlerError {
    HandlerError::Poison(format!("the payload is no {}: {error}", E::TYPE))
}
