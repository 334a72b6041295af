//! From what is found now and what is open to what changes.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Finding, Found, Key, Severity};

/// What the rules say now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// What was found.
    pub found: Vec<Found>,
    /// Keys of open findings that cannot be judged now, because what they are about did not answer. They stay open.
    pub unknown: BTreeSet<Key>,
}

/// What must be written so that the open findings are the found ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Not open yet.
    pub opened: Vec<Found>,
    /// Open with another severity.
    pub changed: Vec<(Uuid, Severity, String)>,
    /// Open and no longer found.
    pub closed: Vec<Uuid>,
}

impl Changes {
    /// Compares an evaluation with what is open.
    pub fn between(evaluation: &Evaluation, open: &BTreeMap<Key, Finding>) -> Self {
        let mut changes = Self::default();
        let mut found_keys = BTreeSet::new();
        for found in &evaluation.found {
            let key = found.key();
            match open.get(&key) {
                None => changes.opened.push(found.clone()),
                Some(finding) if finding.severity != found.severity => {
                    changes.changed.push((finding.finding_id, found.severity, found.message.clone()));
                }
                Some(_) => {}
            }
            found_keys.insert(key);
        }
        changes.closed = open
            .iter()
            .filter(|(key, _)| !found_keys.contains(key) && !evaluation.unknown.contains(key))
            .map(|(_, finding)| finding.finding_id)
            .collect();
        changes
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.changed.is_empty() && self.closed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::FindingCode;

    fn found(code: FindingCode, severity: Severity) -> Found {
        let since = Timestamp::from_second(1_800_000_000).unwrap();
        Found { code, subject: "intake".to_owned(), severity, message: "zo".to_owned(), since }
    }

    fn open(found: Found, id: u128) -> (Key, Finding) {
        (found.key(), found.into_finding(Uuid::from_u128(id)))
    }

    #[test]
    fn what_is_new_opens_what_is_gone_closes_and_what_cannot_be_judged_stays() {
        let evaluation = Evaluation {
            found: vec![
                found(FindingCode::ServiceUnreachable, Severity::Failure),
                found(FindingCode::BuildsDiffer, Severity::Warning),
            ],
            unknown: BTreeSet::from([found(FindingCode::OutboxStuck, Severity::Failure).key()]),
        };
        let open = BTreeMap::from([
            open(found(FindingCode::BuildsDiffer, Severity::Warning), 1),
            open(found(FindingCode::OutboxStuck, Severity::Failure), 2),
            open(found(FindingCode::EventsParked, Severity::Failure), 3),
        ]);

        let changes = Changes::between(&evaluation, &open);

        assert_eq!(
            changes.opened.iter().map(|found| found.code).collect::<Vec<_>>(),
            [FindingCode::ServiceUnreachable]
        );
        assert_eq!(changes.closed, [Uuid::from_u128(3)]);
        assert!(changes.changed.is_empty());
    }

    #[test]
    fn another_severity_is_a_change_and_the_same_is_none() {
        let worse = found(FindingCode::BrokerUnreachable, Severity::Failure);
        let evaluation = Evaluation { found: vec![worse.clone()], unknown: BTreeSet::new() };

        let before = BTreeMap::from([open(found(FindingCode::BrokerUnreachable, Severity::Warning), 1)]);
        let changes = Changes::between(&evaluation, &before);
        assert_eq!(changes.changed, [(Uuid::from_u128(1), Severity::Failure, "zo".to_owned())]);

        let same = BTreeMap::from([open(worse, 1)]);
        assert!(Changes::between(&evaluation, &same).is_empty());
    }
}
