//! The first worker of a proposal was not chosen. Why stands in matching only.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::matching::events::v1::ProposalDeclined;

use super::parse;
use crate::projections::{Decline, ParticipationId, WorkerId};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: ProposalDeclined,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let decline = from_event(envelope, &event)?;
        storage::insert_decline(work.connection(), target.generation, &decline).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &ProposalDeclined) -> Result<Decline, HandlerError> {
    let decline = Decline {
        proposal: parse::id("proposal_id", &event.proposal_id)?,
        programme: parse::code("programme", &event.programme)?,
        at: parse::instant("declined_at", event.declined_at)?,
    };
    // Not kept: no figure names them. Read all the same, so that a broken event is seen.
    let _: ParticipationId = parse::id("participation_id", &event.participation_id)?;
    let _: WorkerId = parse::id("worker_id", &event.worker_id)?;
    parse::same_aggregate("proposal_id", decline.proposal.as_uuid(), envelope.aggregate_id)?;
    Ok(decline)
}
