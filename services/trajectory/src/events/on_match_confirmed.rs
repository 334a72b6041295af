//! A coordinator confirmed who accompanies: the trajectory opens, or is handed over.

use std::sync::Arc;

use chassis::database::Work;
use chassis::events::{Envelope, Handled, HandlerError};
use proto::matching::events::v1::MatchConfirmed;
use region::Region;

use super::parse;
use crate::domain::{MatchId, Opening};
use crate::storage::matches::Match;
use crate::use_cases::{self, ConfirmedMatch};

pub(super) fn handle<'a>(
    work: &'a mut Work,
    region: Arc<Region>,
    envelope: &'a Envelope,
    event: MatchConfirmed,
) -> Handled<'a> {
    Box::pin(async move {
        let confirmed = from_event(envelope, &event)?;
        use_cases::confirm_match(work, &region, confirmed).await.map_err(parse::failed)
    })
}

fn from_event(envelope: &Envelope, event: &MatchConfirmed) -> Result<ConfirmedMatch, HandlerError> {
    let id: MatchId = parse::id("match_id", &event.match_id)?;
    let first_day = parse::day("first_day", &event.first_day)?;
    let confirmed = ConfirmedMatch {
        matched: Match {
            id,
            worker: parse::id("worker_id", &event.worker_id)?,
            organisation: parse::id("organisation_id", &event.organisation_id)?,
            role: parse::role("role", event.role)?,
            first_day,
        },
        opening: Opening {
            participation: parse::id("participation_id", &event.participation_id)?,
            episode: parse::id("episode_id", &event.episode_id)?,
            person: parse::id("person_id", &event.person_id)?,
            programme: parse::code("programme", &event.programme)?,
            programme_version: parse::version("programme_version", &event.programme_version)?,
            opened_on: first_day,
        },
    };
    parse::same_aggregate("match_id", id.as_uuid(), envelope.aggregate_id)?;
    Ok(confirmed)
}
