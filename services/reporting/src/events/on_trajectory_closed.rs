//! A trajectory was closed. It opened earlier in the same history.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::trajectory::events::v1::TrajectoryClosed;

use super::parse;
use super::seen::unless_seen;
use crate::projections::{Closure, ExitOutcome};
use crate::storage;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: TrajectoryClosed,
    target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let closure = from_event(envelope, &event)?;
        let (generation, sequence) = (target.generation, envelope.sequence);
        if storage::record_closure(work.connection(), generation, sequence, &closure).await? {
            return Ok(());
        }
        let found = storage::find_trajectory(work.connection(), generation, closure.trajectory).await?;
        unless_seen(
            found,
            sequence,
            "a trajectory was closed that was never applied",
            "the trajectory was closed a second time",
        )
    })
}

fn from_event(envelope: &Envelope, event: &TrajectoryClosed) -> Result<Closure, HandlerError> {
    let closure = Closure {
        trajectory: parse::id("trajectory_id", &event.trajectory_id)?,
        exit_reason: parse::code("exit_reason", &event.exit_reason)?,
        outcome: parse::known("outcome", event.outcome, to_outcome)?,
        closed_on: parse::day("closed_on", &event.closed_on)?,
        at: parse::instant("closed_at", event.closed_at)?,
    };
    parse::same_aggregate("trajectory_id", closure.trajectory.as_uuid(), envelope.aggregate_id)?;
    Ok(closure)
}

fn to_outcome(number: i32) -> Option<ExitOutcome> {
    match proto::trajectory::events::v1::ExitOutcome::try_from(number).ok()? {
        proto::trajectory::events::v1::ExitOutcome::Unspecified => None,
        proto::trajectory::events::v1::ExitOutcome::WithWork => Some(ExitOutcome::WithWork),
        proto::trajectory::events::v1::ExitOutcome::StepBelowWork => Some(ExitOutcome::StepBelowWork),
        proto::trajectory::events::v1::ExitOutcome::RegularOffer => Some(ExitOutcome::RegularOffer),
        proto::trajectory::events::v1::ExitOutcome::WithoutWork => Some(ExitOutcome::WithoutWork),
    }
}
