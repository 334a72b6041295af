//! A match ended: its worker is on the case up to its last day.

use chassis::database::Work;
use chassis::events::{Envelope, Handled, Target};
use proto::matching::events::v1::MatchEnded;

use super::parse;
use crate::domain::MatchId;
use crate::use_cases;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: MatchEnded,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let id: MatchId = parse::id("match_id", &event.match_id)?;
        let last_day = parse::day("last_day", &event.last_day)?;
        parse::same_aggregate("match_id", id.as_uuid(), envelope.aggregate_id)?;
        use_cases::end_match(work, id, last_day).await.map_err(parse::failed)
    })
}
