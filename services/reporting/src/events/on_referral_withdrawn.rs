//! A referral was withdrawn before a decision.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::ReferralWithdrawn;

use super::{parse, refuse};
use crate::projections::Withdrawal;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ReferralWithdrawn,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let withdrawal = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::record_withdrawal(work.connection(), generation, sequence, &withdrawal).await? {
            return Ok(());
        }
        refuse::unless_seen(work, generation, withdrawal.referral, sequence, "withdrawn").await
    })
}

fn from_event(envelope: &Envelope, event: &ReferralWithdrawn) -> Result<Withdrawal, HandlerError> {
    let withdrawal = Withdrawal {
        referral: parse::id("referral_id", &event.referral_id)?,
        reason: parse::code("reason", &event.reason)?,
        at: parse::instant("withdrawn_at", event.withdrawn_at)?,
    };
    parse::same_aggregate("referral_id", withdrawal.referral.as_uuid(), envelope.aggregate_id)?;
    Ok(withdrawal)
}
