//! How far an aggregate of a producer was applied, and what that says about an event.

use uuid::Uuid;

use super::envelope::Received;
use super::handler::Envelope;
use crate::database::extend_digest;

/// An aggregate of a producer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) producer: String,
    pub(super) aggregate_id: Uuid,
}

impl Key {
    pub(super) fn of(envelope: &Envelope) -> Self {
        Self { producer: envelope.producer.clone(), aggregate_id: envelope.aggregate_id }
    }
}

/// The parked event that holds an aggregate back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) parked_id: Uuid,
    pub(super) event_id: Uuid,
    pub(super) sequence: i64,
}

/// How far an aggregate was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History {
    pub(super) aggregate_type: String,
    pub(super) epoch: i64,
    pub(super) last_sequence: i64,
    pub(super) digest: Vec<u8>,
    pub(super) hold: Option<Hold>,
    /// Whether it must be written back.
    pub(super) changed: bool,
}

/// What a history says about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the next one.
    Apply,
    /// It was applied, or is parked, already.
    Duplicate,
    /// It belongs to a history that a restore of the producer ended.
    Superseded,
    /// An earlier one is missing.
    Early,
    /// It stands behind a parked one.
    HeldBack,
    /// Its producer tells another history than the one that was applied: it was restored from an older copy.
    Forked,
}

impl History {
    /// Judges an event. `is_applied` says whether its id is in the inbox; it is asked only when the number was passed.
    pub(super) fn judge(&self, received: &Received, is_applied: bool) -> Verdict {
        let event = &received.envelope;
        if let Some(hold) = &self.hold
            && hold.event_id == event.event_id
        {
            return Verdict::Duplicate;
        }
        let behind_hold = self
            .hold
            .is_some_and(|hold| event.sequence >= hold.sequence || hold.sequence <= self.last_sequence);
        if event.sequence <= self.last_sequence {
            return if is_applied {
                Verdict::Duplicate
            } else if event.epoch < self.epoch {
                Verdict::Superseded
            } else if behind_hold {
                Verdict::HeldBack
            } else {
                Verdict::Forked
            };
        }
        if event.epoch < self.epoch {
            Verdict::Superseded
        } else if behind_hold {
            Verdict::HeldBack
        } else if event.sequence > self.last_sequence.saturating_add(1) {
            Verdict::Early
        } else if self.extended(event.event_id) == received.history_digest {
            Verdict::Apply
        } else {
            Verdict::Forked
        }
    }

    /// The event was applied.
    pub(super) fn advance(&mut self, event: &Envelope) {
        self.digest = self.extended(event.event_id);
        self.epoch = event.epoch;
        self.last_sequence = event.sequence;
        self.aggregate_type.clone_from(&event.aggregate_type);
        self.changed = true;
    }

    fn extended(&self, event_id: Uuid) -> Vec<u8> {
        extend_digest(&self.digest, event_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::real_now;

    fn event(id: u128, sequence: i64, epoch: i64, before: &[u8]) -> Received {
        let event_id = Uuid::from_u128(id);
        let envelope = Envelope {
            event_id,
            event_type: "intake.referral_submitted.v1".into(),
            producer: "intake".into(),
            aggregate_type: "referral".into(),
            aggregate_id: Uuid::from_u128(7),
            sequence,
            epoch,
            recorded_at: real_now(),
            traceparent: String::new(),
            payload: Vec::new(),
        };
        Received { envelope, history_digest: extend_digest(before, event_id) }
    }

    fn after(events: &[&Received]) -> History {
        let mut history = History::default();
        for event in events {
            assert_eq!(history.judge(event, false), Verdict::Apply);
            history.advance(&event.envelope);
        }
        history
    }

    #[test]
    fn the_next_applies_a_known_one_is_a_duplicate_and_a_later_one_is_early() {
        let one = event(1, 1, 1, &[]);
        let two = event(2, 2, 1, &one.history_digest);
        let three = event(3, 3, 1, &two.history_digest);
        let history = after(&[&one]);

        assert_eq!(history.judge(&two, false), Verdict::Apply);
        assert_eq!(history.judge(&one, true), Verdict::Duplicate);
        assert_eq!(history.judge(&three, false), Verdict::Early);
    }

    #[test]
    fn a_restored_producer_that_goes_on_where_we_are_is_no_fork() {
        let one = event(1, 1, 1, &[]);
        let two = event(2, 2, 2, &one.history_digest);

        assert_eq!(after(&[&one]).judge(&two, false), Verdict::Apply);
    }

    #[test]
    fn another_event_under_a_known_or_the_next_number_is_a_fork() {
        let one = event(1, 1, 1, &[]);
        let two = event(2, 2, 1, &one.history_digest);
        let history = after(&[&one, &two]);

        for epoch in [1, 2] {
            assert_eq!(history.judge(&event(12, 2, epoch, &one.history_digest), false), Verdict::Forked);
            assert_eq!(history.judge(&event(13, 3, epoch, &[9; 32]), false), Verdict::Forked);
        }
    }

    #[test]
    fn what_a_restore_undid_is_superseded() {
        let one = event(1, 1, 1, &[]);
        let restored = event(12, 2, 2, &one.history_digest);
        let history = after(&[&one, &restored]);

        assert_eq!(history.judge(&event(2, 2, 1, &one.history_digest), false), Verdict::Superseded);
        assert_eq!(history.judge(&event(3, 3, 1, &[9; 32]), false), Verdict::Superseded);
    }

    #[test]
    fn a_parked_event_holds_back_what_follows_it_and_nothing_before_it() {
        let one = event(1, 1, 1, &[]);
        let two = event(2, 2, 1, &one.history_digest);
        let three = event(3, 3, 1, &two.history_digest);
        let four = event(4, 4, 1, &three.history_digest);
        let mut history = after(&[&one]);
        history.hold =
            Some(Hold { parked_id: Uuid::from_u128(9), event_id: Uuid::from_u128(3), sequence: 3 });

        assert_eq!(history.judge(&two, false), Verdict::Apply);
        assert_eq!(history.judge(&three, false), Verdict::Duplicate);
        assert_eq!(history.judge(&four, false), Verdict::HeldBack);
        assert_eq!(history.judge(&one, true), Verdict::Duplicate);
    }
}
