//! One proposal is read.

use chassis::database::{Command, Work};

use super::archive;
use crate::domain::ProposalId;
use crate::domain::proposal::{Answer, Input};
use crate::error::{Error, Record};
use crate::storage::proposals::{self, StoredProposal};

/// Reads one proposal as it was answered.
#[derive(Debug, Clone, Copy)]
pub struct GetProposal {
    /// Which.
    pub proposal: ProposalId,
}

/// A proposal with its answer.
#[derive(Debug, Clone)]
pub struct FoundProposal {
    /// As it was stored.
    pub stored: StoredProposal,
    /// Code of the case weight; empty once the person was erased.
    pub weight: String,
    /// What was answered; nobody once the person was erased.
    pub answer: Answer,
}

impl Command for GetProposal {
    const NAME: &'static str = "get_proposal";
    type Outcome = FoundProposal;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundProposal, Error> {
        read(work, self.proposal).await
    }
}

/// Finds a proposal within reach.
pub(super) async fn find(work: &mut Work, id: ProposalId) -> Result<StoredProposal, Error> {
    let vault = work.vault().clone();
    let stored = proposals::find(work.connection(), &vault, id).await?;
    let stored = stored.filter(|stored| work.grant().programmes.contains(&stored.programme));
    let stored = stored.ok_or(Error::NotFound(Record::Proposal))?;
    work.touches(id.as_uuid());
    work.touches(stored.participation.as_uuid());
    Ok(stored)
}

/// Reads a proposal inside an open unit of work.
pub(super) async fn read(work: &mut Work, id: ProposalId) -> Result<FoundProposal, Error> {
    let stored = find(work, id).await?;
    let (weight, answer) = match &stored.kept {
        Some((input, answer)) => (archive::read::<Input>(input)?.needs.weight_code, archive::read(answer)?),
        None => (String::new(), Answer { proposed: Vec::new(), excluded: Vec::new() }),
    };
    Ok(FoundProposal { stored, weight, answer })
}
