//! A worker can take on another number of cases, from a day on.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::matching::events::v1::WorkerCapacityChanged;

use super::parse;
use crate::projections::{OrganisationId, WorkerCapacity};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: WorkerCapacityChanged,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let capacity = from_event(envelope, &event)?;
        storage::record_capacity(work.connection(), target.generation, envelope.sequence, &capacity).await?;
        Ok(())
    })
}

fn from_event(envelope: &Envelope, event: &WorkerCapacityChanged) -> Result<WorkerCapacity, HandlerError> {
    let capacity = WorkerCapacity {
        worker: parse::id("worker_id", &event.worker_id)?,
        programme: parse::code("programme", &event.programme)?,
        cases_min: parse::cases("cases_min", &event.cases_min)?,
        cases_max: parse::cases("cases_max", &event.cases_max)?,
        valid_from: parse::day("valid_from", &event.valid_from)?,
        valid_to: parse::optional_day("valid_to", &event.valid_to)?,
        at: parse::instant("changed_at", event.changed_at)?,
    };
    // Not kept: no figure is about organisations.
    let _: OrganisationId = parse::id("organisation_id", &event.organisation_id)?;
    parse::same_aggregate("worker_id", capacity.worker.as_uuid(), envelope.aggregate_id)?;
    Ok(capacity)
}
