//! A coordinator admits the person of a screened referral.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::get_referral::FoundReferral;
use super::step;
use crate::domain::text::Motivation;
use crate::domain::{Participation, ReferralId};
use crate::error::Error;
use crate::events::published;
use crate::storage::decisions::{self, Signature};
use crate::storage::{participations, persons};

/// Admits: a participation with its first episode begins.
#[derive(Debug, Clone)]
pub struct AdmitReferral {
    /// The region.
    pub region: Arc<Region>,
    /// Which referral.
    pub referral: ReferralId,
    /// Why a rule that does not hold is set aside.
    pub motivation: Option<Motivation>,
}

impl Command for AdmitReferral {
    const NAME: &'static str = "admit_referral";
    type Outcome = FoundReferral;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundReferral, Error> {
        let mut referral = step::begin(work, self.referral).await?;
        let admission = referral.admit(self.motivation.clone())?;

        let (_, origin) = step::programme(work, &self.region, &referral)?;
        let (ids, now, worker, vault) = (work.ids(), work.now(), step::worker(work)?, work.vault().clone());
        let (person, programme) = (referral.person(), referral.programme().clone());
        let connection = work.connection();
        let key = persons::key(connection, &vault, person).await?.ok_or(Error::PersonNotFound)?;
        let known = participations::find(connection, person, &programme).await?;
        let participation = Participation::begin(ids, person, programme, known);
        let episode = participation.open_episode(ids, referral.id());
        participations::insert(connection, &participation, &episode, now).await?;
        let signature = Signature { origin: &origin, at: now, by: worker };
        decisions::insert_admission(connection, &referral, &admission, &key, &signature).await?;

        work.publish(
            participation.id().as_uuid(),
            &published::participant_admitted(&referral, &participation, &episode, &origin, now),
        );
        work.touches(participation.id().as_uuid());
        step::finish(work, &referral, now, worker).await
    }
}
