//! Somebody was referred: a row begins. Many at once, because a backlog is mostly of these.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::intake::events::v1::ReferralSubmitted;

use super::parse;
use crate::projections::Submission;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    events: Vec<(&'a Envelope, ReferralSubmitted)>,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let submissions = events
            .iter()
            .map(|(envelope, event)| Ok((envelope.sequence, from_event(envelope, event)?)))
            .collect::<Result<Vec<_>, HandlerError>>()?;
        storage::insert_facts(work.connection(), target.generation, &submissions).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &ReferralSubmitted) -> Result<Submission, HandlerError> {
    let submission = Submission {
        referral: parse::id("referral_id", &event.referral_id)?,
        person: parse::id("person_id", &event.person_id)?,
        programme: parse::code("programme", &event.programme)?,
        programme_version: parse::version("programme_version", &event.programme_version)?,
        channel: parse::code("channel", &event.channel)?,
        municipality_nis: parse::nis("municipality_nis", &event.municipality_nis)?,
        reasons: parse::codes("reasons", &event.reasons)?,
        at: parse::instant("submitted_at", event.submitted_at)?,
    };
    parse::same_aggregate("referral_id", submission.referral.as_uuid(), envelope.aggregate_id)?;
    Ok(submission)
}
