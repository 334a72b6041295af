//! From domain to the events of the contract; and what intake learns from matching (who is on which case) and trajectory (when
//! an episode ends), one file per consumed event.

mod on_match_confirmed;
mod on_match_ended;
mod on_trajectory_closed;
pub mod published;

use chassis::events::Handlers;
use proto::matching::events::v1::{MatchConfirmed, MatchEnded};
use proto::trajectory::events::v1::TrajectoryClosed;

/// The handlers of intake.
pub(crate) fn handlers() -> Handlers {
    Handlers::new()
        .on::<MatchConfirmed, _>(on_match_confirmed::handle)
        .on::<MatchEnded, _>(on_match_ended::handle)
        .on::<TrajectoryClosed, _>(on_trajectory_closed::handle)
}
