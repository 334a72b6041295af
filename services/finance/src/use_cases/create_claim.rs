//! A claim is made.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{ProgrammeCode, Region};

use super::list_time_sheets::check_reach;
use super::{claim_step, step};
use crate::domain::{Claim, ClaimId, ClaimPeriod, ClaimState};
use crate::error::Error;
use crate::storage::{claim_content, claims};

/// Makes the claim of a period from its locked time sheets.
#[derive(Debug, Clone)]
pub struct CreateClaim {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// For which months.
    pub period: ClaimPeriod,
}

impl Command for CreateClaim {
    const NAME: &'static str = "create_claim";
    type Outcome = Claim;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Claim, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let programme = self.programme.as_str();
        claim_step::hold(work, programme, self.period).await?;
        claim_step::check_locked(work, programme, self.period).await?;
        let (lines, totals) = claim_step::build(work, &self.region, &self.programme, self.period).await?;
        let claim = Claim {
            id: ClaimId::generate(work.ids()),
            programme: self.programme.clone(),
            period: self.period,
            revision: 1,
            state: ClaimState::Saved,
            reason: None,
            lines,
            totals,
            submitted: None,
            version: 1,
        };
        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        claims::insert(work.connection(), &claim, now).await?;
        claims::insert_revision(work.connection(), &claim, now, worker).await?;
        claim_content::replace(work.connection(), &vault, &claim).await?;
        work.touches(claim.id.as_uuid());
        Ok(claim)
    }
}
