//! Builds the projections anew from the inbox, beside the ones readers see, then switches.
//!
//! Live events go on into the active generation; the replay finds them in the inbox. The last step runs under the lock under
//! which events are applied, so nothing falls between replay and switch. A rebuild that dies leaves the readers untouched, and
//! the next one starts clean.

use std::time::Duration;

use tokio::sync::mpsc;

use super::connection::Backoff;
use super::consumer::ConsumerHandle;
use super::engine::Engine;
use super::generations::{self, Generations};
use super::handler::{HandlerError, Target};
use super::inbox::{self, Applied};
use crate::database::{DatabaseError, Work};
use crate::error::Chain;
use crate::failpoint;

/// Events replayed in one transaction.
const BATCH: i64 = 250;
/// How long trouble that passes may last before a rebuild gives up.
const PATIENCE: Duration = Duration::from_mins(1);
/// Older generations whose rows a rebuild looks for before it starts.
const LOOK_BACK: i64 = 10;

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Generation being built.
    pub generation: i64,
    /// Events replayed so far.
    pub replayed: i64,
    /// Events there were at the start; more may come.
    pub total: i64,
    /// Readers see the new generation, and the rows of the old one are gone.
    pub done: bool,
}

/// A rebuild ended without a switch. Readers see what they saw.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The service registered no `clear_with`.
    #[error("this service has no projections")]
    NoProjections,
    /// A later rebuild took over.
    #[error("another rebuild was started")]
    TakenOver,
    /// A handler refuses an event it applied before.
    #[error("the event {event_id} cannot be applied again: {error}")]
    Handler {
        /// The event.
        event_id: uuid::Uuid,
        /// Why.
        error: String,
    },
    /// The database was away too long.
    #[error("the database failed")]
    Database(#[from] DatabaseError),
}

impl ConsumerHandle {
    /// Starts a rebuild, which goes on when nobody listens. The last message is an error or `done`.
    pub fn rebuild(&self) -> mpsc::Receiver<Result<Progress, RebuildError>> {
        let (sender, receiver) = mpsc::channel(16);
        let engine = std::sync::Arc::clone(&self.engine);
        self.engine.uow.tasks().run(async move {
            let last = Box::pin(rebuild(&engine, &sender)).await;
            if let Err(error) = &last {
                tracing::error!(error.chain = %Chain(error), "a rebuild of the projections failed; readers see what they saw");
            }
            // Whoever listened may be gone.
            let _ = sender.send(last).await;
        });
        receiver
    }
}

async fn rebuild(
    engine: &Engine,
    progress: &mpsc::Sender<Result<Progress, RebuildError>>,
) -> Result<Progress, RebuildError> {
    if !engine.handlers.has_projections() {
        return Err(RebuildError::NoProjections);
    }
    let (before, total) = start(engine).await?;
    let generation = before.latest + 1;
    tracing::info!(
        rebuild.generation = generation,
        rebuild.events = total,
        "a rebuild of the projections starts"
    );
    for stale in (before.latest - LOOK_BACK).max(1)..=before.latest {
        if stale != before.active {
            clear(engine, stale).await?;
        }
    }
    let mut at = Position { generation, inbox: 0, replayed: 0 };
    loop {
        let replayed = patiently(engine, || replay_batch(engine, at)).await?;
        let batch = replayed.replayed - at.replayed;
        at = replayed;
        // Nobody may listen, or listen slowly.
        let _ = progress.try_send(Ok(Progress { generation, replayed: at.replayed, total, done: false }));
        failpoint::pass("rebuild.between_batches").await;
        if batch < BATCH {
            break;
        }
    }
    let replayed = patiently(engine, || switch(engine, at)).await?.replayed;
    tracing::info!(
        rebuild.generation = generation,
        rebuild.events = replayed,
        "readers see the rebuilt projections"
    );
    clear(engine, before.active).await?;
    Ok(Progress { generation, replayed, total, done: true })
}

