//! A referral was refused.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::ParticipantRefused;

use super::{parse, refuse};
use crate::projections::Refusal;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ParticipantRefused,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let refusal = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::record_refusal(work.connection(), generation, sequence, &refusal).await? {
            return Ok(());
        }
        refuse::unless_seen(work, generation, refusal.referral, sequence, "refused").await
    })
}

fn from_event(envelope: &Envelope, event: &ParticipantRefused) -> Result<Refusal, HandlerError> {
    let refusal = Refusal {
        referral: parse::id("referral_id", &event.referral_id)?,
        reason: parse::code("reason", &event.reason)?,
        alternative_named: event.alternative_named,
        reply_until: parse::day("reply_until", &event.reply_until)?,
        at: parse::instant("refused_at", event.refused_at)?,
    };
    parse::same_aggregate("referral_id", refusal.referral.as_uuid(), envelope.aggregate_id)?;
    Ok(refusal)
}
