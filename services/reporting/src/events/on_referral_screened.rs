//! A referral was screened. May happen more than once before a decision; the latest counts.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::{self, ReferralScreened};

use super::{parse, refuse};
use crate::projections::{Screening, ScreeningOutcome};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    events: Vec<(&'a Envelope, ReferralScreened)>,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let screenings = events
            .iter()
            .map(|(envelope, event)| Ok((envelope.sequence, from_event(envelope, event)?)))
            .collect::<Result<Vec<_>, HandlerError>>()?;
        let changed = storage::record_screenings(work.connection(), target.generation, &screenings).await?;
        match screenings.as_slice() {
            all if changed == all.len() => Ok(()),
            [(sequence, screening)] => {
                refuse::unless_seen(work, target.generation, screening.referral, *sequence, "screened").await
            }
            // Which one, and why, shows when each comes alone.
            _ => Err(HandlerError::Poison("a screening among several fits no referral".to_owned())),
        }
    })
}

fn from_event(envelope: &Envelope, event: &ReferralScreened) -> Result<Screening, HandlerError> {
    let outcome = match v1::ScreeningOutcome::try_from(event.outcome) {
        Ok(v1::ScreeningOutcome::Eligible) => ScreeningOutcome::Eligible,
        Ok(v1::ScreeningOutcome::Manual) => ScreeningOutcome::Manual,
        Ok(v1::ScreeningOutcome::NotEligible) => ScreeningOutcome::NotEligible,
        Ok(v1::ScreeningOutcome::Unspecified) => {
            return Err(HandlerError::Poison("`outcome` is missing".to_owned()));
        }
        Err(_) => return Err(HandlerError::Poison("`outcome` is none that this build knows".to_owned())),
    };
    let screening = Screening {
        referral: parse::id("referral_id", &event.referral_id)?,
        outcome,
        at: parse::instant("screened_at", event.screened_at)?,
    };
    parse::same_aggregate("referral_id", screening.referral.as_uuid(), envelope.aggregate_id)?;
    Ok(screening)
}
