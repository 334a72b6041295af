//! One transaction of the consumer: some events, what they release, and everything that is remembered about them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use jiff::Timestamp;
use uuid::Uuid;

use super::envelope::{Arrival, Received, Unreadable};
use super::handler::{Envelope, HandlerError, Handlers, Target};
use super::history::{History, Hold, Key, Verdict};
use super::parked::{self, EVENT_ID_REUSED, HISTORY_FORKED, POISON, Parking};
use super::pending::{self, Origin, Waiting};
use super::{consumed, inbox};
use crate::database::{DatabaseError, Work};

/// Why a slice was rolled back.
#[derive(Debug)]
pub(super) enum Failed {
    /// Trouble that passes: the same again, later.
    Retry(DatabaseError),
    /// An event could not be applied: the same again, each event behind its own savepoint.
    OneByOne,
}

/// What a slice did.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// When the applied events were written by their producer.
    pub(super) applied: Vec<Timestamp>,
    pub(super) duplicates: u64,
    pub(super) superseded: u64,
    pub(super) waiting: u64,
    pub(super) parked: u64,
    /// Whether `pending` or `parked` changed.
    pub(super) held_changed: bool,
}

/// The open transaction with what it knows.
pub(super) struct Slice<'a> {
    handlers: &'a Handlers,
    work: Work,
    one_by_one: bool,
    target: Target,
    /// Until when an event that comes now may wait.
    deadline: Timestamp,
    histories: HashMap<Key, History>,
    waiting: Vec<Waiting>,
    known: HashMap<Uuid, bool>,
    applied: Vec<Received>,
    gone: Vec<Uuid>,
    unparked: Vec<Uuid>,
    parkings: Vec<Parking>,
    unreadable: Vec<(Uuid, &'a Unreadable)>,
    released: HashSet<Key>,
    rewritten: HashSet<Uuid>,
    report: Report,
}

enum Handled {
    Done,
    WaitsFor(Uuid),
    Poison(String),
}

impl<'a> Slice<'a> {
    /// Takes the lock under which events are applied.
    pub(super) async fn begin(
        mut work: Work,
        handlers: &'a Handlers,
        one_by_one: bool,
        deadline: Timestamp,
    ) -> Result<Self, Failed> {
        let target = consumed::lock(work.connection()).await.map_err(Failed::Retry)?;
        Ok(Self {
            handlers,
            work,
            one_by_one,
            target,
            deadline,
            histories: HashMap::new(),
            waiting: Vec::new(),
            known: HashMap::new(),
            applied: Vec::new(),
            gone: Vec::new(),
            unparked: Vec::new(),
            parkings: Vec::new(),
            unreadable: Vec::new(),
            released: HashSet::new(),
            rewritten: HashSet::new(),
            report: Report::default(),
        })
    }

    /// Takes what came, in order.
    pub(super) async fn take(&mut self, arrivals: &'a [Arrival]) -> Result<(), Failed> {
        let events = || {
            arrivals.iter().filter_map(|arrival| match arrival {
                Arrival::Event(event) => Some(event),
                Arrival::Unreadable(_) => None,
            })
        };
        self.load(events().map(|event| Key::of(&event.envelope)).collect()).await?;
        let doubtful: Vec<Uuid> = events()
            .filter(|event| self.is_doubtful(&event.envelope))
            .map(|event| event.envelope.event_id)
            .collect();
        self.look_up(doubtful).await?;
        for arrival in arrivals {
            match arrival {
                Arrival::Event(event) => self.offer(Waiting::arrived(event.clone())).await?,
                Arrival::Unreadable(message) => {
                    self.unreadable.push((self.work.ids().uuid(), message));
                    self.report.parked += 1;
                }
            }
        }
        Ok(())
    }

    /// Tries a parked event again, with what waited behind it. True when it is parked no more.
    pub(super) async fn redrive(&mut self, parked_id: Uuid) -> Result<bool, Failed> {
        let item = parked::load(self.work.connection(), parked_id).await;
        let Some(item) = self.own(item)? else { return Ok(false) };
        let key = Key::of(item.envelope());
        self.load(vec![key.clone()]).await?;
        self.waiting.retain(|waiting| waiting.origin != item.origin);
        self.offer(item).await?;
        if self.histories.get(&key).is_some_and(|history| history.hold.is_none()) {
            self.release(&key).await?;
        }
        Ok(self.unparked.contains(&parked_id))
    }

