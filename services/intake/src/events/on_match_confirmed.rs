//! Somebody was put on a case: from the first day of the match they may be told who the participant is.

use chassis::database::Work;
use chassis::events::fields::{day, id, known, same_aggregate};
use chassis::events::{Envelope, Handled, HandlerError, Target};
use proto::matching::events::v1::MatchConfirmed;
use proto::options::v1::Role;

use crate::use_cases::{Access, match_began};

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: MatchConfirmed,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let access = from_event(envelope, &event)?;
        Ok(match_began(work, &access).await?)
    })
}

fn from_event(envelope: &Envelope, event: &MatchConfirmed) -> Result<Access, HandlerError> {
    let access = Access {
        match_id: id("match_id", &event.match_id)?,
        participation: id("participation_id", &event.participation_id)?,
        worker: id("worker_id", &event.worker_id)?,
        organisation: id("organisation_id", &event.organisation_id)?,
        role: word(known("role", event.role, |number| Role::try_from(number).ok())?),
        first_day: day("first_day", &event.first_day)?,
    };
    same_aggregate("match_id", access.match_id, envelope.aggregate_id)?;
    Ok(access)
}

/// `ROLE_BRIDGE_FIGURE` is `bridge_figure`.
fn word(role: Role) -> String {
    role.as_str_name().trim_start_matches("ROLE_").to_lowercase()
}
