//! Conditions that are findings only when they last.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Condition, Found, Key};

/// Remembers since when each condition lasts without a break.
#[derive(Debug, Clone, Default)]
pub struct Patience {
    since: BTreeMap<Key, Timestamp>,
}

impl Patience {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The conditions that lasted as long as they must, by `now`.
    ///
    /// One whose finding is open already (`open`: key and since) has lasted: also after a restart of this process, and also
    /// when another replica saw it begin.
    pub fn ripen(
        &mut self,
        conditions: Vec<Condition>,
        open: &BTreeMap<Key, Timestamp>,
        now: Timestamp,
    ) -> Vec<Found> {
        let seen: BTreeSet<Key> = conditions.iter().map(Condition::key).collect();
        self.since.retain(|key, _| seen.contains(key));
        conditions
            .into_iter()
            .filter_map(|condition| {
                let key = condition.key();
                let opened = open.get(&key).copied();
                let first = *self.since.entry(key).or_insert(now);
                let lasted =
                    now.duration_since(first) >= SignedDuration::from_secs(condition.lasting_seconds);
                let since = opened.or(condition.began).unwrap_or(first);
                (opened.is_some() || lasted).then(|| condition.into_found(since))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FindingCode, Severity};

    fn condition() -> Condition {
        Condition {
            code: FindingCode::QueueBacklog,
            subject: "bondgenoot.reporting".to_owned(),
            severity: Severity::Warning,
            message: "veel".to_owned(),
            lasting_seconds: 30,
            began: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_condition_ripens_when_it_lasts_and_starts_anew_after_a_break() {
        let mut patience = Patience::new();
        let none = BTreeMap::new();

        assert!(patience.ripen(vec![condition()], &none, at(0)).is_empty());
        assert!(patience.ripen(vec![condition()], &none, at(29)).is_empty());
        let ripe = patience.ripen(vec![condition()], &none, at(30));
        assert_eq!(ripe.first().map(|found| found.since), Some(at(0)));

        assert!(patience.ripen(Vec::new(), &none, at(31)).is_empty());
        assert!(patience.ripen(vec![condition()], &none, at(32)).is_empty());
    }

    #[test]
    fn a_condition_whose_beginning_is_known_is_found_since_then() {
        let known = Condition { lasting_seconds: 0, began: Some(at(-900)), ..condition() };

        let ripe = Patience::new().ripen(vec![known], &BTreeMap::new(), at(0));

        assert_eq!(ripe.first().map(|found| found.since), Some(at(-900)));
    }

    #[test]
    fn an_open_finding_has_lasted_whoever_saw_it_begin() {
        let mut patience = Patience::new();
        let open = BTreeMap::from([(condition().key(), at(-500))]);

        let ripe = patience.ripen(vec![condition()], &open, at(0));

        assert_eq!(ripe.first().map(|found| found.since), Some(at(-500)));
    }
}