#[derive(Debug, Clone, Copy)]
struct Position {
    generation: i64,
    /// Of the last event replayed, in the inbox.
    inbox: i64,
    replayed: i64,
}

async fn start(engine: &Engine) -> Result<(Generations, i64), RebuildError> {
    let mut work = engine.work("rebuild_projections").await?;
    let before = generations::lock(work.connection()).await?;
    generations::start(work.connection()).await?;
    let total = inbox::count(work.connection()).await?;
    engine.uow.finish(work).await?;
    Ok((before, total))
}

async fn replay_batch(engine: &Engine, at: Position) -> Result<Position, RebuildError> {
    let mut work = engine.work("replay_events").await?;
    check_is_ours(&mut work, at.generation).await?;
    let at = replay(engine, &mut work, at).await?;
    engine.uow.finish(work).await?;
    Ok(at)
}

/// Replays the rest and switches, while no event can be applied.
async fn switch(engine: &Engine, mut at: Position) -> Result<Position, RebuildError> {
    let mut work = engine.work("switch_projections").await?;
    check_is_ours(&mut work, at.generation).await?;
    super::consumed::lock(work.connection()).await?;
    loop {
        let next = replay(engine, &mut work, at).await?;
        let is_last = next.replayed - at.replayed < BATCH;
        at = next;
        if is_last {
            break;
        }
    }
    generations::switch(work.connection(), at.generation).await?;
    engine.uow.finish(work).await?;
    Ok(at)
}

async fn check_is_ours(work: &mut Work, generation: i64) -> Result<(), RebuildError> {
    let now = generations::lock(work.connection()).await?;
    if now.building == Some(generation) { Ok(()) } else { Err(RebuildError::TakenOver) }
}

async fn replay(engine: &Engine, work: &mut Work, mut at: Position) -> Result<Position, RebuildError> {
    let target = Target { generation: at.generation };
    for Applied { position, envelope } in inbox::after(work.connection(), at.inbox, BATCH).await? {
        match engine.handlers.apply(work, &envelope, target).await {
            Ok(()) => {}
            Err(HandlerError::Transient(error)) => return Err(error.into()),
            Err(error) => {
                return Err(RebuildError::Handler { event_id: envelope.event_id, error: error.to_string() });
            }
        }
        at.inbox = position;
        at.replayed += 1;
    }
    // What followed from these events was published when they came.
    work.discard_events();
    Ok(at)
}

async fn clear(engine: &Engine, generation: i64) -> Result<(), RebuildError> {
    loop {
        let removed = patiently(engine, || async {
            let mut work = engine.work("clear_projections").await?;
            let removed = match engine.handlers.clear(&mut work, Target { generation }).await {
                None => 0,
                Some(Ok(removed)) => removed,
                Some(Err(HandlerError::Transient(error))) => return Err(error.into()),
                Some(Err(error)) => {
                    return Err(RebuildError::Handler {
                        event_id: uuid::Uuid::nil(),
                        error: error.to_string(),
                    });
                }
            };
            engine.uow.finish(work).await?;
            Ok(removed)
        })
        .await?;
        if removed == 0 {
            return Ok(());
        }
    }
}

/// Waits out trouble that passes, for a while.
async fn patiently<T, F, A>(engine: &Engine, mut attempt: F) -> Result<T, RebuildError>
where
    F: FnMut() -> A,
    A: Future<Output = Result<T, RebuildError>>,
{
    let started = std::time::Instant::now();
    let mut backoff = Backoff::new();
    loop {
        match attempt().await {
            Err(RebuildError::Database(error)) if error.is_transient() && started.elapsed() < PATIENCE => {
                tokio::select! {
                    () = engine.uow.tasks().shutdown().cancelled() => return Err(error.into()),
                    () = tokio::time::sleep(backoff.pause()) => {}
                }
            }
            result => return result,
        }
    }
}
