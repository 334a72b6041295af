//! What trajectory tells and learns: one file per consumed event.
//!
//! A handler parses (what cannot be read is poison, with a plain reason) and runs one use case in the consumer's transaction.
//! Use cases refuse harmlessly what they have done before, so a replay changes nothing even without the inbox.

mod forget;
mod on_match_confirmed;
mod on_match_ended;
mod on_person_erased;
mod parse;
pub mod published;

use std::sync::Arc;

use chassis::events::Handlers;
use proto::intake::events::v1::PersonErased;
use proto::matching::events::v1::{MatchConfirmed, MatchEnded};
use region::Region;

/// The handlers of trajectory.
pub fn handlers(region: &Arc<Region>) -> Handlers {
    let region = Arc::clone(region);
    Handlers::new()
        .on::<MatchConfirmed, _>(move |work, envelope, event, _| {
            on_match_confirmed::handle(work, Arc::clone(&region), envelope, event)
        })
        .on::<MatchEnded, _>(on_match_ended::handle)
        .on::<PersonErased, _>(on_person_erased::handle)
        .forget_with(forget::handle)
}
