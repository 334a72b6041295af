//! A proposal is made again out of its kept input.

use chassis::database::{Command, Work};

use super::archive;
use super::get_proposal::{self, FoundProposal};
use crate::domain::ProposalId;
use crate::domain::proposal::{Input, propose};
use crate::error::Error;

/// Makes a proposal again and compares it, byte for byte, with what was answered. Changes nothing.
#[derive(Debug, Clone, Copy)]
pub struct ReplayProposal {
    /// Which.
    pub proposal: ProposalId,
}

/// A proposal that was made again.
#[derive(Debug, Clone)]
pub struct Replay {
    /// Whether the answer is the same, bit for bit.
    pub same: bool,
    /// SHA-256 of the kept input.
    pub input_sha256: String,
    /// SHA-256 of the answer as it was made again.
    pub answer_sha256: String,
    /// SHA-256 of the answer that was given.
    pub given_sha256: String,
    /// The proposal with the answer as it was made again.
    pub proposal: FoundProposal,
}

impl Command for ReplayProposal {
    const NAME: &'static str = "replay_proposal";
    type Outcome = Replay;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Replay, Error> {
        let stored = get_proposal::find(work, self.proposal).await?;
        let (kept, given) = stored.kept.clone().ok_or(Error::PersonErased)?;
        let input: Input = archive::read(&kept)?;
        let answer = propose(&input);
        let again = archive::keep(&answer)?;
        Ok(Replay {
            same: again == given,
            input_sha256: kept.sha256,
            answer_sha256: again.sha256,
            given_sha256: given.sha256,
            proposal: FoundProposal { stored, weight: input.needs.weight_code, answer },
        })
    }
}
