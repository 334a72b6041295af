//! A referral is withdrawn on behalf of the person or the referrer.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{Region, WithdrawalReasonCode};

use super::get_referral::FoundReferral;
use super::refuse_referral::unknown_reason;
use super::step;
use crate::domain::ReferralId;
use crate::error::Error;
use crate::events::published;
use crate::storage::decisions::{self, Signature};

/// Withdraws before a decision.
#[derive(Debug, Clone)]
pub struct WithdrawReferral {
    /// The region.
    pub region: Arc<Region>,
    /// Which referral.
    pub referral: ReferralId,
    /// Why.
    pub reason: WithdrawalReasonCode,
}

impl Command for WithdrawReferral {
    const NAME: &'static str = "withdraw_referral";
    type Outcome = FoundReferral;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundReferral, Error> {
        let mut referral = step::begin(work, self.referral).await?;
        let (programme, origin) = step::programme(work, &self.region, &referral)?;
        let reason = programme.withdrawal_reason(&self.reason).ok_or_else(|| {
            let known =
                programme.withdrawal_reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>();
            Error::Invalid(vec![unknown_reason("reason", &known)])
        })?;
        let withdrawal = referral.withdraw(reason)?;

        let (now, worker) = (work.now(), step::worker(work)?);
        let signature = Signature { origin: &origin, at: now, by: worker };
        decisions::insert_withdrawal(work.connection(), &referral, &withdrawal, &signature).await?;

        work.publish(referral.id().as_uuid(), &published::referral_withdrawn(&referral, &withdrawal, now));
        step::finish(work, &referral, now, worker).await
    }
}
