//! What reporting learns from the other services: one file per consumed event.
//!
//! A handler parses (what cannot be read is poison, with a plain reason), then writes once. The write refuses what the row
//! has seen before, so that a replay changes nothing even without the inbox.

mod clear;
mod contact;
mod forget;
mod on_budget_approved;
mod on_contact_corrected;
mod on_contact_logged;
mod on_duty_changed;
mod on_episode_ended;
mod on_family_recorded;
mod on_match_confirmed;
mod on_match_ended;
mod on_measure_taken;
mod on_participant_admitted;
mod on_participant_refused;
mod on_person_erased;
mod on_proposal_declined;
mod on_referral_screened;
mod on_referral_submitted;
mod on_referral_withdrawn;
mod on_trajectory_closed;
mod on_trajectory_opened;
mod on_worker_capacity_changed;
mod parse;
mod refuse;
mod seen;

use chassis::events::Handlers;
use proto::finance::events::v1::BudgetApproved;
use proto::intake::events::v1::{
    EpisodeEnded, FamilyRecorded, ParticipantAdmitted, ParticipantRefused, PersonErased, ReferralScreened,
    ReferralSubmitted, ReferralWithdrawn,
};
use proto::matching::events::v1::{MatchConfirmed, MatchEnded, ProposalDeclined, WorkerCapacityChanged};
use proto::trajectory::events::v1::{
    ContactCorrected, ContactLogged, DutyChanged, MeasureTaken, TrajectoryClosed, TrajectoryOpened,
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
        .on::<FamilyRecorded, _>(on_family_recorded::handle)
        .on::<EpisodeEnded, _>(on_episode_ended::handle)
        .on::<WorkerCapacityChanged, _>(on_worker_capacity_changed::handle)
        .on::<MatchConfirmed, _>(on_match_confirmed::handle)
        .on::<MatchEnded, _>(on_match_ended::handle)
        .on::<ProposalDeclined, _>(on_proposal_declined::handle)
        .on::<TrajectoryOpened, _>(on_trajectory_opened::handle)
        .on::<ContactLogged, _>(on_contact_logged::handle)
        .on::<ContactCorrected, _>(on_contact_corrected::handle)
        .on::<MeasureTaken, _>(on_measure_taken::handle)
        .on::<DutyChanged, _>(on_duty_changed::handle)
        .on::<TrajectoryClosed, _>(on_trajectory_closed::handle)
        .on::<BudgetApproved, _>(on_budget_approved::handle)
        .forget_with(forget::handle)
        .clear_with(clear::handle)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::handlers;

    #[test]
    fn exactly_the_types_of_the_contract_that_name_reporting_have_a_handler() {
        let named: BTreeSet<&str> = proto::EVENT_TYPES
            .iter()
            .filter(|event| event.consumers.contains(&"reporting"))
            .map(|event| event.name)
            .collect();

        // Shown with their types, each in quotes.
        let shown = format!("{:?}", handlers());
        let handled: BTreeSet<&str> = shown.split('"').skip(1).step_by(2).collect();

        assert_eq!(handled, named);
    }
}
