//! What a slice knows and what it will remember: histories, waiting and parked events.

use uuid::Uuid;

use super::{Failed, Slice};
use crate::events::handler::Envelope;
use crate::events::history::{Hold, Key};
use crate::events::parked::Parking;
use crate::events::pending::{self, Origin, Waiting};
use crate::events::{consumed, inbox};

impl Slice<'_> {
    pub(super) fn applied_now(&mut self, key: &Key, item: Waiting) {
        if let Some(history) = self.histories.get_mut(key) {
            history.advance(item.envelope());
        }
        self.known.insert(item.envelope().event_id, true);
        self.forget(&item);
        self.report.applied.push(item.envelope().recorded_at);
        self.applied.push(item.received);
    }

    /// The event waits no more.
    pub(super) fn forget(&mut self, item: &Waiting) {
        match item.origin {
            Origin::Arrived => {}
            Origin::Pending => self.gone.push(item.envelope().event_id),
            Origin::Parked(parked_id) => self.unparked.push(parked_id),
        }
    }

    pub(super) fn wait(&mut self, mut item: Waiting, parent: Option<Uuid>) {
        let key = Key::of(item.envelope());
        match item.origin {
            Origin::Arrived => {
                self.report.waiting += 1;
                item.deadline = Some(self.deadline);
                self.rewritten.insert(item.envelope().event_id);
            }
            Origin::Pending if item.waits_for != parent => {
                self.rewritten.insert(item.envelope().event_id);
            }
            Origin::Pending => {}
            // What it misses is still missing: it stays parked and holds on.
            Origin::Parked(parked_id) => {
                let hold = Hold {
                    parked_id,
                    event_id: item.envelope().event_id,
                    sequence: item.envelope().sequence,
                };
                if let Some(history) = self.histories.get_mut(&key) {
                    history.hold.get_or_insert(hold);
                    history.changed = true;
                }
            }
        }
        item.waits_for = parent;
        self.waiting.push(item);
    }

    pub(super) fn park(
        &mut self,
        item: Waiting,
        reason: &'static str,
        error: String,
        waits_for: Option<Uuid>,
    ) {
        let key = Key::of(item.envelope());
        let parked_id = match item.origin {
            Origin::Parked(parked_id) => parked_id,
            Origin::Arrived => self.work.ids().uuid(),
            Origin::Pending => {
                self.gone.push(item.envelope().event_id);
                self.work.ids().uuid()
            }
        };
        let event = item.envelope();
        tracing::error!(
            event.id = %event.event_id, event.kind = event.event_type, event.aggregate = %event.aggregate_id, park.reason = reason,
            park.error = error, "an event is parked; it holds back its aggregate until it is redriven"
        );
        if let Some(history) = self.histories.get_mut(&key) {
            history.hold = Some(Hold { parked_id, event_id: event.event_id, sequence: event.sequence });
            if history.aggregate_type.is_empty() {
                history.aggregate_type.clone_from(&event.aggregate_type);
            }
            history.changed = true;
        }
        self.released.remove(&key);
        self.report.parked += 1;
        self.parkings.push(Parking { parked_id, received: item.received, reason, error, waits_for });
    }

    /// The parked event holds its aggregate no more.
    pub(super) fn let_go(&mut self, key: &Key, parked_id: Uuid) {
        if let Some(history) = self.histories.get_mut(key)
            && history.hold.is_some_and(|hold| hold.parked_id == parked_id)
        {
            history.hold = None;
            history.changed = true;
            self.released.insert(key.clone());
        }
    }

    /// What can be tried now that this aggregate advanced: its own next events, and what waited for it as a parent.
    pub(super) fn released_by(&mut self, key: &Key) -> Vec<Waiting> {
        let next = self.histories.get(key).map_or(1, |history| history.last_sequence + 1);
        let is_released = |waiting: &mut Waiting| {
            let own = waiting.waits_for.is_none()
                && waiting.envelope().sequence <= next
                && Key::of(waiting.envelope()) == *key;
            own || waiting.waits_for == Some(key.aggregate_id)
        };
        let mut released: Vec<Waiting> = self.waiting.extract_if(.., is_released).collect();
        released.sort_by_key(|waiting| waiting.envelope().sequence);
        released
    }

    /// Whether only the inbox can say what the event is: its number was passed.
    pub(super) fn is_doubtful(&self, event: &Envelope) -> bool {
        !self.known.contains_key(&event.event_id)
            && self
                .histories
                .get(&Key::of(event))
                .is_some_and(|history| event.sequence <= history.last_sequence)
    }

    pub(super) async fn look_up(&mut self, ids: Vec<Uuid>) -> Result<(), Failed> {
        let ids: Vec<Uuid> = ids.into_iter().filter(|id| !self.known.contains_key(id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let applied = inbox::applied_among(self.work.connection(), &ids).await;
        let applied = self.own(applied)?;
        for id in ids {
            self.known.insert(id, applied.contains(&id));
        }
        Ok(())
    }

    /// Reads histories that are not known yet, with what waits in them or for them.
    pub(super) async fn load(&mut self, keys: Vec<Key>) -> Result<(), Failed> {
        let mut unknown: Vec<Key> =
            keys.into_iter().filter(|key| !self.histories.contains_key(key)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let loaded = consumed::load(self.work.connection(), &unknown).await;
        let mut with_waiting = Vec::new();
        for consumed::Loaded { key, history, has_waiting } in self.own(loaded)? {
            if has_waiting {
                with_waiting.push(key.aggregate_id);
            }
            self.histories.insert(key, history);
        }
        if with_waiting.is_empty() {
            return Ok(());
        }
        let waiting = pending::load(self.work.connection(), &with_waiting).await;
        for item in self.own(waiting)? {
            let id = item.envelope().event_id;
            let is_here = self.waiting.iter().any(|known| known.envelope().event_id == id)
                || self.gone.contains(&id)
                || self.known.get(&id) == Some(&true)
                || self.parkings.iter().any(|parking| parking.received.envelope.event_id == id);
            if !is_here {
                self.waiting.push(item);
            }
        }
        Ok(())
    }
}
