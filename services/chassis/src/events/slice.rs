//! One transaction of the consumer: some events, what they release, and everything that is remembered about them.

mod apply;
mod memory;
mod write;

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::Timestamp;
use uuid::Uuid;

use self::apply::{Group, Handled};
use super::consumed;
use super::envelope::{Arrival, Received, Unreadable};
use super::handler::{Handlers, Target};
use super::history::{History, Key, Verdict};
use super::parked::{self, EVENT_ID_REUSED, HISTORY_FORKED, POISON, Parking};
use super::pending::{self, Origin, Waiting};
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
    /// Applied but for their handler, which takes many events at once.
    groups: Vec<Group>,
    grouped: HashSet<Uuid>,
    gone: Vec<Uuid>,
    unparked: Vec<Uuid>,
    parkings: Vec<Parking>,
    unreadable: Vec<(Uuid, &'a Unreadable)>,
    released: HashSet<Key>,
    rewritten: HashSet<Uuid>,
    report: Report,
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
            groups: Vec::new(),
            grouped: HashSet::new(),
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
            Verdict::Apply if self.can_be_grouped(item.envelope()) => {
                self.group(&key, item).await?;
                return Ok(true);
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
