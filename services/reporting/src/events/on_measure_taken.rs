//! A measure was taken. Its trajectory opened earlier in the same history.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::MeasureTaken;

use super::parse;
use crate::projections::Measure;
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: MeasureTaken,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let measure = from_event(envelope, &event)?;
        if storage::insert_measure(work.connection(), target.generation, &measure).await? {
            return Ok(());
        }
        Err(HandlerError::Poison("a measure was taken in a trajectory that was never applied".to_owned()))
    })
}

fn from_event(envelope: &Envelope, event: &MeasureTaken) -> Result<Measure, HandlerError> {
    let measure = Measure {
        id: parse::id("measure_id", &event.measure_id)?,
        trajectory: parse::id("trajectory_id", &event.trajectory_id)?,
        instrument: parse::code("instrument", &event.instrument)?,
        day: parse::day("day", &event.day)?,
        at: parse::instant("taken_at", event.taken_at)?,
    };
    parse::same_aggregate("trajectory_id", measure.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(measure)
}
