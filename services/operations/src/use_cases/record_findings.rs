//! Opens and closes findings, and reads what is open.

use std::collections::BTreeMap;

use chassis::database::{Command, Work};

use crate::domain::{Changes, Finding, Key};
use crate::error::Error;
use crate::storage::{findings, reconciled_epochs};

/// What must be written. Nothing is fine too: then it only reads.
///
/// Several replicas may record the same at once: at most one opens a finding, at most one closes it, and each learns what
/// is open now.
#[derive(Debug, Clone, Default)]
pub struct RecordFindings {
    /// The changes.
    pub changes: Changes,
}

/// What the database knows.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Open findings.
    pub open: BTreeMap<Key, Finding>,
    /// Epoch up to which each service was seen reconciled.
    pub reconciled: BTreeMap<String, i64>,
}

/// What became of it.
#[derive(Debug)]
pub struct Recorded {
    /// Findings this call opened.
    pub opened: Vec<Finding>,
    /// Ids of findings this call closed.
    pub closed: Vec<uuid::Uuid>,
    /// What the database knows now.
    pub known: Known,
}

impl Command for RecordFindings {
    const NAME: &'static str = "record_findings";
    type Outcome = Recorded;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Recorded, Error> {
        let (now, ids) = (work.clock().now(), work.ids());
        let (mut opened, mut closed) = (Vec::new(), Vec::new());
        for finding_id in &self.changes.closed {
            if findings::close(work.connection(), *finding_id, now).await? {
                closed.push(*finding_id);
            }
        }
        for (finding_id, severity, message) in &self.changes.changed {
            findings::change(work.connection(), *finding_id, *severity, message).await?;
        }
        for found in &self.changes.opened {
            let finding = found.clone().into_finding(ids.uuid());
            if findings::open(work.connection(), &finding).await? {
                opened.push(finding);
            }
        }
        let open = findings::all_open(work.connection()).await?;
        let reconciled = reconciled_epochs::all(work.connection()).await?;
        let open = open.into_iter().map(|finding| (finding.key.clone(), finding)).collect();
        Ok(Recorded { opened, closed, known: Known { open, reconciled } })
    }
}