    /// Parks the first of what waited too long in an aggregate; the rest waits behind it without deadline.
    pub(super) async fn expire(&mut self, key: &Key, now: Timestamp) -> Result<(), Failed> {
        self.load(vec![key.clone()]).await?;
        let of_key =
            |waiting: &Waiting| Key::of(waiting.envelope()) == *key && waiting.origin == Origin::Pending;
        let Some(first) = self.waiting.iter().position(of_key) else { return Ok(()) };
        let first = self.waiting.remove(first);
        if first.deadline.is_some_and(|deadline| deadline > now) {
            // What stands behind it waits as long as it.
            let deadline = first.deadline;
            self.waiting.push(first);
            let done = pending::set_deadline(self.work.connection(), key, deadline).await;
            return self.own(done);
        }
        let (id, parent) = (first.envelope().event_id, first.waits_for);
        let next = self.histories.get(key).map_or(1, |history| history.last_sequence + 1);
        if parent.is_some() || first.envelope().sequence <= next {
            // Perhaps it was only the trigger that was missed.
            self.offer(first).await?;
            let Some(still) = self.waiting.iter().position(|waiting| waiting.envelope().event_id == id)
            else {
                return Ok(());
            };
            let still = self.waiting.remove(still);
            let text = format!("aggregate {} did not come in time", parent.unwrap_or_default());
            self.park(still, parked::PARENT_MISSING, text, parent);
        } else {
            let text = format!("event {next} of the aggregate did not come in time; republish the aggregate");
            self.park(first, parked::SEQUENCE_GAP, text, None);
        }
        Ok(())
    }

    /// Offers an event, and what its application releases, and so on.
    async fn offer(&mut self, item: Waiting) -> Result<(), Failed> {
        let mut queue = VecDeque::from([item]);
        while let Some(item) = queue.pop_front() {
            let key = Key::of(item.envelope());
            if self.consider(item).await? {
                queue.extend(self.released_by(&key));
            }
        }
        Ok(())
    }

    async fn release(&mut self, key: &Key) -> Result<(), Failed> {
        for item in self.released_by(key) {
            self.offer(item).await?;
        }
        Ok(())
    }

    /// Judges an event and does what follows. True when its history advanced.
    async fn consider(&mut self, item: Waiting) -> Result<bool, Failed> {
        let key = Key::of(item.envelope());
        self.load(vec![key.clone()]).await?;
        if let Origin::Parked(parked_id) = item.origin {
            self.let_go(&key, parked_id);
        }
        let id = item.envelope().event_id;
        if item.origin == Origin::Arrived
            && self.waiting.iter().any(|waiting| waiting.envelope().event_id == id)
        {
            self.report.duplicates += 1;
            return Ok(false);
        }
        if self.one_by_one || self.is_doubtful(item.envelope()) {
            self.look_up(vec![id]).await?;
        }
        let is_applied = self.known.get(&id).copied().unwrap_or(false);
        let Some(history) = self.histories.get(&key) else { return Ok(false) };
        match history.judge(&item.received, is_applied) {
            Verdict::Duplicate => {
                self.report.duplicates += 1;
                self.forget(&item);
            }
            Verdict::Superseded => {
                tracing::info!(event.id = %id, "an event of a history that a restore ended is ignored");
                self.report.superseded += 1;
                self.forget(&item);
            }
            Verdict::Early | Verdict::HeldBack => self.wait(item, None),
            Verdict::Forked => {
                let text = "the producer tells another history of this aggregate; run `bondgenoot reconcile`";
                self.park(item, HISTORY_FORKED, text.to_owned(), None);
            }
            Verdict::Apply if is_applied => {
                self.park(item, EVENT_ID_REUSED, "another event with this id was applied".to_owned(), None);
            }
            Verdict::Apply => match self.handle(item.envelope()).await? {
                Handled::Done => {
                    self.applied_now(&key, item);
                    return Ok(true);
                }
                Handled::WaitsFor(parent) => self.wait(item, Some(parent)),
                Handled::Poison(text) => self.park(item, POISON, text, None),
            },
        }
        Ok(false)
    }

