//! What two histories of one aggregate mean together.

use proto::admin::v1::History;
use serde::Serialize;

/// How the two sides differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The consumer has nothing of an aggregate that was published.
    Lacking,
    /// The consumer has the beginning of the history.
    Behind,
    /// The consumer has another history: the producer was restored from an older copy and went on from there.
    Forked,
    /// The consumer has more than the producer: the producer was restored from an older copy.
    Ahead,
    /// The producer does not know the aggregate: the restore lost it, and people have to enter it again.
    Lost,
}

/// What mends a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// The producer publishes the aggregate again; what the consumer has stays.
    Republish,
    /// The consumer forgets the aggregate, then the producer publishes it again.
    ForgetAndRepublish,
    /// The consumer forgets the aggregate.
    Forget,
}

impl Kind {
    /// What mends it.
    pub const fn repair(self) -> Repair {
        match self {
            Self::Lacking | Self::Behind => Repair::Republish,
            Self::Forked | Self::Ahead => Repair::ForgetAndRepublish,
            Self::Lost => Repair::Forget,
        }
    }

    /// Whether events that are still on their way look the same.
    pub const fn may_be_on_its_way(self) -> bool {
        matches!(self, Self::Lacking | Self::Behind)
    }

    /// In words.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Lacking => "not consumed at all",
            Self::Behind => "consumed in part",
            Self::Forked => "consumed another history (the producer was restored)",
            Self::Ahead => "consumed more than the producer has (the producer was restored)",
            Self::Lost => "unknown to the producer (lost by a restore): enter it again",
        }
    }
}

/// Where a history ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Epoch of the latest event.
    pub epoch: i64,
    /// Sequence of the latest event.
    pub sequence: i64,
}

/// One aggregate on which two services differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Aggregate type.
    pub aggregate_type: String,
    /// Aggregate.
    pub aggregate_id: String,
    /// How they differ.
    pub kind: Kind,
    /// Where the producer's history ends.
    pub produced: Option<Position>,
    /// Where the consumed history ends.
    pub consumed: Option<Position>,
}

impl Difference {
    /// Compares one aggregate; `None` when both sides agree.
    pub fn between(produced: Option<&History>, consumed: Option<&History>) -> Option<Self> {
        let kind = kind(produced, consumed)?;
        let either = produced.or(consumed)?;
        let position = |history: &History| Position { epoch: history.epoch, sequence: history.last_sequence };
        Some(Self {
            aggregate_type: either.aggregate_type.clone(),
            aggregate_id: either.aggregate_id.clone(),
            kind,
            produced: produced.map(position),
            consumed: consumed.map(position),
        })
    }
}

fn kind(produced: Option<&History>, consumed: Option<&History>) -> Option<Kind> {
    let (produced, consumed) = match (produced, consumed) {
        (None, None) => return None,
        (Some(_), None) => return Some(Kind::Lacking),
        (None, Some(_)) => return Some(Kind::Lost),
        (Some(produced), Some(consumed)) => (produced, consumed),
    };
    match produced.last_sequence.cmp(&consumed.last_sequence) {
        std::cmp::Ordering::Equal if produced.digest == consumed.digest => None,
        std::cmp::Ordering::Equal => Some(Kind::Forked),
        std::cmp::Ordering::Less => Some(Kind::Ahead),
        // Whether what was consumed is really the beginning cannot be seen once the producer went on in a later epoch;
        // consuming it anew is right in both cases.
        std::cmp::Ordering::Greater if produced.epoch != consumed.epoch => Some(Kind::Forked),
        std::cmp::Ordering::Greater => Some(Kind::Behind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(epoch: i64, last_sequence: i64, digest: u8) -> History {
        History {
            aggregate_type: "referral".to_owned(),
            aggregate_id: "0193a5c0-1000-7a01-8000-000000000001".to_owned(),
            epoch,
            last_sequence,
            digest: vec![digest; 32],
        }
    }

    fn kind_of(produced: Option<&History>, consumed: Option<&History>) -> Option<Kind> {
        Difference::between(produced, consumed).map(|difference| difference.kind)
    }

    #[test]
    fn equal_histories_are_no_difference() {
        assert_eq!(kind_of(Some(&history(1, 3, 7)), Some(&history(1, 3, 7))), None);
        assert_eq!(kind_of(None, None), None);
    }

    #[test]
    fn a_consumer_that_lacks_or_is_behind_gets_the_events_again() {
        assert_eq!(kind_of(Some(&history(1, 3, 7)), None), Some(Kind::Lacking));
        assert_eq!(kind_of(Some(&history(1, 3, 7)), Some(&history(1, 2, 5))), Some(Kind::Behind));
        assert_eq!(Kind::Lacking.repair(), Repair::Republish);
        assert_eq!(Kind::Behind.repair(), Repair::Republish);
    }

    #[test]
    fn after_a_restore_the_consumer_is_ahead_or_has_another_history() {
        assert_eq!(kind_of(Some(&history(1, 2, 5)), Some(&history(1, 3, 7))), Some(Kind::Ahead));
        assert_eq!(kind_of(Some(&history(2, 3, 8)), Some(&history(1, 3, 7))), Some(Kind::Forked));
        assert_eq!(Kind::Forked.repair(), Repair::ForgetAndRepublish);
    }

    #[test]
    fn a_producer_that_went_past_the_consumer_in_a_later_epoch_is_not_taken_for_a_slow_consumer() {
        assert_eq!(kind_of(Some(&history(2, 4, 9)), Some(&history(1, 3, 7))), Some(Kind::Forked));
    }

    #[test]
    fn what_the_producer_does_not_know_is_lost_and_only_forgotten() {
        let difference = Difference::between(None, Some(&history(1, 3, 7))).unwrap();

        assert_eq!(difference.kind, Kind::Lost);
        assert_eq!(difference.kind.repair(), Repair::Forget);
        assert_eq!(difference.consumed, Some(Position { epoch: 1, sequence: 3 }));
        assert!(!difference.kind.may_be_on_its_way());
    }
}
