//! The health of a region at one moment: what was seen and what is found.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chassis::id::IdGenerator;

use crate::domain::{Evaluation, Finding, FindingCode, Found, Key, Severity, Snapshot};

/// The health of a region.
#[derive(Debug, Clone)]
pub struct RegionHealth {
    /// What was seen.
    pub snapshot: Snapshot,
    /// What is not in order, the worst first, then what users notice most.
    pub findings: Vec<Finding>,
}

/// How the region is as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overall {
    /// Nothing was found.
    Fine,
    /// The worst finding.
    Worst(Severity),
}

impl RegionHealth {
    /// Joins what was found with the findings that are kept (id, since), and adds those that cannot be judged now.
    pub fn new(
        snapshot: Snapshot,
        evaluation: Evaluation,
        open: &BTreeMap<Key, Finding>,
        ids: IdGenerator,
    ) -> Self {
        let mut findings: Vec<Finding> = evaluation
            .found
            .into_iter()
            .map(|found| {
                let kept = open.get(&found.key()).map(|finding| (finding.finding_id, finding.since));
                // Without a kept one (the database is away) the finding has an id of this answer only.
                let (finding_id, since) = kept.unwrap_or_else(|| (ids.uuid(), found.since));
                Found { since, ..found }.into_finding(finding_id)
            })
            .collect();
        findings.extend(evaluation.unknown.iter().filter_map(|key| open.get(key)).cloned());
        findings.sort_by_key(|finding| {
            let rank = FindingCode::rank(&finding.key.code);
            (Reverse(finding.severity), rank, finding.since, finding.key.subject.clone())
        });
        Self { snapshot, findings }
    }

    /// The same with one finding more that was never kept.
    #[must_use]
    pub fn with(mut self, found: Found, ids: IdGenerator) -> Self {
        if !self.findings.iter().any(|finding| finding.key == found.key()) {
            self.findings.push(found.into_finding(ids.uuid()));
        }
        self
    }

    /// How the region is as a whole.
    pub fn overall(&self) -> Overall {
        self.findings.iter().map(|finding| Overall::Worst(finding.severity)).max().unwrap_or(Overall::Fine)
    }

    /// One sentence on what users notice, in Dutch.
    pub fn summary(&self) -> String {
        let Some(worst) = self.findings.first() else {
            return "Alles werkt; gebruikers merken niets.".to_owned();
        };
        let mut effect = worst.effect.chars();
        let first: String = effect.next().into_iter().flat_map(char::to_uppercase).collect();
        let others = match self.findings.len() {
            1 => String::new(),
            2 => " Er is nog 1 andere bevinding.".to_owned(),
            more => format!(" Er zijn nog {} andere bevindingen.", more - 1),
        };
        format!("{first}{}.{others}", effect.as_str())
    }
}
