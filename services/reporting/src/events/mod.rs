//! What reporting learns from intake: one file per consumed event.
//!
//! A handler parses (what cannot be read is poison, with a plain reason), then writes once. The write refuses what the row
//! has seen before, so that a replay changes nothing even without the inbox.

mod clear;
mod forget;
mod on_participant_admitted;
mod on_participant_refused;
mod on_person_erased;
mod on_referral_screened;
mod on_referral_submitted;
mod on_referral_withdrawn;
mod parse;
mod refuse;

use chassis::events::Handlers;
use proto::intake::events::v1::{
    ParticipantAdmitted, ParticipantRefused, PersonErased, ReferralScreened, ReferralSubmitted,
    ReferralWithdrawn,
};

/// The handlers of reporting.
pub(crate) fn handlers() -> Handlers {
    Handlers::new()
        .on_many::<ReferralSubmitted, _>(on_referral_submitted::handle)
        .on_many::<ReferralScreened, _>(on_referral_screened::handle)
        .on::<ReferralWithdrawn, _>(on_referral_withdrawn::handle)
        .on::<ParticipantRefused, _>(on_participant_refused::handle)
        .on::<ParticipantAdmitted, _>(on_participant_admitted::handle)
        .on::<PersonErased, _>(on_person_erased::handle)
        .forget_with(forget::handle)
        .clear_with(clear::handle)
}
