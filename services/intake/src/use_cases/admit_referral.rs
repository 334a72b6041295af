//! A coordinator admits the person of a screened referral.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::get_referral::FoundReferral;
use super::{family, step};
use crate::domain::text::Motivation;
use crate::domain::{Participation, ReferralId};
use crate::error::Error;
use crate::events::published;
use crate::storage::decisions::{self, Signature};
use crate::storage::{families, participations, person_joins, persons};

/// Admits: a participation with its first episode begins, or an earlier one goes on with another episode.
#[derive(Debug, Clone)]
pub struct AdmitReferral {
    /// The region.
    pub region: Arc<Region>,
    /// Which referral.
    pub referral: ReferralId,
    /// Why a rule that does not hold is set aside.
    pub motivation: Option<Motivation>,
    /// The referral of the same human being that led to a participation which goes on now.
    pub earlier: Option<ReferralId>,
}

impl Command for AdmitReferral {
    const NAME: &'static str = "admit_referral";
    type Outcome = FoundReferral;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundReferral, Error> {
        let mut referral = step::begin(work, self.referral).await?;
        let admission = referral.admit(self.motivation.clone())?;

        let (rules, origin) = step::programme(work, &self.region, &referral)?;
        let (ids, now, worker, vault) = (work.ids(), work.now(), step::worker(work)?, work.vault().clone());
        let (person, programme) = (referral.person(), referral.programme().clone());
        let connection = work.connection();
        let key = persons::key(connection, &vault, person).await?.ok_or(Error::PersonNotFound)?;
        let known = match self.earlier {
            None => participations::find(connection, person, &programme).await?.map(|known| (known, person)),
            Some(earlier) => {
                let led = participations::led_to(connection, earlier).await?;
                let led =
                    led.filter(|led| led.programme == programme.as_str()).ok_or_else(no_participation)?;
                if led.person != person {
                    person_joins::insert(connection, person, led.person, now, worker).await?;
                }
                Some((led.participation, led.person))
            }
        };
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
        if let Some(asked) = &rules.family {
            // At a re-entry also the earlier family, which is the same one from now on.
            family::lock(work, person).await?;
            families::take_part(work.connection(), person, participation.id(), now, worker).await?;
            family::tell(work, participation.id(), rules, asked).await?;
        }
        step::finish(work, &referral, now, worker).await
    }
}

fn no_participation() -> Error {
    Error::Invalid(vec![Violation::new(
        "earlier_referral_id",
        "NO_PARTICIPATION",
        "this referral led to no participation in the same programme",
        "choose an admitted one among the possible duplicates of the referral, or leave the field empty for somebody new",
    )])
}
