//! A coordinator refuses a referral.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::{RefusalReasonCode, Region};

use super::get_referral::FoundReferral;
use super::step;
use crate::domain::ReferralId;
use crate::domain::text::Alternative;
use crate::error::Error;
use crate::events::published;
use crate::storage::decisions::{self, Signature};
use crate::storage::persons;

/// Refuses with a reason of the programme; the term of reply begins.
#[derive(Debug, Clone)]
pub struct RefuseReferral {
    /// The region.
    pub region: Arc<Region>,
    /// Which referral.
    pub referral: ReferralId,
    /// Why.
    pub reason: RefusalReasonCode,
    /// Where the person can go instead.
    pub alternative: Option<Alternative>,
}

impl Command for RefuseReferral {
    const NAME: &'static str = "refuse_referral";
    type Outcome = FoundReferral;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundReferral, Error> {
        let mut referral = step::begin(work, self.referral).await?;
        let (programme, origin) = step::programme(work, &self.region, &referral)?;
        let reason = programme.refusal_reason(&self.reason).ok_or_else(|| {
            let known =
                programme.refusal_reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>();
            Error::Invalid(vec![unknown_reason("reason", &known)])
        })?;
        let refusal = referral.refuse(reason, self.alternative.clone(), work.clock().today())?;

        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        let connection = work.connection();
        let key = persons::key(connection, &vault, referral.person()).await?.ok_or(Error::PersonNotFound)?;
        let signature = Signature { origin: &origin, at: now, by: worker };
        decisions::insert_refusal(connection, &referral, &refusal, &key, &signature).await?;

        work.publish(referral.id().as_uuid(), &published::participant_refused(&referral, &refusal, now));
        step::finish(work, &referral, now, worker).await
    }
}

/// A reason that the programme does not have; says which it has.
pub(super) fn unknown_reason(field: &str, known: &[&str]) -> Violation {
    Violation::new(
        field,
        "UNKNOWN_REASON",
        "the programme has no such reason",
        format!("choose one of these codes: {}", known.join(", ")),
    )
}
