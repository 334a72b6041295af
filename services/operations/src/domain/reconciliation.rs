//! Whether histories agree again after a restore.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// A producer and a service that consumes from it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// Who tells.
    pub producer: String,
    /// Who listens.
    pub consumer: String,
}

/// The history of an aggregate on one side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct History {
    /// Aggregate.
    pub aggregate_id: Uuid,
    /// Sequence of the latest event.
    pub last_sequence: i64,
    /// Names the history up to there: equal digests, equal histories.
    pub digest: Vec<u8>,
}

/// An aggregate on which both sides differ: what each knows.
type Difference = (Pair, Uuid, Option<History>, Option<History>);

/// Compares the histories around a service, time and again, until they agree.
///
/// Events are on their way at any moment, so one comparison proves little. A difference that two comparisons in a row see
/// unchanged is one that nothing in flight will mend.
#[derive(Debug, Clone, Default)]
pub struct Reconciliation {
    before: Option<BTreeSet<Difference>>,
}

impl Reconciliation {
    /// Nothing compared yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a comparison, per pair what was produced and what was consumed, and says whether the histories agree.
    pub fn agrees(&mut self, pairs: BTreeMap<Pair, (Vec<History>, Vec<History>)>) -> bool {
        let now: BTreeSet<Difference> =
            pairs.into_iter().flat_map(|(pair, sides)| differences(&pair, sides)).collect();
        let agrees = now.is_empty() || self.before.as_ref().is_some_and(|before| before.is_disjoint(&now));
        self.before = Some(now);
        agrees
    }
}

fn differences(pair: &Pair, (produced, consumed): (Vec<History>, Vec<History>)) -> Vec<Difference> {
    let by_id = |histories: Vec<History>| -> BTreeMap<Uuid, History> {
        histories.into_iter().map(|history| (history.aggregate_id, history)).collect()
    };
    let (produced, mut consumed) = (by_id(produced), by_id(consumed));
    let mut different = Vec::new();
    for (id, history) in produced {
        let other = consumed.remove(&id);
        if other.as_ref() != Some(&history) {
            different.push((pair.clone(), id, Some(history), other));
        }
    }
    different.extend(consumed.into_iter().map(|(id, history)| (pair.clone(), id, None, Some(history))));
    different
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(id: u128, last_sequence: i64) -> History {
        History {
            aggregate_id: Uuid::from_u128(id),
            last_sequence,
            digest: vec![u8::try_from(last_sequence).unwrap()],
        }
    }

    fn compared(
        produced: Vec<History>,
        consumed: Vec<History>,
    ) -> BTreeMap<Pair, (Vec<History>, Vec<History>)> {
        let pair = Pair { producer: "intake".to_owned(), consumer: "reporting".to_owned() };
        BTreeMap::from([(pair, (produced, consumed))])
    }

    #[test]
    fn equal_histories_agree_at_once() {
        assert!(Reconciliation::new().agrees(compared(vec![history(1, 3)], vec![history(1, 3)])));
    }

    #[test]
    fn a_difference_that_stays_the_same_never_agrees() {
        let mut reconciliation = Reconciliation::new();
        for _ in 0..3 {
            // The consumer knows more than the restored producer, and something the producer never heard of.
            assert!(
                !reconciliation.agrees(compared(vec![history(1, 3)], vec![history(1, 5), history(2, 1)]))
            );
        }
        let other_digest = History { digest: vec![9], ..history(1, 3) };
        assert!(!Reconciliation::new().agrees(compared(vec![history(1, 3)], vec![other_digest])));
    }

    #[test]
    fn events_in_flight_are_no_difference() {
        let mut reconciliation = Reconciliation::new();

        assert!(!reconciliation.agrees(compared(vec![history(1, 4)], vec![history(1, 3)])));
        assert!(reconciliation.agrees(compared(vec![history(1, 4), history(2, 1)], vec![history(1, 4)])));
    }
}
