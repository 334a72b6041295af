//! Applies events: what the consumer, a redrive and the sweep of deadlines have in common.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proto::options::v1::Principal;
use tokio::sync::Notify;
use uuid::Uuid;

use super::envelope::Arrival;
use super::handler::Handlers;
use super::parked::{self, Held};
use super::pending;
use super::relay::gauge;
use super::slice::{Failed, Report, Slice};
use crate::database::{DatabaseError, UnitOfWork, Work};
use crate::failpoint::{self, Trip};
use crate::telemetry::TraceParent;

/// Applies events in transactions of the consumer.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) uow: UnitOfWork,
    pub(super) handlers: Handlers,
    pending_deadline: SignedDuration,
    /// Something waits, perhaps with an earlier deadline than was known.
    pub(super) deadlines: Notify,
}

impl Engine {
    pub(super) fn new(uow: UnitOfWork, handlers: Handlers, pending_deadline_seconds: i64) -> Arc<Self> {
        Arc::new(Self {
            uow,
            handlers,
            pending_deadline: SignedDuration::from_secs(pending_deadline_seconds),
            deadlines: Notify::new(),
        })
    }

    /// Applies what came in one transaction; when an event cannot be applied, in another one, each behind its own savepoint.
    ///
    /// # Errors
    /// Trouble that passes. Then nothing was changed, or all of it (an answer to the commit that got lost): a repeat is right.
    pub(super) async fn apply(&self, arrivals: &[Arrival]) -> Result<(), DatabaseError> {
        match Box::pin(self.apply_in(arrivals, false)).await {
            Ok(()) => Ok(()),
            Err(Failed::Retry(error)) => Err(error),
            Err(Failed::OneByOne) => match Box::pin(self.apply_in(arrivals, true)).await {
                Ok(()) => Ok(()),
                Err(Failed::Retry(error)) => Err(error),
                Err(Failed::OneByOne) => Err(never_ending()),
            },
        }
    }

    async fn apply_in(&self, arrivals: &[Arrival], one_by_one: bool) -> Result<(), Failed> {
        let mut slice = self.begin("consume", one_by_one).await?;
        slice.take(arrivals).await?;
        self.finish(slice).await
    }

    /// Tries one parked event again, with what waits behind it. True when it is parked no more.
    pub(super) async fn redrive(&self, parked_id: Uuid) -> Result<bool, DatabaseError> {
        let outcome = async {
            let mut slice = self.begin("redrive", true).await?;
            let applied = slice.redrive(parked_id).await?;
            self.finish(slice).await?;
            Ok(applied)
        };
        flattened(Box::pin(outcome).await)
    }

    /// Parks what waited too long.
    pub(super) async fn sweep(&self) -> Result<(), DatabaseError> {
        let now = self.uow.clock().now();
        let mut work = self.work("look_for_overdue").await?;
        let overdue = pending::overdue(work.connection(), now).await?;
        drop(work);
        for key in overdue {
            let outcome = async {
                let mut slice = self.begin("expire", true).await?;
                slice.expire(&key, now).await?;
                self.finish(slice).await
            };
            flattened(Box::pin(outcome).await)?;
        }
        Ok(())
    }

    /// When the sweep is due.
    pub(super) async fn next_deadline(&self) -> Result<Option<Timestamp>, DatabaseError> {
        let mut work = self.work("look_for_deadline").await?;
        let earliest = pending::earliest_deadline(work.connection()).await?;
        self.uow.finish(work).await?;
        Ok(earliest)
    }

    /// Counts what is held back, and shows it.
    pub(super) async fn count_held(&self) -> Result<Held, DatabaseError> {
        let mut work = self.work("count_held").await?;
        let held = parked::held(work.connection()).await?;
        self.uow.finish(work).await?;
        metrics::gauge!("events_pending").set(gauge(held.pending));
        metrics::gauge!("events_parked").set(gauge(held.parked));
        Ok(held)
    }

    pub(super) async fn work(&self, action: &'static str) -> Result<Work, DatabaseError> {
        self.uow.begin_as(Principal::Consumer, action, &TraceParent::new_root()).await
    }

    async fn begin(&self, action: &'static str, one_by_one: bool) -> Result<Slice<'_>, Failed> {
        let work = self.work(action).await.map_err(Failed::Retry)?;
        let now = self.uow.clock().now();
        let deadline = now.checked_add(self.pending_deadline).unwrap_or(Timestamp::MAX);
        Slice::begin(work, &self.handlers, one_by_one, deadline).await
    }

    async fn finish(&self, slice: Slice<'_>) -> Result<(), Failed> {
        let (work, report) = slice.write().await?;
        if failpoint::pass("consumer.before_commit").await == Trip::Error {
            return Err(Failed::Retry(DatabaseError::Failpoint));
        }
        self.uow.finish(work).await.map_err(Failed::Retry)?;
        if failpoint::pass("consumer.after_commit").await == Trip::Error {
            return Err(Failed::Retry(DatabaseError::Failpoint));
        }
        self.show(&report).await;
        Ok(())
    }

    async fn show(&self, report: &Report) {
        let applied = u64::try_from(report.applied.len()).unwrap_or(u64::MAX);
        for (outcome, number) in [
            ("applied", applied),
            ("duplicate", report.duplicates),
            ("superseded", report.superseded),
            ("waiting", report.waiting),
            ("parked", report.parked),
        ] {
            if number > 0 {
                metrics::counter!("consumed_total", "outcome" => outcome).increment(number);
            }
        }
        let now = self.uow.clock().now();
        for recorded_at in &report.applied {
            metrics::histogram!("event_consume_lag_seconds")
                .record(now.duration_since(*recorded_at).as_secs_f64());
        }
        if report.held_changed {
            self.deadlines.notify_one();
            // Only a gauge: it is right again after the next change.
            let _ = self.count_held().await;
        }
    }
}

fn flattened<T>(result: Result<T, Failed>) -> Result<T, DatabaseError> {
    result.map_err(|failed| match failed {
        Failed::Retry(error) => error,
        Failed::OneByOne => never_ending(),
    })
}

/// A slice that goes one by one can only ask to be repeated when its tables contradict each other.
fn never_ending() -> DatabaseError {
    DatabaseError::Inconsistent {
        table: "chassis.inbox",
        what: "an applied event could not be written down".to_owned(),
    }
}
