//! What finance tells the others ([`published`]), and what it learns from trajectory: one file per consumed event.
//!
//! The queue is bound to trajectory's histories, so their other events arrive as well; they are passed over and advance the
//! history. A handler parses (what cannot be read is poison, with a plain reason), then writes once, harmlessly when repeated.

mod on_contact_corrected;
mod on_contact_logged;
pub mod published;
mod read;
mod upkeep;

use chassis::events::Handlers;
use proto::trajectory::events::v1::{ContactCorrected, ContactLogged};

/// The handlers of finance.
pub(crate) fn handlers() -> Handlers {
    Handlers::new()
        .on::<ContactLogged, _>(on_contact_logged::handle)
        .on::<ContactCorrected, _>(on_contact_corrected::handle)
        .forget_with(upkeep::forget)
        .clear_with(upkeep::clear)
}