    async fn handle(&mut self, envelope: &Envelope) -> Result<Handled, Failed> {
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

    fn applied_now(&mut self, key: &Key, item: Waiting) {
        if let Some(history) = self.histories.get_mut(key) {
            history.advance(item.envelope());
        }
        self.known.insert(item.envelope().event_id, true);
        self.forget(&item);
        self.report.applied.push(item.envelope().recorded_at);
        self.applied.push(item.received);
    }

    /// The event waits no more.
    fn forget(&mut self, item: &Waiting) {
        match item.origin {
            Origin::Arrived => {}
            Origin::Pending => self.gone.push(item.envelope().event_id),
            Origin::Parked(parked_id) => self.unparked.push(parked_id),
        }
    }

    fn wait(&mut self, mut item: Waiting, parent: Option<Uuid>) {
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

    fn park(&mut self, item: Waiting, reason: &'static str, error: String, waits_for: Option<Uuid>) {
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
    fn let_go(&mut self, key: &Key, parked_id: Uuid) {
        if let Some(history) = self.histories.get_mut(key)
            && history.hold.is_some_and(|hold| hold.parked_id == parked_id)
        {
            history.hold = None;
            history.changed = true;
            self.released.insert(key.clone());
        }
    }

    /// What can be tried now that this aggregate advanced: its own next events, and what waited for it as a parent.
    fn released_by(&mut self, key: &Key) -> Vec<Waiting> {
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
    fn is_doubtful(&self, event: &Envelope) -> bool {
        !self.known.contains_key(&event.event_id)
            && self
                .histories
                .get(&Key::of(event))
                .is_some_and(|history| event.sequence <= history.last_sequence)
    }

    async fn look_up(&mut self, ids: Vec<Uuid>) -> Result<(), Failed> {
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
    async fn load(&mut self, keys: Vec<Key>) -> Result<(), Failed> {
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

    /// Writes everything. The caller commits.
    pub(super) async fn write(mut self) -> Result<(Work, Report), Failed> {
        let written = self.write_all().await;
        self.own(written)??;
        self.report.held_changed = self.report.waiting > 0
            || self.report.parked > 0
            || !self.gone.is_empty()
            || !self.unparked.is_empty()
            || !self.released.is_empty();
        Ok((self.work, self.report))
    }

    async fn write_all(&mut self) -> Result<Result<(), Failed>, DatabaseError> {
        let connection = self.work.connection();
        for (parked_id, message) in &self.unreadable {
            tracing::error!(
                park.reason = message.reason,
                park.error = message.error,
                "a message is no event; it is parked"
            );
            parked::store_unreadable(connection, *parked_id, message).await?;
        }
        for parking in &self.parkings {
            let parked_id = parked::store(connection, parking).await?;
            let key = Key::of(&parking.received.envelope);
            if let Some(hold) = self.histories.get_mut(&key).and_then(|history| history.hold.as_mut())
                && hold.parked_id == parking.parked_id
            {
                hold.parked_id = parked_id;
            }
            pending::set_deadline(connection, &key, None).await?;
        }
        if !self.applied.is_empty()
            && inbox::insert(connection, &self.applied).await? != self.applied.len() as u64
        {
            // An id of the slice is that of another event: find out which.
            return Ok(Err(Failed::OneByOne));
        }
        if !self.unparked.is_empty() {
            parked::mark_redriven(connection, &self.unparked).await?;
        }
        if !self.gone.is_empty() {
            pending::delete(connection, &self.gone).await?;
        }
        let histories = &self.histories;
        let is_held = |key: &Key| histories.get(key).is_some_and(|history| history.hold.is_some());
        for key in self.released.iter().filter(|key| !is_held(key)) {
            pending::set_deadline(connection, key, Some(self.deadline)).await?;
        }
        for waiting in &mut self.waiting {
            if is_held(&Key::of(waiting.envelope())) {
                waiting.deadline = None;
            }
        }
        let rewritten: Vec<&Waiting> = self
            .waiting
            .iter()
            .filter(|waiting| self.rewritten.contains(&waiting.envelope().event_id))
            .collect();
        if !rewritten.is_empty() {
            pending::store(connection, &rewritten).await?;
        }
        let changed: Vec<(&Key, &History)> =
            self.histories.iter().filter(|(_, history)| history.changed).collect();
        if !changed.is_empty() {
            consumed::store(connection, &changed).await?;
        }
        Ok(Ok(()))
    }

    /// An error of our own statements. In a slice that goes one by one nothing is left but to try again; else it may come from
    /// a handler that left the transaction broken.
    fn own<T>(&self, result: Result<T, DatabaseError>) -> Result<T, Failed> {
        result.map_err(|error| {
            if self.one_by_one || error.is_transient() {
                if !error.is_transient() {
                    tracing::error!(error.chain = %crate::error::Chain(&error), "events cannot be written down");
                }
                Failed::Retry(error)
            } else {
                Failed::OneByOne
            }
        })
    }
}
