//! Somebody is on a case no more: after the last day of the match they are not told names any longer.

use chassis::database::Work;
use chassis::events::fields::{day, id, poison, same_aggregate};
use chassis::events::{Envelope, Handled, Target};
use proto::matching::events::v1::MatchEnded;

use crate::use_cases::match_ended;

pub(super) fn handle<'a>(
    work: &'a mut Work,
    envelope: &'a Envelope,
    event: MatchEnded,
    _target: Target,
) -> Handled<'a> {
    Box::pin(async move {
        let match_id = id("match_id", &event.match_id)?;
        same_aggregate("match_id", match_id, envelope.aggregate_id)?;
        let last_day = day("last_day", &event.last_day)?;
        if match_ended(work, match_id, last_day).await? {
            Ok(())
        } else {
            Err(poison("match_id", "is a match whose beginning was never applied"))
        }
    })
}
