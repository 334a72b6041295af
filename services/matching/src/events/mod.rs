//! What matching tells the others, and what it learns from them: one file per consumed event.
//!
//! A handler parses (what cannot be read is poison, with a plain reason), then writes once. The write changes nothing when it was
//! done before, so that a replay is harmless even without the inbox.

mod on_participant_admitted;
mod on_person_erased;
mod on_trajectory_closed;
mod parse;
pub mod published;

use chassis::events::Handlers;
use proto::intake::events::v1::{ParticipantAdmitted, PersonErased};
use proto::trajectory::events::v1::TrajectoryClosed;

/// The handlers of matching.
pub(crate) fn handlers() -> Handlers {
    Handlers::new()
        .on::<ParticipantAdmitted, _>(on_participant_admitted::handle)
        .on::<PersonErased, _>(on_person_erased::handle)
        .on::<TrajectoryClosed, _>(on_trajectory_closed::handle)
}
