//! Calls handlers: with many events of a type at once where the service can, and one by one behind savepoints after a slice
//! failed.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use uuid::Uuid;

use super::{Failed, Slice};
use crate::events::handler::{Envelope, HandlerError};
use crate::events::history::Key;
use crate::events::pending::Waiting;

/// What became of an event.
pub(super) enum Handled {
    Done,
    WaitsFor(Uuid),
    Poison(String),
}

/// Events of one type, each of another aggregate, that their handler gets together.
pub(super) struct Group {
    event_type: String,
    /// Their places among the applied events of the slice.
    places: Vec<usize>,
}

impl Slice<'_> {
    /// Whether the handler of an event may be called later, with others.
    pub(super) fn can_be_grouped(&self, envelope: &Envelope) -> bool {
        !self.one_by_one && self.handlers.takes_many(&envelope.event_type)
    }

    /// Counts an event as applied, and leaves its handler to [`handle_groups`](Self::handle_groups). Events of an aggregate
    /// stay in order: a second one waits until the groups with the first are done.
    pub(super) async fn group(&mut self, key: &Key, item: Waiting) -> Result<(), Failed> {
        if self.grouped.contains(&key.aggregate_id) {
            self.handle_groups().await?;
        }
        self.grouped.insert(key.aggregate_id);
        let (place, event_type) = (self.applied.len(), &item.envelope().event_type);
        match self.groups.iter_mut().find(|group| group.event_type == *event_type) {
            Some(group) => group.places.push(place),
            None => self.groups.push(Group { event_type: event_type.clone(), places: vec![place] }),
        }
        self.applied_now(key, item);
        Ok(())
    }

    /// Calls the handlers of what was grouped. Whatever goes wrong, the slice starts again, one by one.
    pub(super) async fn handle_groups(&mut self) -> Result<(), Failed> {
        self.grouped.clear();
        for Group { places, .. } in std::mem::take(&mut self.groups) {
            let events: Vec<&Envelope> = places
                .iter()
                .filter_map(|place| self.applied.get(*place))
                .map(|applied| &applied.envelope)
                .collect();
            let handled = AssertUnwindSafe(self.handlers.apply_many(&mut self.work, &events, self.target))
                .catch_unwind();
            match handled.await {
                Ok(Ok(())) => {}
                Ok(Err(HandlerError::Transient(error))) => return Err(Failed::Retry(error)),
                Ok(Err(HandlerError::WaitsFor(_) | HandlerError::Poison(_))) | Err(_) => {
                    return Err(Failed::OneByOne);
                }
            }
        }
        Ok(())
    }

    /// Calls the handler of one event, after those of what was grouped before it.
    pub(super) async fn handle(&mut self, envelope: &Envelope) -> Result<Handled, Failed> {
        self.handle_groups().await?;
        let savepoint =
            if self.one_by_one { Some(self.work.savepoint().await.map_err(Failed::Retry)?) } else { None };
        let handled =
            AssertUnwindSafe(self.handlers.apply(&mut self.work, envelope, self.target)).catch_unwind().await;
        let handled = match (savepoint, handled) {
            (None, Ok(Ok(()))) => return Ok(Handled::Done),
            (_, Ok(Err(HandlerError::Transient(error)))) => return Err(Failed::Retry(error)),
            (None, _) => return Err(Failed::OneByOne),
            (Some(_), Ok(Ok(()))) => match self.work.release().await {
                Ok(()) => return Ok(Handled::Done),
                Err(error) => match HandlerError::from(error) {
                    HandlerError::Transient(error) => return Err(Failed::Retry(error)),
                    error => Handled::Poison(error.to_string()),
                },
            },
            (Some(_), Ok(Err(HandlerError::WaitsFor(parent)))) => Handled::WaitsFor(parent),
            (Some(_), Ok(Err(HandlerError::Poison(text)))) => Handled::Poison(text),
            (Some(_), Err(_)) => Handled::Poison("the handler panicked".to_owned()),
        };
        if let Some(savepoint) = savepoint {
            self.work.roll_back_to(savepoint).await.map_err(Failed::Retry)?;
        }
        Ok(handled)
    }
}
