//! The steps of a claim: made again, checked, submitted, accepted, corrected.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::{claim_step, step};
use crate::domain::{Claim, ClaimId, WrongState, parse_reason};
use crate::error::Error;
use crate::fields::Fields;
use crate::storage::{claim_content, claims};

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimStep {
    /// Made again from what is there now.
    Refresh,
    /// Checked.
    Validate,
    /// To the funder.
    Submit,
    /// Accepted by the funder.
    Accept,
}

/// Takes a step on the latest revision of a claim.
#[derive(Debug, Clone)]
pub struct StepClaim {
    /// The region.
    pub region: Arc<Region>,
    /// Which claim.
    pub claim: ClaimId,
    /// Which step.
    pub step: ClaimStep,
}

impl Command for StepClaim {
    const NAME: &'static str = "step_claim";
    type Outcome = Claim;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Claim, Error> {
        let mut claim = claim_step::begin(work, self.claim).await?;
        let (now, worker) = (work.now(), step::worker(work)?);
        match self.step {
            ClaimStep::Refresh => return self.refresh(work, claim).await,
            ClaimStep::Validate => {
                claim.validate()?;
                claim_step::check_current(work, &self.region, &claim).await?;
            }
            ClaimStep::Submit => {
                claim.submit(now, worker)?;
                claim_step::check_current(work, &self.region, &claim).await?;
            }
            ClaimStep::Accept => claim.accept()?,
        }
        if self.step == ClaimStep::Submit && claim.revision > 1 {
            claims::supersede(work.connection(), &claim, now, worker).await?;
        }
        claims::update(work.connection(), &claim, now, worker).await?;
        Ok(claim)
    }
}

impl StepClaim {
    /// Saved first and written then: content is only ever written while a revision is saved.
    async fn refresh(&self, work: &mut Work, mut claim: Claim) -> Result<Claim, Error> {
        if !claim.state.is_open() {
            return Err(WrongState(claim.state).into());
        }
        let (lines, totals) = claim_step::build(work, &self.region, &claim.programme, claim.period).await?;
        claim.refresh(lines, totals)?;
        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        claims::update(work.connection(), &claim, now, worker).await?;
        claim_content::replace(work.connection(), &vault, &claim).await?;
        Ok(claim)
    }
}

/// Begins a new revision.
#[derive(Debug, Clone)]
pub struct CorrectClaim {
    /// The region.
    pub region: Arc<Region>,
    /// Which claim.
    pub claim: ClaimId,
    /// Why, as it was typed.
    pub reason: String,
}

impl Command for CorrectClaim {
    const NAME: &'static str = "correct_claim";
    type Outcome = Claim;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Claim, Error> {
        let claim = claim_step::begin(work, self.claim).await?;
        let mut fields = Fields::default();
        let reason = fields.take("reason", parse_reason(&self.reason));
        let mut next = claim.next_revision(fields.finish(reason)?)?;
        (next.lines, next.totals) =
            claim_step::build(work, &self.region, &next.programme, next.period).await?;
        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        claims::insert_revision(work.connection(), &next, now, worker).await?;
        claim_content::replace(work.connection(), &vault, &next).await?;
        Ok(next)
    }
}
